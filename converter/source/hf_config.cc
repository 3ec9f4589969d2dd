#include "converter/source/hf_config.h"

#include <cmath>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "simdjson.h"

namespace tessera {
namespace {

using simdjson::dom::element;

std::string_view StdView(absl::string_view text) {
  return std::string_view(text.data(), text.size());
}

absl::Status KeyError(absl::string_view key, absl::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat("config.json: \"", key, "\" ", problem));
}

// The value of `key`, unless it is missing or null.
std::optional<element> Find(element object, absl::string_view key) {
  element value;
  if (object[StdView(key)].get(value) || value.is_null()) return std::nullopt;
  return value;
}

absl::StatusOr<uint64_t> GetCount(element object, absl::string_view key,
                                  std::optional<uint64_t> fallback) {
  const std::optional<element> found = Find(object, key);
  if (!found.has_value()) {
    if (fallback.has_value()) return *fallback;
    return KeyError(key, "is missing");
  }
  uint64_t value;
  if (found->get(value) || value == 0 || value > (uint64_t{1} << 32)) {
    return KeyError(key, "must be a positive integer");
  }
  return value;
}

absl::StatusOr<float> GetFloat(element object, absl::string_view key,
                               std::optional<float> fallback) {
  const std::optional<element> found = Find(object, key);
  if (!found.has_value()) {
    if (fallback.has_value()) return *fallback;
    return KeyError(key, "is missing");
  }
  double value;
  if (found->get(value) || !std::isfinite(value) || value <= 0) {
    return KeyError(key, "must be a positive number");
  }
  return static_cast<float>(value);
}

bool IsTrue(element object, absl::string_view key) {
  const std::optional<element> found = Find(object, key);
  bool value;
  return found.has_value() && !found->get(value) && value;
}

std::string GetText(element object, absl::string_view key) {
  const std::optional<element> found = Find(object, key);
  std::string_view value;
  if (!found.has_value() || found->get(value)) return "";
  return std::string(value);
}

// One id or a list of them.
std::vector<uint32_t> GetIds(element object, absl::string_view key) {
  std::vector<uint32_t> ids;
  const std::optional<element> found = Find(object, key);
  if (!found.has_value()) return ids;
  uint64_t id;
  simdjson::dom::array list;
  if (!found->get(id)) {
    ids.push_back(static_cast<uint32_t>(id));
  } else if (!found->get(list)) {
    for (element item : list) {
      if (!item.get(id)) ids.push_back(static_cast<uint32_t>(id));
    }
  }
  return ids;
}

absl::Status ParseRopeScaling(element config, ModelConfig* model) {
  const std::optional<element> scaling = Find(config, "rope_scaling");
  if (!scaling.has_value()) return absl::OkStatus();
  std::string type = GetText(*scaling, "rope_type");
  if (type.empty()) type = GetText(*scaling, "type");
  if (type == "default") return absl::OkStatus();
  if (type != "linear" && type != "llama3") {
    return absl::UnimplementedError(absl::StrCat(
        "config.json: rope_scaling of type \"", type,
        "\" is not supported; \"linear\" and \"llama3\" are"));
  }
  ModelConfig::RopeScaling& rope = *model->mutable_rope_scaling();
  rope.set_rope_type(type);
  TESSERA_ASSIGN_OR_RETURN(const float factor,
                           GetFloat(*scaling, "factor", std::nullopt));
  rope.set_factor(factor);
  if (type == "linear") return absl::OkStatus();
  TESSERA_ASSIGN_OR_RETURN(const float low,
                           GetFloat(*scaling, "low_freq_factor", 1.0f));
  TESSERA_ASSIGN_OR_RETURN(const float high,
                           GetFloat(*scaling, "high_freq_factor", 4.0f));
  TESSERA_ASSIGN_OR_RETURN(
      const uint64_t context,
      GetCount(*scaling, "original_max_position_embeddings", 8192));
  if (high <= low) {
    return KeyError("high_freq_factor", "must exceed low_freq_factor");
  }
  rope.set_low_freq_factor(low);
  rope.set_high_freq_factor(high);
  rope.set_original_max_position_embeddings(context);
  return absl::OkStatus();
}

absl::Status ParseSizes(element config, ModelConfig* model) {
  TESSERA_ASSIGN_OR_RETURN(const uint64_t hidden,
                           GetCount(config, "hidden_size", std::nullopt));
  TESSERA_ASSIGN_OR_RETURN(const uint64_t intermediate,
                           GetCount(config, "intermediate_size", std::nullopt));
  TESSERA_ASSIGN_OR_RETURN(const uint64_t layers,
                           GetCount(config, "num_hidden_layers", std::nullopt));
  TESSERA_ASSIGN_OR_RETURN(
      const uint64_t heads,
      GetCount(config, "num_attention_heads", std::nullopt));
  TESSERA_ASSIGN_OR_RETURN(const uint64_t kv_heads,
                           GetCount(config, "num_key_value_heads", heads));
  TESSERA_ASSIGN_OR_RETURN(const uint64_t head_dim,
                           GetCount(config, "head_dim", hidden / heads));
  TESSERA_ASSIGN_OR_RETURN(const uint64_t vocabulary,
                           GetCount(config, "vocab_size", std::nullopt));
  TESSERA_ASSIGN_OR_RETURN(const uint64_t positions,
                           GetCount(config, "max_position_embeddings", 2048));
  if (heads % kv_heads != 0) {
    return KeyError("num_attention_heads",
                    "must be a multiple of num_key_value_heads");
  }
  if (head_dim % 2 != 0) return KeyError("head_dim", "must be even");
  model->set_hidden_size(hidden);
  model->set_intermediate_size(intermediate);
  model->set_num_hidden_layers(layers);
  model->set_num_attention_heads(heads);
  model->set_num_key_value_heads(kv_heads);
  model->set_head_dim(head_dim);
  model->set_rope_dimension_count(head_dim);
  model->set_vocab_size(vocabulary);
  model->set_max_position_embeddings(positions);
  return absl::OkStatus();
}

// Refuses what the Llama graph would compute wrongly.
absl::Status CheckGraph(element config) {
  const std::string type = GetText(config, "model_type");
  if (type != "llama") {
    return absl::UnimplementedError(absl::StrCat(
        "config.json: model_type \"", type,
        "\" is not supported; Tessera runs \"llama\" models"));
  }
  const std::string activation = GetText(config, "hidden_act");
  if (!activation.empty() && activation != "silu") {
    return absl::UnimplementedError(absl::StrCat(
        "config.json: hidden_act \"", activation, "\" is not supported"));
  }
  for (absl::string_view key : {"attention_bias", "mlp_bias"}) {
    if (IsTrue(config, key)) {
      return absl::UnimplementedError(
          absl::StrCat("config.json: ", key, " is not supported"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<HfConfig> ParseHfConfig(absl::string_view json) {
  simdjson::dom::parser parser;
  element config;
  if (const auto error = parser.parse(json.data(), json.size()).get(config)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "config.json: ", simdjson::error_message(error)));
  }
  if (!config.is_object()) {
    return absl::InvalidArgumentError("config.json: not a JSON object");
  }
  TESSERA_RETURN_IF_ERROR(CheckGraph(config));
  HfConfig result;
  ModelConfig& model = result.model;
  model.set_model_type("llama");
  TESSERA_RETURN_IF_ERROR(ParseSizes(config, &model));
  TESSERA_ASSIGN_OR_RETURN(const float epsilon,
                           GetFloat(config, "rms_norm_eps", 1e-6f));
  TESSERA_ASSIGN_OR_RETURN(const float theta,
                           GetFloat(config, "rope_theta", 10000.0f));
  model.set_rms_norm_eps(epsilon);
  model.set_rope_theta(theta);
  model.set_tie_word_embeddings(IsTrue(config, "tie_word_embeddings"));
  TESSERA_RETURN_IF_ERROR(ParseRopeScaling(config, &model));
  const std::vector<uint32_t> bos = GetIds(config, "bos_token_id");
  if (!bos.empty()) result.bos_token_id = bos.front();
  result.eos_token_ids = GetIds(config, "eos_token_id");
  return result;
}

std::vector<float> Llama3RopeFactors(const ModelConfig& model) {
  const ModelConfig::RopeScaling& scaling = model.rope_scaling();
  if (scaling.rope_type() != "llama3") return {};
  const double context =
      static_cast<double>(scaling.original_max_position_embeddings());
  const double longest = context / scaling.low_freq_factor();
  const double shortest = context / scaling.high_freq_factor();
  const uint64_t dimensions = model.rope_dimension_count();
  std::vector<float> factors;
  for (uint64_t pair = 0; pair < dimensions / 2; ++pair) {
    const double exponent =
        2.0 * static_cast<double>(pair) / static_cast<double>(dimensions);
    const double wavelength =
        2 * M_PI * std::pow(static_cast<double>(model.rope_theta()), exponent);
    double factor = 1;
    if (wavelength > longest) {
      factor = scaling.factor();
    } else if (wavelength > shortest) {
      const double smooth =
          (context / wavelength - scaling.low_freq_factor()) /
          (scaling.high_freq_factor() - scaling.low_freq_factor());
      factor = 1 / ((1 - smooth) / scaling.factor() + smooth);
    }
    factors.push_back(static_cast<float>(factor));
  }
  return factors;
}

}  // namespace tessera
