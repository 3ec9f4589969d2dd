#include "formats/model/hugging_face_fields.h"

#include <optional>
#include <string_view>
#include <vector>

#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "formats/json/json_member.h"
#include "formats/model/complete_config.h"
#include "formats/model/config_field.h"
#include "formats/model/hugging_face_defaults.h"
#include "formats/model/hugging_face_readers.h"
#include "formats/model/hugging_face_value.h"

namespace tessera {
namespace {

constexpr absl::string_view kExperts = "num_experts";

std::vector<absl::string_view> KeysOf(const ConfigField& field) {
  if (field.hugging_face_keys.empty()) return {};
  return absl::StrSplit(field.hugging_face_keys, '|');
}

// Those that a model of `model_type` reads; of "", all.
std::vector<absl::string_view> KeysReadBy(absl::string_view model_type,
                                          const ConfigField& field) {
  std::vector<absl::string_view> keys;
  for (const absl::string_view key : KeysOf(field)) {
    if (model_type.empty() || ReadsConfigKey(model_type, key)) {
      keys.push_back(key);
    }
  }
  return keys;
}

// Sets `field` from the first of `keys` that is there; false if none is.
absl::StatusOr<bool> ReadField(JsonValue config, const ConfigField& field,
                               const std::vector<absl::string_view>& keys,
                               ModelConfig* model) {
  const bool zero_is_none = ZeroIsNone(field, field.hugging_face_missing);
  for (const absl::string_view key : keys) {
    if (field.kind == ConfigKind::kFlag) {
      TESSERA_ASSIGN_OR_RETURN(const auto flag, FindConfigFlag(config, key));
      if (!flag.has_value()) continue;
      (model->*field.set_flag)(*flag);
    } else if (field.kind == ConfigKind::kNumber) {
      TESSERA_ASSIGN_OR_RETURN(const auto number,
                               FindConfigNumber(config, key, zero_is_none));
      if (!number.has_value()) continue;
      SetConfigField(field, *number, model);
    } else {
      TESSERA_ASSIGN_OR_RETURN(
          const auto count, field.name == kExperts
                                ? FindExpertCount(config, key)
                                : FindConfigCount(config, key, zero_is_none));
      if (!count.has_value()) continue;
      (model->*field.set_count)(*count);
    }
    return true;
  }
  return false;
}

// True if a key of `keys` is there, null or not.
bool IsMentioned(JsonValue config, const std::vector<absl::string_view>& keys) {
  for (const absl::string_view key : keys) {
    const std::string_view name(key.data(), key.size());
    if (config[name].error() == simdjson::SUCCESS) return true;
  }
  return false;
}

// What the lack of `field` means: to its model_type, to its architecture, to
// all. A null says that there is no such thing, where that can be.
IfMissing MissingOf(absl::string_view model_type, const ConfigField& field,
                    bool is_mentioned, const Architecture& architecture,
                    const ModelConfig& model) {
  const IfMissing& missing = field.hugging_face_missing;
  if (is_mentioned &&
      (missing.zero_is_none() || missing.rule == IfMissing::Rule::kDerived)) {
    return missing;
  }
  std::optional<double> own = HuggingFaceDefault(model_type, field.name);
  if (!own.has_value()) own = DefaultOf(field, architecture, model);
  if (!own.has_value()) return missing;
  return {IfMissing::Rule::kDefault, *own};
}

const ConfigField* FindFieldOfKey(absl::string_view key) {
  for (const ConfigField& field : AllConfigFields()) {
    for (const absl::string_view own : KeysOf(field)) {
      if (own == key) return &field;
    }
  }
  return nullptr;
}

bool AreEqual(JsonValue a, JsonValue b) {
  double x = 0;
  double y = 0;
  if (a.get(x) == simdjson::SUCCESS && b.get(y) == simdjson::SUCCESS) {
    return x == y;
  }
  return simdjson::minify(a) == simdjson::minify(b);
}

}  // namespace

absl::Status ReadHuggingFaceFields(JsonValue config,
                                   const Architecture& architecture,
                                   ModelConfig* model) {
  const absl::string_view type = FindText(config, "model_type");
  for (const ConfigField& field : AllConfigFields()) {
    if (!HasConfigField(field, &architecture)) continue;
    const std::vector<absl::string_view> keys = KeysReadBy(type, field);
    TESSERA_ASSIGN_OR_RETURN(const bool found,
                             ReadField(config, field, keys, model));
    if (found) continue;
    const IfMissing missing =
        MissingOf(type, field, IsMentioned(config, keys), architecture, *model);
    if (missing.rule == IfMissing::Rule::kDerived) continue;
    if (missing.rule == IfMissing::Rule::kRequired) {
      return ConfigError(KeysOf(field).front(), "is missing");
    }
    if (missing.value != 0) SetConfigField(field, missing.value, model);
  }
  // What GPT-2 leaves out.
  if (model->intermediate_size() == 0) {
    model->set_intermediate_size(4 * model->hidden_size());
  }
  return absl::OkStatus();
}

bool SaysNoExperts(JsonValue config) {
  const std::vector<absl::string_view> keys =
      KeysOf(ConfigFieldNamed(kExperts));
  if (!IsMentioned(config, keys)) return false;
  for (const absl::string_view key : keys) {
    const auto count = FindExpertCount(config, key);
    if (!count.ok() || count->has_value()) return false;
  }
  return true;
}

void ReadHuggingFaceFieldsLeniently(JsonValue config, ModelConfig* model) {
  for (const ConfigField& field : AllConfigFields()) {
    ReadField(config, field, KeysOf(field), model).IgnoreError();
  }
}

bool IsFieldKey(absl::string_view key) {
  return FindFieldOfKey(key) != nullptr;
}

bool IsFieldKeyUnderstood(absl::string_view key, JsonValue value,
                          JsonValue config, const Architecture& architecture) {
  const ConfigField& field = *FindFieldOfKey(key);
  const absl::string_view type = FindText(config, "model_type");
  if (SaysNothing(key, value)) return true;
  if (field.name == kExperts) {
    const auto count = FindExpertCount(config, key);
    if (count.ok() && !count->has_value()) return true;
  }
  if (HasConfigField(field, &architecture)) {
    for (const absl::string_view name : KeysReadBy(type, field)) {
      if (name == key) return true;  // the first that is there was read
      const auto other = FindMember(config, name);
      if (other.has_value()) return AreEqual(*other, value);
    }
    return false;
  }
  // The epsilon of another kind of norm, beside that of its own.
  const absl::string_view own =
      architecture.norm == NormKind::kRms ? "rms_norm_eps" : "layer_norm_eps";
  const bool is_epsilon =
      field.name == "rms_norm_eps" || field.name == "layer_norm_eps";
  return is_epsilon &&
         IsMentioned(config, KeysReadBy(type, ConfigFieldNamed(own)));
}

}  // namespace tessera
