#include "runtime/model/llama_config.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

// Far above any model, far below where a product of two overflows.
constexpr uint64_t kMaxSize = uint64_t{1} << 26;

absl::Status Wrong(absl::string_view field, absl::string_view found,
                   absl::string_view expected) {
  return absl::DataLossError(absl::StrCat("model configuration: ", field,
                                          " is ", found, ", expected ",
                                          expected));
}

// Copies a size into `result` if it is between 1 and kMaxSize.
absl::Status TakeSize(absl::string_view field, uint64_t value,
                      int64_t* result) {
  if (value == 0 || value > kMaxSize) {
    return Wrong(field, absl::StrCat(value), absl::StrCat("1 to ", kMaxSize));
  }
  *result = static_cast<int64_t>(value);
  return absl::OkStatus();
}

absl::Status TakeSizes(const ModelConfig& model, LlamaConfig* config) {
  TESSERA_RETURN_IF_ERROR(
      TakeSize("hidden_size", model.hidden_size(), &config->hidden_size));
  TESSERA_RETURN_IF_ERROR(TakeSize("intermediate_size",
                                   model.intermediate_size(),
                                   &config->intermediate_size));
  TESSERA_RETURN_IF_ERROR(TakeSize("num_hidden_layers",
                                   model.num_hidden_layers(), &config->layers));
  TESSERA_RETURN_IF_ERROR(TakeSize("num_attention_heads",
                                   model.num_attention_heads(),
                                   &config->heads));
  TESSERA_RETURN_IF_ERROR(TakeSize("num_key_value_heads",
                                   model.num_key_value_heads(),
                                   &config->kv_heads));
  TESSERA_RETURN_IF_ERROR(
      TakeSize("head_dim", model.head_dim(), &config->head_dim));
  TESSERA_RETURN_IF_ERROR(
      TakeSize("vocab_size", model.vocab_size(), &config->vocab_size));
  TESSERA_RETURN_IF_ERROR(TakeSize("max_position_embeddings",
                                   model.max_position_embeddings(),
                                   &config->max_positions));
  return TakeSize("rope_dimension_count", model.rope_dimension_count(),
                  &config->rope_dim);
}

absl::Status CheckConsistent(const LlamaConfig& config) {
  if (config.heads % config.kv_heads != 0) {
    return Wrong("num_key_value_heads", absl::StrCat(config.kv_heads),
                 absl::StrCat("a divisor of num_attention_heads, ",
                              config.heads));
  }
  if (config.head_dim % 2 != 0) {
    return Wrong("head_dim", absl::StrCat(config.head_dim), "an even number");
  }
  if (config.rope_dim % 2 != 0 || config.rope_dim > config.head_dim) {
    return Wrong("rope_dimension_count", absl::StrCat(config.rope_dim),
                 absl::StrCat("an even number up to head_dim, ",
                              config.head_dim));
  }
  return absl::OkStatus();
}

absl::Status TakeNumbers(const ModelConfig& model, LlamaConfig* config) {
  config->rms_norm_eps = model.rms_norm_eps();
  if (!(std::isfinite(config->rms_norm_eps) && config->rms_norm_eps >= 0)) {
    return Wrong("rms_norm_eps", absl::StrCat(config->rms_norm_eps),
                 "a small positive number");
  }
  config->rope_theta = model.rope_theta();
  if (!(std::isfinite(config->rope_theta) && config->rope_theta > 0)) {
    return Wrong("rope_theta", absl::StrCat(config->rope_theta),
                 "a positive number");
  }
  return absl::OkStatus();
}

absl::Status TakeRopeScaling(const ModelConfig& model, LlamaConfig* config) {
  config->rope_linear_factor = 1;
  config->needs_rope_freqs = false;
  if (!model.has_rope_scaling()) return absl::OkStatus();
  const ModelConfig::RopeScaling& scaling = model.rope_scaling();
  if (scaling.rope_type().empty() || scaling.rope_type() == "default" ||
      scaling.rope_type() == "none") {
    return absl::OkStatus();
  }
  if (scaling.rope_type() == "llama3") {
    config->needs_rope_freqs = true;
    return absl::OkStatus();
  }
  if (scaling.rope_type() != "linear") {
    return absl::UnimplementedError(absl::StrCat(
        "model configuration: rope scaling of type ",
        Quoted(scaling.rope_type()), " is not supported (linear, llama3)"));
  }
  config->rope_linear_factor = scaling.factor();
  if (!(std::isfinite(scaling.factor()) && scaling.factor() > 0)) {
    return Wrong("rope_scaling.factor", absl::StrCat(scaling.factor()),
                 "a positive number");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LlamaConfig> CheckLlamaConfig(const ModelConfig& model) {
  if (model.model_type() != "llama") {
    return absl::UnimplementedError(
        absl::StrCat("model type ", Quoted(model.model_type()),
                     " cannot be run (supported: 'llama')"));
  }
  LlamaConfig config;
  TESSERA_RETURN_IF_ERROR(TakeSizes(model, &config));
  TESSERA_RETURN_IF_ERROR(CheckConsistent(config));
  TESSERA_RETURN_IF_ERROR(TakeNumbers(model, &config));
  TESSERA_RETURN_IF_ERROR(TakeRopeScaling(model, &config));
  return config;
}

}  // namespace tessera
