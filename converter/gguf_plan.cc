#include "converter/gguf_plan.h"

#include <numeric>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "converter/describe_conversion.h"
#include "converter/export_checks.h"
#include "converter/export_tokenizer.h"
#include "converter/gguf_file_type.h"
#include "converter/gguf_quantized_form.h"
#include "converter/gguf_split_form.h"
#include "converter/hugging_face_metadata.h"
#include "converter/pack/choose_stored_types.h"
#include "converter/source/gguf_file_layout.h"
#include "converter/source/gguf_tokenizer.h"
#include "formats/gguf/gguf_split.h"

namespace tessera {
namespace {

// The recipe name of the type that most weights have.
std::string DominantType(const WeightSource& source,
                         const std::vector<DType>& types) {
  absl::flat_hash_map<DType, uint64_t> bytes;
  for (size_t i = 0; i < types.size(); ++i) {
    const std::vector<uint64_t>& shape = source.tensors[i].shape;
    if (shape.size() < 2) continue;
    bytes[types[i]] += TensorBytes(types[i], shape).value_or(0);
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

bool WasGguf(const WeightSource& source) {
  return source.format == "gguf" ||
         (source.origin.has_value() && source.origin->format() == "gguf");
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

// Whether the files of `origin`, a set, can be told apart again.
bool IsWholeSet(const Source& origin, const WeightSource& source,
                const GgufSplitName& name) {
  if (origin.files_size() < 2 ||
      static_cast<uint32_t>(origin.files_size()) != name.count) {
    return false;
  }
  uint64_t tensors = 0;
  for (const SourceFile& file : origin.files()) {
    if (!file.has_gguf() || file.gguf().tensors() > source.tensors.size()) {
      return false;
    }
    tensors += file.gguf().tensors();
  }
  return tensors == source.tensors.size();
}

absl::Status SetOriginal(const SourceFile& original, GgufPlanFile* file) {
  file->original_name = original.name();
  file->original_sha256 = original.sha256();
  if (!original.has_gguf()) return absl::OkStatus();
  TESSERA_ASSIGN_OR_RETURN(file->layout,
                           GgufLayoutOf(original.gguf(), original.size()));
  return absl::OkStatus();
}

std::vector<size_t> Numbers(size_t first, size_t count) {
  std::vector<size_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

// What `source` was, or was made from.
class Original {
 public:
  explicit Original(const WeightSource& source)
      : source_(source), origin_(DescribeSource(source)) {}

  absl::Status PlanFiles(const std::string& path, GgufPlan* plan) const;
  // As one file, whatever it was.
  absl::StatusOr<GgufPlanFile> PlanOne(const std::string& path,
                                       const std::vector<DType>& types) const;

 private:
  absl::StatusOr<GgufMetadata> MakeMetadata(
      const std::vector<DType>& types) const;
  absl::StatusOr<std::vector<GgufPlanFile>> PlanSet(
      const GgufSplitName& name, const GgufMetadata& metadata) const;
  absl::Status Merge(GgufPlanFile* file) const;
  // llama-gguf-split makes such a file of what is small enough.
  bool IsSetOfOne(const GgufMetadata& metadata) const {
    return source_.format == "gguf" &&
           metadata.GetUint("split.count").value_or(0) == 1;
  }

  const WeightSource& source_;
  const Source origin_;
};

absl::StatusOr<GgufMetadata> Original::MakeMetadata(
    const std::vector<DType>& types) const {
  if (!WasGguf(source_)) {
    TESSERA_RETURN_IF_ERROR(CheckConfigIsUnderstood(source_));
    return HuggingFaceMetadata(source_,
                               GgufFileType(DominantType(source_, types)));
  }
  GgufMetadata from_tokenizer;
  if (source_.tokenizer.has_value()) {
    AppendTokenizer(*source_.tokenizer, &from_tokenizer);
  }
  GgufMetadata metadata;
  TESSERA_RETURN_IF_ERROR(
      AppendOriginalMetadata(origin_.metadata(), from_tokenizer, &metadata));
  return metadata;
}

absl::StatusOr<std::vector<GgufPlanFile>> Original::PlanSet(
    const GgufSplitName& name, const GgufMetadata& metadata) const {
  std::vector<GgufPlanFile> files;
  size_t next_tensor = 0;
  const std::vector<std::string> paths = GgufSplitFileNames(name);
  for (size_t i = 0; i < paths.size(); ++i) {
    const SourceFile& original = origin_.files(static_cast<int>(i));
    GgufPlanFile& file = files.emplace_back();
    file.path = paths[i];
    file.tensors = Numbers(next_tensor, original.gguf().tensors());
    next_tensor += file.tensors.size();
    TESSERA_RETURN_IF_ERROR(AppendOriginalMetadata(original.gguf().metadata(),
                                                   metadata, &file.metadata));
    TESSERA_RETURN_IF_ERROR(SetOriginal(original, &file));
  }
  return files;
}

// Of a set of files, which are at hand; or, with tensors alone, a part of one.
absl::Status Original::Merge(GgufPlanFile* file) const {
  const SourceFile& first = origin_.files(0);
  file->trims_shapes = true;
  if (!first.has_gguf()) return absl::OkStatus();
  GgufMetadata metadata;
  TESSERA_RETURN_IF_ERROR(AppendOriginalMetadata(first.gguf().metadata(),
                                                 file->metadata, &metadata));
  SetGgufMergedKeys(&metadata);
  file->metadata = std::move(metadata);
  return absl::OkStatus();
}

absl::StatusOr<GgufPlanFile> Original::PlanOne(
    const std::string& path, const std::vector<DType>& types) const {
  GgufPlanFile file;
  file.path = path;
  file.tensors = Numbers(0, source_.tensors.size());
  TESSERA_ASSIGN_OR_RETURN(file.metadata, MakeMetadata(types));
  if (source_.format == "gguf" && origin_.files_size() > 1) {
    TESSERA_RETURN_IF_ERROR(Merge(&file));
  } else if (IsSetOfOne(file.metadata) && !ParseGgufSplitName(path)) {
    SetGgufMergedKeys(&file.metadata);
    file.trims_shapes = true;
  } else if (WasGguf(source_) && origin_.files_size() == 1) {
    TESSERA_RETURN_IF_ERROR(SetOriginal(origin_.files(0), &file));
  }
  return file;
}

absl::Status Original::PlanFiles(const std::string& path,
                                 GgufPlan* plan) const {
  const std::optional<GgufSplitName> name = ParseGgufSplitName(path);
  if (WasGguf(source_) && name.has_value() &&
      IsWholeSet(origin_, source_, *name)) {
    TESSERA_ASSIGN_OR_RETURN(const GgufMetadata metadata,
                             MakeMetadata(plan->types));
    TESSERA_ASSIGN_OR_RETURN(plan->files, PlanSet(*name, metadata));
    return absl::OkStatus();
  }
  TESSERA_ASSIGN_OR_RETURN(GgufPlanFile file, PlanOne(path, plan->types));
  plan->files.push_back(std::move(file));
  return absl::OkStatus();
}

// A name that says something else than what would be written.
absl::Status CheckPath(const GgufOptions& options) {
  const std::optional<GgufSplitName> name = ParseGgufSplitName(options.path);
  if (!name.has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      options.path, ": is the name of one file of a split set; name ",
      name->prefix, ".gguf, and --split_max_size makes a set of it"));
}

}  // namespace

absl::StatusOr<GgufPlan> PlanGguf(const WeightSource& source,
                                  const GgufOptions& options) {
  const Original original(source);
  const Unquantized unquantized =
      source.format == "gguf" || source.format == "arena"
          ? Unquantized::kAsTheyAre
          : Unquantized::kFloatVectorsAreF32;
  // Without a recipe, which is what llama-quantize would be given.
  TESSERA_ASSIGN_OR_RETURN(
      const std::vector<DType> plain,
      ChooseStoredTypes(source, QuantizeRecipe(), unquantized, true));
  GgufPlan plan;
  TESSERA_ASSIGN_OR_RETURN(
      plan.types, ChooseStoredTypes(source, options.recipe, unquantized,
                                    options.allow_requantize));
  const bool quantizes = !options.recipe.keeps() || plan.types != plain;
  if (!quantizes && !options.split.any()) {
    TESSERA_RETURN_IF_ERROR(original.PlanFiles(options.path, &plan));
    return plan;
  }
  TESSERA_RETURN_IF_ERROR(CheckPath(options));
  TESSERA_ASSIGN_OR_RETURN(GgufPlanFile file,
                           original.PlanOne(options.path, plain));
  if (quantizes) GiveQuantizedForm(source, options.recipe, &file);
  plan.files.push_back(std::move(file));
  if (options.split.any()) {
    TESSERA_RETURN_IF_ERROR(GiveSplitForm(source, options.split, &plan));
  }
  return plan;
}

std::vector<std::string> MissingForAModel(const GgufPlanFile& file,
                                          const WeightSource& source) {
  std::vector<std::string> missing;
  const auto has = [&](absl::string_view key) {
    return file.metadata.Find(key) != nullptr;
  };
  // Only the first file of a set says what the model is.
  if (file.metadata.GetUint("split.no").value_or(0) != 0) return missing;
  if (!has("general.architecture")) {
    missing.push_back(
        "general.architecture is not known: it holds tensors, and is no model "
        "that a program could load");
  }
  if (source.tensors.empty()) {
    missing.push_back("it holds a vocabulary and no weights");
  } else if (!has("tokenizer.ggml.model")) {
    missing.push_back(
        "there is no tokenizer, and programs that need one will not load it");
  }
  for (const SourceTensor& tensor : source.tensors) {
    if (!tensor.unmapped) continue;
    missing.push_back(
        absl::StrCat("the architecture is not described: tensors have the "
                     "names of their source, such as ",
                     tensor.name, ", which are not those of GGUF models"));
    break;
  }
  // What was read from GGUF is written as it was.
  if (WasGguf(source)) return missing;
  for (std::string& lost : SettingsThatAreLost(source, file.metadata)) {
    missing.push_back(std::move(lost));
  }
  const std::optional<GgufForm> tokenizer = ExportedTokenizer(source);
  if (tokenizer.has_value()) {
    missing.insert(missing.end(), tokenizer->notes.begin(),
                   tokenizer->notes.end());
  }
  return missing;
}

}  // namespace tessera
