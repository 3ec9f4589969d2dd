#include "converter/check_model.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "base/file_error.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "converter/source/attached_json.h"
#include "converter/source/tensors_only.h"
#include "formats/json/json_document.h"
#include "formats/json/json_member.h"
#include "formats/model/architecture.h"
#include "formats/model/config_field.h"
#include "formats/model/found_tensor.h"
#include "formats/model/hugging_face_readers.h"
#include "formats/model/required_tensors.h"
#include "formats/model/supported_graph.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_problem.h"
#include "formats/quant/codec.h"

namespace tessera {
namespace {

constexpr absl::string_view kNotRun =
    "the arena keeps tensors and metadata, and no program here runs it";

class ModelChecker {
 public:
  ModelChecker(const std::string& input, WeightSource* source)
      : input_(input), source_(*source) {}

  absl::Status Check();

 private:
  absl::Status CheckTensors(const ModelConfig& model,
                            absl::Span<const FoundTensor> tensors);
  void NoteUnknown();
  void NoteUnplaced(const Architecture& architecture);
  void NoteTypes();
  std::string FieldText(const Architecture& architecture,
                        absl::string_view field) const;
  bool IsFromGguf() const {
    return source_.format == "gguf" ||
           (source_.origin.has_value() && source_.origin->format() == "gguf");
  }
  bool HasMetadata(absl::string_view key) const;
  bool HasConfigKey(absl::string_view key) const;

  const std::string& input_;
  WeightSource& source_;
};

bool ModelChecker::HasMetadata(absl::string_view key) const {
  const auto is_key = [key](const SourceMetadata& entry) {
    return entry.key() == key;
  };
  if (source_.origin.has_value()) {
    const auto& entries = source_.origin->metadata();
    return std::any_of(entries.begin(), entries.end(), is_key);
  }
  return std::any_of(source_.metadata.begin(), source_.metadata.end(), is_key);
}

// "llama.attention.head_count", or "num_attention_heads" of config.json.
std::string ModelChecker::FieldText(const Architecture& architecture,
                                    absl::string_view name) const {
  const ConfigField& field = ConfigFieldNamed(name);
  if (IsFromGguf()) {
    if (field.gguf_key.empty()) return std::string(name);
    const std::string key =
        absl::StrCat(architecture.name, ".", field.gguf_key);
    return name == "vocab_size" && !HasMetadata(key) ? "tokenizer.ggml.tokens"
                                                     : key;
  }
  std::optional<absl::string_view> read;  // if the file has none of them
  for (const absl::string_view key :
       absl::StrSplit(field.hugging_face_keys, '|', absl::SkipEmpty())) {
    if (architecture.hugging_face_types.empty() ||
        !ReadsConfigKey(architecture.hugging_face_types.front(), key)) {
      continue;
    }
    if (HasConfigKey(key)) return std::string(key);
    if (!read.has_value()) read = key;
  }
  return std::string(read.value_or(name));
}

// In config.json, or in the part of it that is about text.
bool ModelChecker::HasConfigKey(absl::string_view key) const {
  const std::optional<JsonDocument> config =
      AttachedJson(source_.attachments, "config.json");
  if (!config.has_value()) return false;
  if (FindMember(config->root(), key).has_value()) return true;
  const auto text = FindMember(config->root(), "text_config");
  return text.has_value() && text->is_object() &&
         FindMember(*text, key).has_value();
}

absl::Status ModelChecker::CheckTensors(const ModelConfig& model,
                                        absl::Span<const FoundTensor> tensors) {
  const Architecture* found = ArchitectureOf(model);
  if (found == nullptr) return absl::OkStatus();
  const Architecture& architecture = *found;
  const std::optional<TensorProblem> problem = FindTensorProblem(
      architecture, model, tensors, !IsFromGguf(),
      [&](absl::string_view field) { return FieldText(architecture, field); });
  if (!problem.has_value()) return absl::OkStatus();
  std::string path;
  if (problem->tensor.has_value()) {
    path = source_.PathOf(source_.tensors[*problem->tensor]);
  }
  if (path.empty()) path = input_;
  return OrTensorsOnly(
      WithPath(path, absl::Status(problem->code, problem->message)));
}

// One sentence in place of those of a configuration that nobody reads.
void ModelChecker::NoteUnknown() {
  const ModelConfig& model = *source_.model;
  if (model.model_type().empty()) {
    source_.notes.push_back(std::string(kNotRun));
    return;
  }
  std::erase_if(source_.notes, [&model](const std::string& note) {
    return std::find(model.not_understood().begin(),
                     model.not_understood().end(),
                     note) != model.not_understood().end();
  });
  source_.notes.insert(
      source_.notes.begin(),
      absl::StrCat("architecture ", Quoted(model.model_type()),
                   " is not known to this version: ", kNotRun));
}

// Those that stand in the source under names of GGUF's. Of others, the source
// has said so.
void ModelChecker::NoteUnplaced(const Architecture& architecture) {
  uint64_t count = 0;
  std::string first;
  for (const SourceTensor& tensor : source_.tensors) {
    const std::optional<TensorName> name = ParseGgufName(tensor.name);
    const bool placed =
        name.has_value() && ListsTensor(architecture, name->role, name->part);
    if (placed || tensor.unmapped) continue;
    if (count++ == 0) first = tensor.source_name;
  }
  if (count == 0) return;
  source_.AddNotRun(absl::StrCat(
      count, count == 1 ? " tensor has" : " tensors have", " no place in a ",
      architecture.name, " model, such as ", Quoted(first),
      count == 1 ? "; it is kept" : "; they are kept",
      ", and the model is not run"));
}

// Blocks without a codec, and integers.
void ModelChecker::NoteTypes() {
  uint64_t count = 0;
  const SourceTensor* first = nullptr;
  for (const SourceTensor& tensor : source_.tensors) {
    const Codec* codec = FindCodec(tensor.type);
    if (codec != nullptr && codec->dequantize_row != nullptr) continue;
    if (count++ == 0) first = &tensor;
  }
  if (count == 0) return;
  source_.AddNotRun(absl::StrCat(
      "tensor ", Quoted(first->source_name), " is of type ",
      DTypeName(first->type), ", for which there is no code",
      count == 1 ? "" : absl::StrCat(" (", count, " such tensors)"), "; ",
      kNotRun));
}

absl::Status ModelChecker::Check() {
  if (source_.tensors_only) return absl::OkStatus();
  if (source_.tensors.empty()) {
    source_.notes.push_back(
        "there are no tensors: the arena holds a vocabulary, and no model");
    return absl::OkStatus();
  }
  if (!source_.model_error.ok()) {
    return OrTensorsOnly(WithPath(input_, source_.model_error));
  }
  if (!source_.model.has_value()) {
    if (IsFromGguf()) source_.notes.push_back(std::string(kNotRun));
    return absl::OkStatus();
  }
  if (FindArchitecture(source_.model->model_type()) == nullptr) {
    NoteUnknown();
    return absl::OkStatus();
  }
  std::vector<FoundTensor> tensors;
  for (const SourceTensor& tensor : source_.tensors) {
    tensors.push_back(
        {tensor.name, tensor.source_name, tensor.shape, tensor.transposed});
  }
  ModelConfig model = *source_.model;
  CompleteFromTensors(tensors, IsFromGguf(), &model);
  TESSERA_RETURN_IF_ERROR(CheckTensors(model, tensors));
  // What is not understood stands in notes of its own.
  model.clear_not_understood();
  const absl::Status supported = CheckGraphIsSupported(model);
  if (!supported.ok()) {
    source_.AddNotRun(absl::StrCat(supported.message(), "; ", kNotRun));
  } else {
    NoteUnplaced(*FindArchitecture(model.model_type()));
    NoteTypes();
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckModel(const std::string& input, WeightSource* source) {
  return ModelChecker(input, source).Check();
}

}  // namespace tessera
