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
#include "converter/source/hf_config.h"
#include "converter/source/hf_tensor_rules.h"
#include "converter/source/hf_tokenizer.h"
#include "converter/source/merge_experts.h"
#include "formats/model/architecture.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"
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

// The text of FOLDER/NAME, or nothing if there is no such file.
absl::StatusOr<std::optional<std::string>> ReadIfThere(
    const std::filesystem::path& folder, absl::string_view name) {
  auto file = MappedFile::Open((folder / std::string(name)).string());
  if (absl::IsNotFound(file.status())) return std::nullopt;
  if (!file.ok()) return file.status();
  return std::string(TextOf(*file));
}

// Collects tensors, and what lies beside them, into a WeightSource.
class HuggingFaceLoader {
 public:
  explicit HuggingFaceLoader(std::filesystem::path folder)
      : folder_(std::move(folder)) {
    source_.format = "safetensors";
  }

  absl::StatusOr<WeightSource> Load(const std::vector<std::string>& files,
                                    const WeightMap& weight_map);

 private:
  absl::Status ReadConfig();
  absl::Status ReadTokenizer();
  absl::Status AddFile(const std::string& path, const WeightMap& weight_map);
  void NameTensors();
  uint64_t RopeHeadsOf(TensorRole role) const;
  absl::Status CheckHeads() const;
  void AddRopeFactors();

  const std::filesystem::path folder_;
  std::optional<HfTensorRules> rules_;  // if there is a config.json
  std::optional<HfConfig> config_;      // if it is of a model that can be run
  const Architecture* architecture_ = nullptr;  // if it is described
  absl::flat_hash_set<std::string> seen_;       // tensors found, used or not
  WeightSource source_;
};

absl::StatusOr<WeightSource> HuggingFaceLoader::Load(
    const std::vector<std::string>& files, const WeightMap& weight_map) {
  TESSERA_RETURN_IF_ERROR(ReadConfig());
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
  const HfTensorRules rules = rules_.value_or(HfTensorRules());
  TESSERA_RETURN_IF_ERROR(
      AttachFloat8Scales(rules.block_rows, rules.block_columns, &source_));
  if (rules_.has_value()) {
    architecture_ = FindHuggingFaceArchitecture(rules.model_type);
  }
  if (architecture_ != nullptr) {
    NameTensors();
    TESSERA_RETURN_IF_ERROR(CheckHeads());
    TESSERA_RETURN_IF_ERROR(
        MergeExperts(*architecture_, rules.experts, &source_));
  }
  AddRopeFactors();
  TESSERA_RETURN_IF_ERROR(ReadTokenizer());
  return std::move(source_);
}

absl::Status HuggingFaceLoader::ReadConfig() {
  TESSERA_ASSIGN_OR_RETURN(const auto json,
                           ReadIfThere(folder_, "config.json"));
  if (!json.has_value()) {
    source_.notes.push_back(
        "there is no config.json beside the tensors, so they keep their names");
    return absl::OkStatus();
  }
  source_.format = "huggingface";
  auto config = ParseHfConfig(*json);
  if (!config.ok() && !absl::IsUnimplemented(config.status())) {
    return WithPath(folder_.string(), config.status());
  }
  auto rules = ParseHfTensorRules(*json);
  if (!rules.ok()) return WithPath(folder_.string(), rules.status());
  rules_ = *rules;
  if (!config.ok()) {
    source_.notes.emplace_back(config.status().message());
    return absl::OkStatus();
  }
  source_.model = config->model;
  config_ = *std::move(config);
  return absl::OkStatus();
}

absl::Status HuggingFaceLoader::ReadTokenizer() {
  if (!config_.has_value()) return absl::OkStatus();
  TESSERA_ASSIGN_OR_RETURN(const auto tokenizer,
                           ReadIfThere(folder_, "tokenizer.json"));
  if (!tokenizer.has_value()) {
    source_.notes.push_back(
        "there is no tokenizer.json, so the arena has no tokenizer");
    return absl::OkStatus();
  }
  TESSERA_ASSIGN_OR_RETURN(const auto tokenizer_config,
                           ReadIfThere(folder_, "tokenizer_config.json"));
  TESSERA_ASSIGN_OR_RETURN(const auto generation_config,
                           ReadIfThere(folder_, "generation_config.json"));
  HfTokenizerFiles files;
  files.tokenizer = *tokenizer;
  files.tokenizer_config = tokenizer_config.value_or("");
  files.generation_config = generation_config.value_or("");
  files.vocab_size = config_->model.vocab_size();
  files.bos_token_id = config_->bos_token_id;
  files.eos_token_ids = config_->eos_token_ids;
  auto data = TokenizerFromHuggingFace(files);
  if (absl::IsUnimplemented(data.status())) {
    source_.notes.emplace_back(data.status().message());
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

// Gives tensors their names in GGUF, and leaves out what is not needed.
void HuggingFaceLoader::NameTensors() {
  constexpr TensorName kOutputMatrix = {.role = TensorRole::kOutput};
  std::vector<SourceTensor> named;
  for (SourceTensor& tensor : source_.tensors) {
    if (IsRedundantHuggingFaceName(tensor.source_name, *architecture_)) {
      continue;
    }
    const std::optional<TensorName> name =
        ParseHuggingFaceName(tensor.source_name, *architecture_);
    // With tied embeddings this is a copy of them, or nothing.
    if (name == kOutputMatrix && rules_->tie_word_embeddings) continue;
    if (name.has_value()) {
      tensor.name = GgufName(*name);
      tensor.rope_heads = RopeHeadsOf(name->role);
    }
    named.push_back(std::move(tensor));
  }
  source_.tensors = std::move(named);
}

// Heads within which the rows of a tensor change their order; 0: they do not.
uint64_t HuggingFaceLoader::RopeHeadsOf(TensorRole role) const {
  if (!architecture_->permutes_rope_rows()) return 0;
  if (role == TensorRole::kAttentionQuery) return rules_->rope_heads;
  if (role == TensorRole::kAttentionKey) return rules_->rope_kv_heads;
  return 0;
}

// Rows are permuted within heads, so they must divide into them.
absl::Status HuggingFaceLoader::CheckHeads() const {
  for (const SourceTensor& tensor : source_.tensors) {
    if (tensor.rope_heads == 0) continue;
    const uint64_t rows =
        tensor.shape.size() < 2 ? tensor.columns() : tensor.rows();
    if (rows % (2 * tensor.rope_heads) != 0) {
      return absl::DataLossError(absl::StrCat(
          source_.files[tensor.parts[0].file].path(), ": ", tensor.source_name,
          " has ", rows, " rows, which are not ", tensor.rope_heads,
          " heads of even size"));
    }
  }
  return absl::OkStatus();
}

void HuggingFaceLoader::AddRopeFactors() {
  if (!config_.has_value()) return;
  std::vector<float> factors = Llama3RopeFactors(config_->model);
  if (factors.empty()) return;
  SourceTensor tensor;
  tensor.name = GgufName(TensorRole::kRopeFactors);
  tensor.source_name = "config.json: rope_scaling";
  tensor.type = DType::kF32;
  tensor.shape = {factors.size()};
  tensor.size = factors.size() * sizeof(float);
  tensor.computed = std::move(factors);
  source_.tensors.push_back(std::move(tensor));
}

}  // namespace

absl::StatusOr<WeightSource> OpenSafetensorsSource(const std::string& path) {
  const std::filesystem::path file(path);
  return HuggingFaceLoader(file.parent_path())
      .Load({file.filename().string()}, {});
}

absl::StatusOr<WeightSource> OpenSafetensorsIndexSource(
    const std::string& path) {
  TESSERA_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(path));
  auto index = ParseSafetensorsIndex(TextOf(file));
  if (!index.ok()) return WithPath(path, index.status());
  WeightMap weight_map;
  for (SafetensorsIndex::Entry& entry : index->entries) {
    weight_map.emplace(std::move(entry.tensor), std::move(entry.shard));
  }
  return HuggingFaceLoader(std::filesystem::path(path).parent_path())
      .Load(index->shards, weight_map);
}

absl::StatusOr<WeightSource> OpenHuggingFaceFolder(const std::string& path) {
  const std::filesystem::path folder(path);
  std::error_code error;
  if (std::filesystem::exists(folder / kIndexName, error)) {
    return OpenSafetensorsIndexSource((folder / kIndexName).string());
  }
  if (std::filesystem::exists(folder / kSingleName, error)) {
    return OpenSafetensorsSource((folder / kSingleName).string());
  }
  return absl::NotFoundError(absl::StrCat(path, ": the folder has neither ",
                                          kSingleName, " nor ", kIndexName));
}

}  // namespace tessera
