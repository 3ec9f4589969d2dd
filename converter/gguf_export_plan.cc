#include "converter/gguf_export_plan.h"

#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "converter/export_checks.h"
#include "converter/export_tokenizer.h"
#include "converter/gguf_file_type.h"
#include "converter/hugging_face_metadata.h"
#include "converter/source/gguf_file_layout.h"
#include "converter/source/gguf_tokenizer.h"
#include "formats/gguf/gguf_split.h"

namespace tessera {
namespace {

// The recipe name of the type that most weights have.
std::string DominantType(const WeightSource& arena) {
  absl::flat_hash_map<DType, uint64_t> bytes;
  for (const SourceTensor& tensor : arena.tensors) {
    if (tensor.shape.size() >= 2) bytes[tensor.type] += tensor.size;
  }
  DType dominant = DType::kF32;
  uint64_t most = 0;
  for (const auto& [type, size] : bytes) {
    if (size > most || (size == most && type < dominant)) {
      dominant = type;
      most = size;
    }
  }
  return DTypeName(dominant);
}

// `entries` as they were; values that are empty are those of `elsewhere`.
absl::Status AppendOriginalMetadata(
    const google::protobuf::RepeatedPtrField<SourceMetadata>& entries,
    const GgufMetadata& elsewhere, GgufMetadata* metadata) {
  for (const SourceMetadata& entry : entries) {
    if (entry.value().empty()) {
      const GgufValue* value = elsewhere.Find(entry.key());
      if (value != nullptr) metadata->Append(entry.key(), *value);
      continue;
    }
    const auto* bytes = reinterpret_cast<const uint8_t*>(entry.value().data());
    TESSERA_ASSIGN_OR_RETURN(
        GgufValue value,
        GgufValue::FromRaw(entry.type(),
                           absl::MakeConstSpan(bytes, entry.value().size())));
    metadata->Append(entry.key(), std::move(value));
  }
  return absl::OkStatus();
}

bool IsFromGguf(const WeightSource& arena) {
  return arena.origin.has_value() && arena.origin->format() == "gguf";
}

absl::StatusOr<GgufMetadata> MakeMetadata(const WeightSource& arena) {
  if (!IsFromGguf(arena)) {
    TESSERA_RETURN_IF_ERROR(CheckConfigIsUnderstood(arena));
    return HuggingFaceMetadata(arena, GgufFileType(DominantType(arena)));
  }
  GgufMetadata from_tokenizer;
  if (arena.tokenizer.has_value()) {
    AppendTokenizer(*arena.tokenizer, &from_tokenizer);
  }
  GgufMetadata metadata;
  TESSERA_RETURN_IF_ERROR(AppendOriginalMetadata(arena.origin->metadata(),
                                                 from_tokenizer, &metadata));
  return metadata;
}

// Whether the files of the source can be told apart again.
bool IsWholeSet(const WeightSource& arena, const GgufSplitName& name) {
  const Source& origin = *arena.origin;
  if (origin.files_size() < 2 ||
      static_cast<uint32_t>(origin.files_size()) != name.count) {
    return false;
  }
  uint64_t tensors = 0;
  for (const SourceFile& file : origin.files()) {
    if (!file.has_gguf() || file.gguf().tensors() > arena.tensors.size()) {
      return false;
    }
    tensors += file.gguf().tensors();
  }
  return tensors == arena.tensors.size();
}

absl::Status SetOriginal(const SourceFile& original, GgufExportFile* file) {
  file->original_name = original.name();
  file->original_sha256 = original.sha256();
  if (!original.has_gguf()) return absl::OkStatus();
  TESSERA_ASSIGN_OR_RETURN(file->layout,
                           GgufLayoutOf(original.gguf(), original.size()));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<GgufExportFile>> PlanSet(
    const WeightSource& arena, const GgufSplitName& name,
    const GgufMetadata& metadata) {
  std::vector<GgufExportFile> files;
  size_t next_tensor = 0;
  const std::vector<std::string> paths = GgufSplitFileNames(name);
  for (size_t i = 0; i < paths.size(); ++i) {
    const SourceFile& original = arena.origin->files(static_cast<int>(i));
    GgufExportFile& file = files.emplace_back();
    file.path = paths[i];
    file.first_tensor = next_tensor;
    file.tensor_count = original.gguf().tensors();
    next_tensor += file.tensor_count;
    TESSERA_RETURN_IF_ERROR(AppendOriginalMetadata(original.gguf().metadata(),
                                                   metadata, &file.metadata));
    TESSERA_RETURN_IF_ERROR(SetOriginal(original, &file));
  }
  return files;
}

}  // namespace

absl::StatusOr<std::vector<GgufExportFile>> PlanGgufExport(
    const WeightSource& arena, const std::string& output) {
  TESSERA_ASSIGN_OR_RETURN(GgufMetadata metadata, MakeMetadata(arena));
  const std::optional<GgufSplitName> name = ParseGgufSplitName(output);
  if (IsFromGguf(arena) && name.has_value() && IsWholeSet(arena, *name)) {
    return PlanSet(arena, *name, metadata);
  }
  std::vector<GgufExportFile> files(1);
  GgufExportFile& file = files.front();
  file.path = output;
  file.metadata = std::move(metadata);
  file.tensor_count = arena.tensors.size();
  if (IsFromGguf(arena) && arena.origin->files_size() == 1) {
    TESSERA_RETURN_IF_ERROR(SetOriginal(arena.origin->files(0), &file));
  }
  return files;
}

std::vector<std::string> MissingForAModel(const GgufExportFile& file,
                                          const WeightSource& arena) {
  std::vector<std::string> missing;
  const auto has = [&](absl::string_view key) {
    return file.metadata.Find(key) != nullptr;
  };
  // Only the first file of a set says what the model is.
  if (file.first_tensor != 0 && has("split.no")) return missing;
  if (!has("general.architecture")) {
    missing.push_back(
        "general.architecture is not known: it holds tensors, and is no model "
        "that a program could load");
  }
  if (arena.tensors.empty()) {
    missing.push_back("it holds a vocabulary and no weights");
  } else if (!has("tokenizer.ggml.model")) {
    missing.push_back(
        "there is no tokenizer in the arena, and programs that need one will "
        "not load it");
  }
  for (const SourceTensor& tensor : arena.tensors) {
    if (!tensor.unmapped) continue;
    missing.push_back(
        absl::StrCat("the architecture is not described: tensors have the "
                     "names of their source, such as ",
                     tensor.name, ", which are not those of GGUF models"));
    break;
  }
  // What was read from GGUF is written as it was.
  if (IsFromGguf(arena)) return missing;
  for (std::string& lost : SettingsThatAreLost(arena, file.metadata)) {
    missing.push_back(std::move(lost));
  }
  const std::optional<GgufForm> tokenizer = ExportedTokenizer(arena);
  if (tokenizer.has_value()) {
    missing.insert(missing.end(), tokenizer->notes.begin(),
                   tokenizer->notes.end());
  }
  return missing;
}

}  // namespace tessera
