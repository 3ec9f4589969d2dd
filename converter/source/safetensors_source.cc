#include "converter/source/safetensors_source.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/counted.h"
#include "base/file_error.h"
#include "base/status_macros.h"
#include "converter/source/attach_float8_scales.h"
#include "converter/source/checkpoint_files.h"
#include "converter/source/checkpoint_kind.h"
#include "converter/source/checkpoint_name.h"
#include "converter/source/checkpoint_tensors.h"
#include "converter/source/compute_tensors.h"
#include "converter/source/hf_tokenizer.h"
#include "converter/source/hugging_face_files.h"
#include "converter/source/merge_experts.h"
#include "converter/source/name_tensors.h"
#include "converter/source/tensors_only.h"
#include "converter/source/tokens_without_rows.h"
#include "formats/model/check_tensors.h"
#include "formats/model/hugging_face_config.h"
#include "formats/model/layer_experts.h"

namespace tessera {
namespace {

// Collects tensors, and what lies beside them, into a WeightSource.
class HuggingFaceLoader {
 public:
  HuggingFaceLoader(const CheckpointFiles& files, const SourceOptions& options)
      : folder_(files.folder), options_(options) {
    source_.format = "safetensors";
    source_.notes = files.notes;
    source_.tensors_only = options.tensors_only;
  }

  absl::StatusOr<WeightSource> Load(const CheckpointFiles& files);

 private:
  absl::Status ReadConfig();
  absl::Status ReadTokenizer(HuggingFaceFiles files);
  void AttachWhatScalesFit();
  absl::Status NameAll();
  void MarkUnmapped();
  void CheckTensors();

  const std::filesystem::path folder_;
  const SourceOptions options_;
  std::string config_json_;                  // empty: there is none
  std::optional<HuggingFaceConfig> config_;  // if there is one
  WeightSource source_;
};

absl::StatusOr<WeightSource> HuggingFaceLoader::Load(
    const CheckpointFiles& files) {
  if (options_.tensors_only) {
    TESSERA_RETURN_IF_ERROR(AddCheckpointTensors(files, &source_));
    AttachWhatScalesFit();
    MarkUnmapped();
    return std::move(source_);
  }
  TESSERA_RETURN_IF_ERROR(ReadConfig());
  TESSERA_RETURN_IF_ERROR(AddCheckpointTensors(files, &source_));
  TESSERA_RETURN_IF_ERROR(CheckCheckpointKind(source_, config_json_));
  TESSERA_RETURN_IF_ERROR(NameAll());
  MarkUnmapped();
  CheckTensors();
  NoteTokensWithoutRows(&source_);
  return std::move(source_);
}

// F8 weights are their values with their scales. Packed weights may have scales
// of any kind: what cannot be applied stays a tensor.
void HuggingFaceLoader::AttachWhatScalesFit() {
  if (!CheckCheckpointKind(source_, "").ok()) return;
  const std::vector<SourceTensor> as_they_are = source_.tensors;
  const absl::Status attached = AttachFloat8Scales({}, &source_);
  if (attached.ok()) return;
  source_.tensors = as_they_are;
  source_.notes.push_back(absl::StrCat(
      "scales are kept as tensors, and not applied: ", attached.message()));
}

// Gives the tensors the names, types and shapes that GGUF has for them.
absl::Status HuggingFaceLoader::NameAll() {
  const HuggingFaceConfig config = config_.value_or(HuggingFaceConfig());
  TESSERA_RETURN_IF_ERROR(AttachFloat8Scales(
      {config.quantized, config.float8_block_rows, config.float8_block_columns},
      &source_));
  if (config.architecture == nullptr) return absl::OkStatus();
  std::vector<absl::string_view> names;
  for (const SourceTensor& tensor : source_.tensors) {
    names.push_back(tensor.source_name);
  }
  const CheckpointNames parser(names, *config.architecture);
  TESSERA_RETURN_IF_ERROR(OrTensorsOnly(NameTensors(config, parser, &source_)));
  TESSERA_RETURN_IF_ERROR(OrTensorsOnly(
      MergeExperts(parser, config.model.num_experts(), &source_)));
  return ComputeTensors(config, &source_);
}

absl::Status HuggingFaceLoader::ReadConfig() {
  TESSERA_ASSIGN_OR_RETURN(HuggingFaceFiles files,
                           ReadHuggingFaceFiles(folder_.string()));
  if (!files.contains("config.json")) {
    source_.notes.push_back(
        "there is no config.json beside the tensors, so they keep their names");
    return absl::OkStatus();
  }
  source_.format = "huggingface";
  config_json_ = files["config.json"];
  auto config = ParseHuggingFaceConfig(config_json_);
  if (!config.ok()) {
    return OrTensorsOnly(WithPath(folder_.string(), config.status()));
  }
  for (const std::string& sentence : config->model.not_understood()) {
    source_.notes.push_back(sentence);
  }
  source_.model = config->model;
  config_ = *std::move(config);
  TESSERA_ASSIGN_OR_RETURN(source_.attachments, PackHuggingFaceFiles(files));
  return ReadTokenizer(std::move(files));
}

// A tokenizer that is not understood is kept nevertheless: as an attachment.
absl::Status HuggingFaceLoader::ReadTokenizer(HuggingFaceFiles files) {
  const auto take = [&](const char* name) -> std::optional<std::string> {
    const auto found = files.find(name);
    if (found == files.end()) return std::nullopt;
    return std::move(found->second);
  };
  HfTokenizerFiles tokenizer;
  tokenizer.config = take("config.json");
  tokenizer.tokenizer = take("tokenizer.json");
  tokenizer.tokenizer_model = take("tokenizer.model");
  tokenizer.vocab = take("vocab.json");
  tokenizer.merges = take("merges.txt");
  tokenizer.tokenizer_config = take("tokenizer_config.json");
  tokenizer.special_tokens_map = take("special_tokens_map.json");
  tokenizer.added_tokens = take("added_tokens.json");
  tokenizer.generation_config = take("generation_config.json");
  tokenizer.chat_template = take("chat_template.json");
  tokenizer.chat_template_jinja = take("chat_template.jinja");
  TESSERA_ASSIGN_OR_RETURN(tokenizer.additional_chat_templates,
                           ReadAdditionalChatTemplates(folder_.string()));
  tokenizer.vocab_size = config_->model.vocab_size();
  tokenizer.bos_token_id = config_->bos_token_id;
  tokenizer.eos_token_ids = config_->eos_token_ids;
  auto data = TokenizerFromHuggingFace(tokenizer);
  if (absl::IsUnimplemented(data.status()) || absl::IsNotFound(data.status())) {
    source_.notes.emplace_back(data.status().message());
    if (absl::IsUnimplemented(data.status())) {
      source_.unsupported_tokenizer = std::string(data.status().message());
    }
    return absl::OkStatus();
  }
  if (!data.ok()) return WithPath(folder_.string(), data.status());
  source_.tokenizer = *std::move(data);
  return absl::OkStatus();
}

// Names that are not GGUF's: of an architecture that is not described, or of a
// tensor that it does not have.
void HuggingFaceLoader::MarkUnmapped() {
  const bool described =
      config_.has_value() && config_->architecture != nullptr;
  uint64_t count = 0;
  std::string first;
  for (SourceTensor& tensor : source_.tensors) {
    tensor.unmapped = !described || tensor.name == tensor.source_name;
    if (tensor.unmapped && count++ == 0) first = tensor.source_name;
  }
  if (!described || count == 0) return;
  source_.notes.push_back(absl::StrCat(
      Counted(count, "tensor"), count == 1 ? " has" : " have",
      " no place in a ", config_->architecture->name, " model, such as ", first,
      count == 1 ? "; it is kept" : "; they are kept",
      ", and the model cannot be run"));
}

// Tensors that are missing, or that config.json denies.
void HuggingFaceLoader::CheckTensors() {
  if (!config_.has_value() || config_->architecture == nullptr) return;
  std::vector<absl::string_view> names;
  LayerExperts experts;
  for (const SourceTensor& tensor : source_.tensors) {
    if (tensor.unmapped) continue;
    names.push_back(tensor.name);
    experts.Add(tensor.name, tensor.shape);
  }
  std::vector<std::string> sentences =
      FindContradictoryTensors(names, *config_);
  std::string uneven = experts.Uneven(*source_.model);
  if (!uneven.empty()) sentences.push_back(std::move(uneven));
  for (const std::string& sentence : sentences) {
    source_.notes.push_back(sentence);
    source_.model->add_not_understood(sentence);
  }
}

}  // namespace

absl::StatusOr<WeightSource> OpenSafetensorsSource(
    const std::string& path, const SourceOptions& options) {
  TESSERA_ASSIGN_OR_RETURN(const CheckpointFiles files,
                           CheckpointFilesOf(path, options));
  return HuggingFaceLoader(files, options).Load(files);
}

absl::StatusOr<WeightSource> OpenSafetensorsIndexSource(
    const std::string& path, const SourceOptions& options) {
  TESSERA_ASSIGN_OR_RETURN(const CheckpointFiles files,
                           CheckpointFilesOfIndex(path, options));
  return HuggingFaceLoader(files, options).Load(files);
}

absl::StatusOr<WeightSource> OpenHuggingFaceFolder(
    const std::string& path, const SourceOptions& options) {
  TESSERA_ASSIGN_OR_RETURN(const CheckpointFiles files,
                           CheckpointFilesIn(path, options));
  return HuggingFaceLoader(files, options).Load(files);
}

}  // namespace tessera
