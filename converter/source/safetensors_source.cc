#include "converter/source/safetensors_source.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/file_error.h"
#include "base/status_macros.h"
#include "converter/source/attach_float8_scales.h"
#include "converter/source/compute_tensors.h"
#include "converter/source/hf_tokenizer.h"
#include "converter/source/hugging_face_files.h"
#include "converter/source/merge_experts.h"
#include "converter/source/name_tensors.h"
#include "converter/source/tensors_only.h"
#include "formats/model/check_tensors.h"
#include "formats/model/hugging_face_config.h"
#include "formats/safetensors/safetensors_index.h"
#include "formats/safetensors/safetensors_reader.h"

namespace tessera {
namespace {

constexpr char kIndexName[] = "model.safetensors.index.json";
constexpr char kSingleName[] = "model.safetensors";

// Where a tensor of an index must be; a plain file has none.
using WeightMap = absl::flat_hash_map<std::string, std::string>;

absl::string_view TextOf(const MappedFile& file) {
  return absl::string_view(reinterpret_cast<const char*>(file.bytes().data()),
                           file.bytes().size());
}

// Collects tensors, and what lies beside them, into a WeightSource.
class HuggingFaceLoader {
 public:
  HuggingFaceLoader(std::filesystem::path folder, bool tensors_only)
      : folder_(std::move(folder)) {
    source_.format = "safetensors";
    source_.tensors_only = tensors_only;
  }

  absl::StatusOr<WeightSource> Load(const std::vector<std::string>& files,
                                    const WeightMap& weight_map);

 private:
  absl::Status ReadConfig();
  absl::Status ReadTokenizer(HuggingFaceFiles files);
  absl::Status AddFile(const std::string& path, const WeightMap& weight_map);
  void MarkUnmapped();
  void CheckTensors();

  const std::filesystem::path folder_;
  std::optional<HuggingFaceConfig> config_;  // if there is one
  absl::flat_hash_set<std::string> seen_;    // tensors found, used or not
  WeightSource source_;
};

absl::StatusOr<WeightSource> HuggingFaceLoader::Load(
    const std::vector<std::string>& files, const WeightMap& weight_map) {
  if (!source_.tensors_only) TESSERA_RETURN_IF_ERROR(ReadConfig());
  for (const std::string& file : files) {
    TESSERA_RETURN_IF_ERROR(AddFile((folder_ / file).string(), weight_map));
  }
  for (const auto& [tensor, shard] : weight_map) {
    if (!seen_.contains(tensor)) {
      return absl::DataLossError(
          absl::StrCat((folder_ / kIndexName).string(), ": tensor ", tensor,
                       " is not in ", shard, ", where the index has it"));
    }
  }
  const HuggingFaceConfig config = config_.value_or(HuggingFaceConfig());
  TESSERA_RETURN_IF_ERROR(AttachFloat8Scales(
      {config.quantized, config.float8_block_rows, config.float8_block_columns},
      &source_));
  if (config.architecture != nullptr) {
    TESSERA_RETURN_IF_ERROR(OrTensorsOnly(NameTensors(config, &source_)));
    TESSERA_RETURN_IF_ERROR(OrTensorsOnly(MergeExperts(
        *config.architecture, config.model.num_experts(), &source_)));
    TESSERA_RETURN_IF_ERROR(ComputeTensors(config, &source_));
  }
  MarkUnmapped();
  CheckTensors();
  return std::move(source_);
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
  auto config = ParseHuggingFaceConfig(files["config.json"]);
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

absl::Status HuggingFaceLoader::AddFile(const std::string& path,
                                        const WeightMap& weight_map) {
  TESSERA_ASSIGN_OR_RETURN(MappedFile file, MappedFile::Open(path));
  auto parsed = ParseSafetensors(file.bytes());
  if (!parsed.ok()) return WithPath(path, parsed.status());
  const std::string name = std::filesystem::path(path).filename().string();
  const size_t index = source_.files.size();
  for (SafetensorsTensor& tensor : parsed->tensors) {
    if (!weight_map.empty()) {
      // The index decides; a tensor that it has elsewhere is a stray copy.
      const auto entry = weight_map.find(tensor.name);
      if (entry == weight_map.end() || entry->second != name) continue;
    }
    seen_.insert(tensor.name);
    SourceTensor& from = source_.tensors.emplace_back();
    from.name = tensor.name;
    from.source_name = std::move(tensor.name);
    from.type = tensor.type;
    from.shape = std::move(tensor.shape);
    from.parts = {{index, tensor.offset}};
    from.size = tensor.size;
  }
  source_.files.push_back(std::move(file));
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
  source_.notes.push_back(
      absl::StrCat(count, " tensors have no place in a ",
                   config_->architecture->name, " model, such as ", first,
                   "; they are kept, and the model cannot be run"));
}

// Tensors that are missing, or that config.json denies.
void HuggingFaceLoader::CheckTensors() {
  if (!config_.has_value() || config_->architecture == nullptr) return;
  std::vector<absl::string_view> names;
  for (const SourceTensor& tensor : source_.tensors) {
    if (!tensor.unmapped) names.push_back(tensor.name);
  }
  for (const std::string& sentence :
       FindContradictoryTensors(names, *config_)) {
    source_.notes.push_back(sentence);
    source_.model->add_not_understood(sentence);
  }
}

}  // namespace

absl::StatusOr<WeightSource> OpenSafetensorsSource(const std::string& path,
                                                   bool tensors_only) {
  const std::filesystem::path file(path);
  return HuggingFaceLoader(file.parent_path(), tensors_only)
      .Load({file.filename().string()}, {});
}

absl::StatusOr<WeightSource> OpenSafetensorsIndexSource(const std::string& path,
                                                        bool tensors_only) {
  TESSERA_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(path));
  auto index = ParseSafetensorsIndex(TextOf(file));
  if (!index.ok()) return WithPath(path, index.status());
  WeightMap weight_map;
  for (SafetensorsIndex::Entry& entry : index->entries) {
    weight_map.emplace(std::move(entry.tensor), std::move(entry.shard));
  }
  return HuggingFaceLoader(std::filesystem::path(path).parent_path(),
                           tensors_only)
      .Load(index->shards, weight_map);
}

absl::StatusOr<WeightSource> OpenHuggingFaceFolder(const std::string& path,
                                                   bool tensors_only) {
  const std::filesystem::path folder(path);
  std::error_code error;
  if (std::filesystem::exists(folder / kIndexName, error)) {
    return OpenSafetensorsIndexSource((folder / kIndexName).string(),
                                      tensors_only);
  }
  if (std::filesystem::exists(folder / kSingleName, error)) {
    return OpenSafetensorsSource((folder / kSingleName).string(), tensors_only);
  }
  return absl::NotFoundError(absl::StrCat(path, ": the folder has neither ",
                                          kSingleName, " nor ", kIndexName));
}

}  // namespace tessera
