#include "converter/source/hf_tensor_rules.h"

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "converter/source/hf_json.h"
#include "formats/model/architecture.h"

namespace tessera {
namespace {

constexpr uint64_t kMaxCount = uint64_t{1} << 32;

// How configurations call the number of experts.
constexpr absl::string_view kExpertKeys[] = {"num_local_experts", "num_experts",
                                             "n_routed_experts"};

absl::Status KeyError(absl::string_view key, absl::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat("config.json: \"", key, "\" ", problem));
}

bool IsCount(uint64_t value) { return value > 0 && value <= kMaxCount; }

// A positive integer, or nothing if it is missing.
absl::StatusOr<std::optional<uint64_t>> FindCount(JsonValue config,
                                                  absl::string_view key) {
  const std::optional<JsonValue> value = FindMember(config, key);
  if (!value.has_value()) return std::nullopt;
  const absl::StatusOr<uint64_t> count = JsonUint(*value);
  if (!count.ok() || !IsCount(*count)) {
    return KeyError(key, "must be a positive integer");
  }
  return *count;
}

absl::Status ReadHeads(JsonValue config, HfTensorRules* rules) {
  const Architecture* architecture =
      FindHuggingFaceArchitecture(rules->model_type);
  if (architecture == nullptr || !architecture->permutes_rope_rows()) {
    return absl::OkStatus();
  }
  TESSERA_ASSIGN_OR_RETURN(const std::optional<uint64_t> heads,
                           FindCount(config, "num_attention_heads"));
  if (!heads.has_value()) {
    return KeyError("num_attention_heads", "is missing");
  }
  TESSERA_ASSIGN_OR_RETURN(const std::optional<uint64_t> kv_heads,
                           FindCount(config, "num_key_value_heads"));
  rules->rope_heads = *heads;
  rules->rope_kv_heads = kv_heads.value_or(*heads);
  return absl::OkStatus();
}

// "weight_block_size": [rows, columns] of "quantization_config".
absl::Status ReadBlockSize(JsonValue config, HfTensorRules* rules) {
  constexpr absl::string_view kKey = "weight_block_size";
  const std::optional<JsonValue> quantization =
      FindMember(config, "quantization_config");
  if (!quantization.has_value()) return absl::OkStatus();
  const std::optional<JsonValue> value = FindMember(*quantization, kKey);
  if (!value.has_value()) return absl::OkStatus();
  const absl::StatusOr<std::vector<uint64_t>> sizes = JsonUintArray(*value);
  if (!sizes.ok() || sizes->size() != 2 || !IsCount((*sizes)[0]) ||
      !IsCount((*sizes)[1])) {
    return KeyError(kKey, "must be two positive integers");
  }
  rules->block_rows = (*sizes)[0];
  rules->block_columns = (*sizes)[1];
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<HfTensorRules> ParseHfTensorRules(absl::string_view json) {
  const absl::StatusOr<JsonDocument> document = JsonDocument::Parse(json);
  if (!document.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("config.json: ", document.status().message()));
  }
  const JsonValue config = document->root();
  HfTensorRules rules;
  rules.model_type = std::string(FindText(config, "model_type"));
  rules.tie_word_embeddings =
      FindBool(config, "tie_word_embeddings").value_or(false);
  TESSERA_RETURN_IF_ERROR(ReadHeads(config, &rules));
  TESSERA_RETURN_IF_ERROR(ReadBlockSize(config, &rules));
  for (absl::string_view key : kExpertKeys) {
    TESSERA_ASSIGN_OR_RETURN(const std::optional<uint64_t> experts,
                             FindCount(config, key));
    if (experts.has_value()) rules.experts = *experts;
  }
  return rules;
}

}  // namespace tessera
