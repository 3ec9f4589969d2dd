#include "formats/model/gguf_config.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/gguf/gguf_value_text.h"
#include "formats/model/architecture.h"
#include "formats/model/complete_config.h"
#include "formats/model/config_field.h"

namespace tessera {
namespace {

constexpr size_t kMaxNameBytes = 64;  // of an architecture

constexpr absl::string_view kScalingPrefix = "rope.scaling.";
constexpr absl::string_view kScalingType = "rope.scaling.type";
// The second is what files of before 2024 have.
constexpr absl::string_view kScalingFactors[] = {"rope.scaling.factor",
                                                 "rope.scale_linear"};
constexpr absl::string_view kValueLength = "attention.value_length";

// Keys that change no result, with the value for which that is so; "": any.
struct HarmlessKey {
  absl::string_view key;
  absl::string_view value;
};
constexpr HarmlessKey kHarmlessKeys[] = {
    {"rope.scaling.finetuned", ""},
    {"rope.scaling.original_context_length", ""},  // a matter of other types
    {"rope.scaling.attn_factor", "1"},
    {"attention.causal", "true"},
    {"attention.clamp_kqv", "0"},
    {"attention.max_alibi_bias", "0"},
    {"expert_shared_count", "0"},
    {"tensor_data_layout", "'Meta AI original pth'"},  // as every GGUF
};

// For a message, and for the table above.
std::string ShownValue(const GgufValue& value) {
  const std::string text = GgufValueText(value);
  return value.type() == GgufType::kString ? Quoted(text)
                                           : absl::CHexEscape(text);
}

bool IsHarmless(absl::string_view key, const GgufValue& value) {
  for (const HarmlessKey& harmless : kHarmlessKeys) {
    if (harmless.key != key) continue;
    return harmless.value.empty() || harmless.value == ShownValue(value);
  }
  return false;
}

bool IsName(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxNameBytes &&
         std::all_of(text.begin(), text.end(), absl::ascii_isgraph);
}

// Reads the keys of one architecture, and remembers which.
class Reader {
 public:
  Reader(const GgufMetadata& metadata, absl::string_view architecture)
      : metadata_(metadata),
        prefix_(absl::StrCat(architecture, ".")),
        architecture_(FindArchitecture(architecture)) {
    model_.set_model_type(std::string(architecture));
  }

  absl::StatusOr<ModelConfig> Read();

 private:
  std::string Key(absl::string_view name) const {
    return absl::StrCat(prefix_, name);
  }
  const GgufValue* Find(absl::string_view name) {
    read_.insert(name);
    return metadata_.Find(Key(name));
  }
  template <typename... Args>
  void DoNotUnderstand(const Args&... args) {
    model_.add_not_understood(absl::StrCat(args...));
  }
  absl::StatusOr<uint64_t> GetCount(absl::string_view name, bool zero_is_none);
  absl::StatusOr<double> GetPositive(absl::string_view name);
  absl::Status ReadField(const ConfigField& field);
  absl::Status Complete();
  absl::Status ReadRopeScaling();
  void RecordTheRest();

  const GgufMetadata& metadata_;
  const std::string prefix_;
  const Architecture* const architecture_;  // null: not described
  bool differs_by_layer_ = false;
  absl::flat_hash_set<absl::string_view> read_;  // without prefix
  ModelConfig model_;
};

absl::StatusOr<uint64_t> Reader::GetCount(absl::string_view name,
                                          bool zero_is_none) {
  const std::string key = Key(name);
  TESSERA_ASSIGN_OR_RETURN(const uint64_t count, metadata_.GetUint(key));
  if ((count == 0 && !zero_is_none) || count > kMaxConfigCount) {
    return absl::DataLossError(absl::StrCat(key, ": ", count, " is no size"));
  }
  return count;
}

absl::StatusOr<double> Reader::GetPositive(absl::string_view name) {
  const std::string key = Key(name);
  TESSERA_ASSIGN_OR_RETURN(const double value, metadata_.GetFloat(key));
  if (!std::isfinite(value) || value <= 0) {
    return absl::DataLossError(
        absl::StrCat(key, ": ", value, " is not a positive number"));
  }
  return value;
}

absl::Status Reader::ReadField(const ConfigField& field) {
  if (field.gguf_key.empty()) return absl::OkStatus();
  const GgufValue* value = Find(field.gguf_key);
  const IfMissing& missing = field.gguf_missing;
  if (value == nullptr) {
    if (architecture_ == nullptr) return absl::OkStatus();
    if (missing.rule == IfMissing::Rule::kRequired) {
      return absl::DataLossError(
          absl::StrCat(Key(field.gguf_key), ": missing"));
    }
    SetConfigField(field, missing.value, &model_);
    return absl::OkStatus();
  }
  if (value->is_array()) {
    differs_by_layer_ = true;
    DoNotUnderstand(Key(field.gguf_key),
                    ": one value per layer is not supported, only one for all");
    return absl::OkStatus();
  }
  if (field.kind == ConfigKind::kCount) {
    TESSERA_ASSIGN_OR_RETURN(const uint64_t count,
                             GetCount(field.gguf_key, missing.zero_is_none()));
    (model_.*field.set_count)(count);
  } else {
    TESSERA_ASSIGN_OR_RETURN(const double number, GetPositive(field.gguf_key));
    (model_.*field.set_number)(static_cast<float>(number));
  }
  return absl::OkStatus();
}

// What follows from what has been read.
absl::Status Reader::Complete() {
  const GgufValue* tokens = metadata_.Find("tokenizer.ggml.tokens");
  if (model_.vocab_size() == 0 && tokens != nullptr && tokens->is_array()) {
    model_.set_vocab_size(tokens->element_count());
  }
  const GgufValue* value_length = Find(kValueLength);
  if (differs_by_layer_) return absl::OkStatus();
  DeriveConfigFields(&model_);
  if (value_length != nullptr && architecture_ != nullptr) {
    TESSERA_ASSIGN_OR_RETURN(const uint64_t length,
                             GetCount(kValueLength, false));
    if (length != model_.head_dim()) {
      DoNotUnderstand(Key(kValueLength), ": ", length,
                      " differs from key_length ", model_.head_dim(),
                      ", which is not supported");
    }
  }
  if (architecture_ == nullptr) return absl::OkStatus();
  return CheckConfigFields(model_, *architecture_,
                           [this](absl::string_view field) {
                             return Key(ConfigFieldNamed(field).gguf_key);
                           });
}

absl::Status Reader::ReadRopeScaling() {
  std::string type;
  if (Find(kScalingType) != nullptr) {
    TESSERA_ASSIGN_OR_RETURN(const absl::string_view text,
                             metadata_.GetString(Key(kScalingType)));
    type = std::string(text);
  }
  std::optional<double> factor;
  for (absl::string_view name : kScalingFactors) {
    if (Find(name) == nullptr || factor.has_value()) continue;
    TESSERA_ASSIGN_OR_RETURN(factor, GetPositive(name));
  }
  if (type.empty() && factor.has_value()) type = "linear";
  if (type.empty() || type == "none") return absl::OkStatus();
  if (type != "linear") {
    DoNotUnderstand(Key(kScalingType), ": ", Quoted(type), " is not supported");
    return absl::OkStatus();
  }
  if (!factor.has_value()) return absl::OkStatus();
  model_.mutable_rope_scaling()->set_rope_type(type);
  model_.mutable_rope_scaling()->set_factor(static_cast<float>(*factor));
  return absl::OkStatus();
}

// Keys that nobody has read may change results.
void Reader::RecordTheRest() {
  const bool scaling_is_understood =
      model_.has_rope_scaling() || metadata_.Find(Key(kScalingType)) == nullptr;
  for (const GgufMetadataEntry& entry : metadata_.entries()) {
    absl::string_view name = entry.key;
    if (!absl::ConsumePrefix(&name, prefix_) || read_.contains(name) ||
        IsHarmless(name, entry.value)) {
      continue;
    }
    // These belong to a type that has been recorded.
    if (!scaling_is_understood && absl::StartsWith(name, kScalingPrefix)) {
      continue;
    }
    DoNotUnderstand(absl::CHexEscape(entry.key), ": ", ShownValue(entry.value),
                    " is not understood");
  }
}

absl::StatusOr<ModelConfig> Reader::Read() {
  for (const ConfigField& field : AllConfigFields()) {
    const absl::Status status = ReadField(field);
    // What a key means to an architecture that is not described, nobody knows.
    if (!status.ok() && architecture_ != nullptr) return status;
  }
  TESSERA_RETURN_IF_ERROR(Complete());
  if (architecture_ != nullptr) {
    TESSERA_RETURN_IF_ERROR(ReadRopeScaling());
    RecordTheRest();
  } else {
    model_.clear_not_understood();
    DoNotUnderstand(kArchitectureKey, ": ", Quoted(model_.model_type()),
                    " is not known");
  }
  return std::move(model_);
}

template <typename T>
void AppendScalar(const std::string& key, T value, GgufMetadata* metadata) {
  metadata->Append(key, GgufValue::Scalar<T>(value));
}

}  // namespace

absl::StatusOr<ModelConfig> ModelConfigFromGguf(const GgufMetadata& metadata) {
  TESSERA_ASSIGN_OR_RETURN(const absl::string_view architecture,
                           metadata.GetString(kArchitectureKey));
  if (!IsName(architecture)) {
    return absl::DataLossError(absl::StrCat(
        kArchitectureKey, ": ", Quoted(architecture), " is no name"));
  }
  return Reader(metadata, architecture).Read();
}

void AppendModelConfig(const ModelConfig& model, GgufMetadata* metadata) {
  metadata->Append(kArchitectureKey, GgufValue::String(model.model_type()));
  const auto key = [&](absl::string_view name) {
    return absl::StrCat(model.model_type(), ".", name);
  };
  for (const ConfigField& field : AllConfigFields()) {
    if (field.gguf_key.empty()) continue;
    if (field.kind == ConfigKind::kNumber) {
      const float number = (model.*field.number)();
      if (number != 0) AppendScalar(key(field.gguf_key), number, metadata);
      continue;
    }
    const uint64_t count = (model.*field.count)();
    if (count == 0) continue;
    AppendScalar(key(field.gguf_key), static_cast<uint32_t>(count), metadata);
    if (field.name == "head_dim") {
      AppendScalar(key(kValueLength), static_cast<uint32_t>(count), metadata);
    }
  }
  if (model.rope_scaling().rope_type() == "linear") {
    metadata->Append(key(kScalingType), GgufValue::String("linear"));
    AppendScalar(key(kScalingFactors[0]), model.rope_scaling().factor(),
                 metadata);
  }
}

}  // namespace tessera
