#include "converter/source/gguf_config.h"

#include <cmath>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

constexpr absl::string_view kArchitectureKey = "general.architecture";
constexpr absl::string_view kLlama = "llama";
constexpr uint64_t kMaxCount = uint64_t{1} << 32;

std::string Key(absl::string_view name) { return absl::StrCat("llama.", name); }

// A positive count; `fallback` if the key is missing.
absl::StatusOr<uint64_t> GetCount(const GgufMetadata& metadata,
                                  absl::string_view name,
                                  std::optional<uint64_t> fallback) {
  const std::string key = Key(name);
  const GgufValue* value = metadata.Find(key);
  if (value == nullptr && fallback.has_value()) return *fallback;
  if (value != nullptr && value->is_array()) {
    return absl::UnimplementedError(absl::StrCat(
        key, ": one value per layer is not supported, only one for all"));
  }
  TESSERA_ASSIGN_OR_RETURN(const uint64_t count, metadata.GetUint(key));
  if (count == 0 || count > kMaxCount) {
    return absl::DataLossError(absl::StrCat(key, ": ", count, " is no size"));
  }
  return count;
}

absl::StatusOr<float> GetPositive(const GgufMetadata& metadata,
                                  absl::string_view name,
                                  std::optional<float> fallback) {
  const std::string key = Key(name);
  if (metadata.Find(key) == nullptr && fallback.has_value()) return *fallback;
  TESSERA_ASSIGN_OR_RETURN(const double value, metadata.GetFloat(key));
  if (!std::isfinite(value) || value <= 0) {
    return absl::DataLossError(
        absl::StrCat(key, ": ", value, " is not a positive number"));
  }
  return static_cast<float>(value);
}

absl::Status ReadHeads(const GgufMetadata& metadata, ModelConfig* model) {
  TESSERA_ASSIGN_OR_RETURN(
      const uint64_t heads,
      GetCount(metadata, "attention.head_count", std::nullopt));
  TESSERA_ASSIGN_OR_RETURN(
      const uint64_t kv_heads,
      GetCount(metadata, "attention.head_count_kv", heads));
  if (heads % kv_heads != 0) {
    return absl::DataLossError(absl::StrCat(
        Key("attention.head_count"), ": ", heads, " is no multiple of ",
        kv_heads, " key and value heads"));
  }
  TESSERA_ASSIGN_OR_RETURN(const uint64_t head_dim,
                           GetCount(metadata, "attention.key_length",
                                    model->hidden_size() / heads));
  TESSERA_ASSIGN_OR_RETURN(
      const uint64_t value_dim,
      GetCount(metadata, "attention.value_length", head_dim));
  TESSERA_ASSIGN_OR_RETURN(
      const uint64_t rope,
      GetCount(metadata, "rope.dimension_count", head_dim));
  if (value_dim != head_dim) {
    return absl::UnimplementedError(absl::StrCat(
        Key("attention.value_length"), ": ", value_dim,
        " differs from key_length ", head_dim, ", which is not supported"));
  }
  if (rope > head_dim || rope % 2 != 0 || head_dim % 2 != 0) {
    return absl::DataLossError(absl::StrCat(
        Key("rope.dimension_count"), ": ", rope,
        " is not an even part of a head of ", head_dim));
  }
  model->set_num_attention_heads(heads);
  model->set_num_key_value_heads(kv_heads);
  model->set_head_dim(head_dim);
  model->set_rope_dimension_count(rope);
  return absl::OkStatus();
}

absl::Status ReadRopeScaling(const GgufMetadata& metadata,
                             ModelConfig* model) {
  const std::string type_key = Key("rope.scaling.type");
  std::string type;
  if (metadata.Find(type_key) != nullptr) {
    TESSERA_ASSIGN_OR_RETURN(const absl::string_view text,
                             metadata.GetString(type_key));
    type = std::string(text);
  }
  std::optional<float> factor;
  for (absl::string_view name : {"rope.scaling.factor", "rope.scale_linear"}) {
    if (metadata.Find(Key(name)) == nullptr) continue;
    TESSERA_ASSIGN_OR_RETURN(factor, GetPositive(metadata, name, std::nullopt));
    break;
  }
  if (type.empty() && factor.has_value()) type = "linear";
  if (type.empty() || type == "none" || !factor.has_value()) {
    return absl::OkStatus();
  }
  if (type != "linear") {
    return absl::UnimplementedError(
        absl::StrCat(type_key, ": ", Quoted(type), " is not supported"));
  }
  model->mutable_rope_scaling()->set_rope_type(type);
  model->mutable_rope_scaling()->set_factor(*factor);
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> ReadVocabularySize(const GgufMetadata& metadata) {
  if (metadata.Find(Key("vocab_size")) != nullptr) {
    return GetCount(metadata, "vocab_size", std::nullopt);
  }
  const GgufValue* tokens = metadata.Find("tokenizer.ggml.tokens");
  return tokens != nullptr ? tokens->element_count() : uint64_t{0};
}

template <typename T>
void AppendScalar(absl::string_view name, T value, GgufMetadata* metadata) {
  metadata->Append(Key(name), GgufValue::Scalar<T>(value));
}

}  // namespace

absl::StatusOr<ModelConfig> ModelConfigFromGguf(const GgufMetadata& metadata) {
  TESSERA_ASSIGN_OR_RETURN(const absl::string_view architecture,
                           metadata.GetString(kArchitectureKey));
  if (architecture != kLlama) {
    return absl::UnimplementedError(
        absl::StrCat("architecture ", Quoted(architecture),
                     " is not supported; Tessera runs \"llama\" models"));
  }
  ModelConfig model;
  model.set_model_type(std::string(kLlama));
  TESSERA_ASSIGN_OR_RETURN(const uint64_t layers,
                           GetCount(metadata, "block_count", std::nullopt));
  TESSERA_ASSIGN_OR_RETURN(
      const uint64_t hidden,
      GetCount(metadata, "embedding_length", std::nullopt));
  TESSERA_ASSIGN_OR_RETURN(
      const uint64_t intermediate,
      GetCount(metadata, "feed_forward_length", std::nullopt));
  TESSERA_ASSIGN_OR_RETURN(const uint64_t context,
                           GetCount(metadata, "context_length", 2048));
  TESSERA_ASSIGN_OR_RETURN(const uint64_t vocabulary,
                           ReadVocabularySize(metadata));
  model.set_num_hidden_layers(layers);
  model.set_hidden_size(hidden);
  model.set_intermediate_size(intermediate);
  model.set_max_position_embeddings(context);
  model.set_vocab_size(vocabulary);
  TESSERA_RETURN_IF_ERROR(ReadHeads(metadata, &model));
  TESSERA_ASSIGN_OR_RETURN(
      const float epsilon,
      GetPositive(metadata, "attention.layer_norm_rms_epsilon", std::nullopt));
  TESSERA_ASSIGN_OR_RETURN(const float theta,
                           GetPositive(metadata, "rope.freq_base", 10000.0f));
  model.set_rms_norm_eps(epsilon);
  model.set_rope_theta(theta);
  TESSERA_RETURN_IF_ERROR(ReadRopeScaling(metadata, &model));
  return model;
}

void AppendModelConfig(const ModelConfig& model, GgufMetadata* metadata) {
  metadata->Append(kArchitectureKey, GgufValue::String(model.model_type()));
  const auto append_count = [&](absl::string_view name, uint64_t value) {
    AppendScalar(name, static_cast<uint32_t>(value), metadata);
  };
  append_count("block_count", model.num_hidden_layers());
  append_count("context_length", model.max_position_embeddings());
  append_count("embedding_length", model.hidden_size());
  append_count("feed_forward_length", model.intermediate_size());
  append_count("attention.head_count", model.num_attention_heads());
  append_count("attention.head_count_kv", model.num_key_value_heads());
  append_count("attention.key_length", model.head_dim());
  append_count("attention.value_length", model.head_dim());
  append_count("rope.dimension_count", model.rope_dimension_count());
  append_count("vocab_size", model.vocab_size());
  AppendScalar("rope.freq_base", model.rope_theta(), metadata);
  AppendScalar("attention.layer_norm_rms_epsilon", model.rms_norm_eps(),
               metadata);
  if (model.rope_scaling().rope_type() == "linear") {
    metadata->Append(Key("rope.scaling.type"), GgufValue::String("linear"));
    AppendScalar("rope.scaling.factor", model.rope_scaling().factor(),
                 metadata);
  }
}

}  // namespace tessera
