#include "formats/model/gguf_config.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/model/architecture.h"
#include "formats/model/complete_config.h"
#include "formats/model/config_field.h"
#include "formats/model/gguf_keys.h"
#include "formats/model/gguf_layers.h"
#include "formats/model/gguf_rope.h"

namespace tessera {
namespace {

constexpr size_t kMaxNameBytes = 64;  // of an architecture

constexpr absl::string_view kScalingType = "rope.scaling.type";
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
    {"attention.layer_norm_epsilon", ""},      // of a kind of norm
    {"attention.layer_norm_rms_epsilon", ""},  // that there is not
    {"attention.clamp_kqv", "0"},
    {"attention.max_alibi_bias", "0"},
    {"attn_logit_softcapping", "0"},
    {"embedding_scale", "1"},
    {"final_logit_softcapping", "0"},
    {"logit_scale", "1"},
    {"residual_scale", "1"},
    {"expert_shared_count", "0"},
    {"tensor_data_layout", "'Meta AI original pth'"},  // as every GGUF
};

// Keys that only some architectures read in llama.cpp, and in Hugging Face what
// they stand for: what they mean to others, nobody knows.
struct KeyReaders {
  absl::string_view key;
  absl::string_view architectures;  // with | between them
};
constexpr KeyReaders kKeyReaders[] = {
    {"embedding_scale", "granite"},
    {"residual_scale", "granite"},
    {"logit_scale", "granite|command-r|cohere2"},
    {"attn_logit_softcapping", "gemma2|gemma3"},
    {"final_logit_softcapping", "gemma2|gemma3"},
    {"attention.clamp_kqv", "olmo"},
};

bool ReadsKey(const Architecture* architecture, absl::string_view key) {
  if (architecture == nullptr) return true;
  for (const KeyReaders& row : kKeyReaders) {
    if (row.key != key) continue;
    const std::vector<absl::string_view> names =
        absl::StrSplit(row.architectures, '|');
    return std::find(names.begin(), names.end(), architecture->name) !=
           names.end();
  }
  return true;
}

bool IsHarmless(absl::string_view key, const GgufValue& value) {
  for (const HarmlessKey& harmless : kHarmlessKeys) {
    if (harmless.key != key) continue;
    return harmless.value.empty() || harmless.value == ShownGgufValue(value);
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
        architecture_(FindArchitecture(architecture)),
        keys_(metadata, architecture, &model_) {
    model_.set_model_type(std::string(architecture));
  }

  absl::StatusOr<ModelConfig> Read();

 private:
  absl::Status ReadField(const ConfigField& field);
  absl::Status SetMissing(const ConfigField& field);
  absl::Status Complete();
  void ScaleAttention();
  void RecordTheRest();

  const GgufMetadata& metadata_;
  const Architecture* const architecture_;  // null: not described
  bool differs_by_layer_ = false;
  ModelConfig model_;
  GgufKeys keys_;
};

absl::Status Reader::SetMissing(const ConfigField& field) {
  if (architecture_ == nullptr) return absl::OkStatus();
  const std::optional<double> own = DefaultOf(field, *architecture_, model_);
  const IfMissing& missing = field.gguf_missing;
  if (missing.rule == IfMissing::Rule::kRequired && !own.has_value()) {
    return absl::DataLossError(
        absl::StrCat(keys_.Key(field.gguf_key), ": missing"));
  }
  SetConfigField(field, own.value_or(missing.value), &model_);
  return absl::OkStatus();
}

absl::Status Reader::ReadField(const ConfigField& field) {
  if (field.gguf_key.empty() || !HasConfigField(field, architecture_) ||
      !ReadsKey(architecture_, field.gguf_key)) {
    return absl::OkStatus();
  }
  const GgufValue* value = keys_.Find(field.gguf_key);
  if (value == nullptr) return SetMissing(field);
  if (value->is_array()) {
    differs_by_layer_ = true;
    keys_.DoNotUnderstand(
        keys_.Key(field.gguf_key),
        ": one value per layer is not supported, only one for all");
    return absl::OkStatus();
  }
  const bool zero_is_none = ZeroIsNone(field, field.gguf_missing);
  if (field.kind == ConfigKind::kCount) {
    TESSERA_ASSIGN_OR_RETURN(const uint64_t count,
                             keys_.GetCount(field.gguf_key, zero_is_none));
    (model_.*field.set_count)(count);
  } else if (field.kind == ConfigKind::kNumber) {
    TESSERA_ASSIGN_OR_RETURN(const double number,
                             keys_.GetNumber(field.gguf_key, zero_is_none));
    (model_.*field.set_number)(static_cast<float>(number));
  } else {
    TESSERA_ASSIGN_OR_RETURN(const bool flag, keys_.GetFlag(field.gguf_key));
    (model_.*field.set_flag)(flag);
  }
  return absl::OkStatus();
}

// What follows from what has been read.
absl::Status Reader::Complete() {
  const GgufValue* tokens = metadata_.Find("tokenizer.ggml.tokens");
  if (model_.vocab_size() == 0 && tokens != nullptr && tokens->is_array()) {
    model_.set_vocab_size(tokens->element_count());
  }
  const GgufValue* value_length = keys_.Find(kValueLength);
  if (differs_by_layer_) return absl::OkStatus();
  DeriveConfigFields(architecture_, &model_);
  if (architecture_ == nullptr) return absl::OkStatus();
  if (value_length != nullptr) {
    TESSERA_ASSIGN_OR_RETURN(const uint64_t length,
                             keys_.GetCount(kValueLength));
    if (length != model_.head_dim()) {
      keys_.DoNotUnderstand(keys_.Key(kValueLength), ": ", length,
                            " differs from key_length ", model_.head_dim(),
                            ", which is not supported");
    }
  }
  ScaleAttention();
  TESSERA_RETURN_IF_ERROR(ReadGgufLayers(*architecture_, &keys_, &model_));
  // Its files may have the key, but what they mean is what their tensors say.
  if (architecture_->residual == Residual::kWithoutNorm) {
    model_.clear_parallel_residual();
  }
  return CheckConfigFields(model_, *architecture_,
                           [this](absl::string_view field) {
                             return keys_.Key(ConfigFieldNamed(field).gguf_key);
                           });
}

// Which models do so, files do not say.
void Reader::ScaleAttention() {
  if (architecture_->layers_scaled_by_width == 0 ||
      architecture_->layers_scaled_by_width != model_.num_hidden_layers() ||
      model_.attention_scale() != 0) {
    return;
  }
  const auto width =
      static_cast<float>(model_.hidden_size() / model_.num_attention_heads());
  model_.set_attention_scale(1 / std::sqrt(width));
}

// Keys that nobody has read may change results.
void Reader::RecordTheRest() {
  const bool scaling_is_understood =
      model_.has_rope_scaling() ||
      metadata_.Find(keys_.Key(kScalingType)) == nullptr;
  for (const GgufMetadataEntry& entry : metadata_.entries()) {
    absl::string_view name = entry.key;
    if (!absl::ConsumePrefix(&name, keys_.prefix()) || keys_.WasRead(name) ||
        IsHarmless(name, entry.value)) {
      continue;
    }
    // These belong to a type that has been recorded.
    if (!scaling_is_understood && IsGgufScalingKey(name)) continue;
    keys_.DoNotUnderstand(absl::CHexEscape(entry.key), ": ",
                          ShownGgufValue(entry.value), " is not understood");
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
    TESSERA_RETURN_IF_ERROR(ReadGgufRope(*architecture_, &keys_, &model_));
    RecordTheRest();
  } else {
    model_.clear_not_understood();
    keys_.DoNotUnderstand(kArchitectureKey, ": ", Quoted(model_.model_type()),
                          " is not known");
  }
  return std::move(model_);
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

}  // namespace tessera
