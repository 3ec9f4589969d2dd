#include "runtime/model/hyper_parameters.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/model/activation.h"
#include "formats/model/layer_config.h"
#include "formats/model/supported_graph.h"
#include "runtime/model/config_checks.h"

namespace tessera {
namespace {

bool Rotates(const HyperParameters& parameters) {
  return parameters.architecture->rope_pairs != RopePairs::kNone;
}

absl::Status ReadSizes(const ModelConfig& model, HyperParameters* parameters) {
  struct Size {
    absl::string_view field;
    uint64_t value;
    int64_t* result;
  };
  HyperParameters& p = *parameters;
  const Size sizes[] = {
      {"hidden_size", model.hidden_size(), &p.hidden_size},
      {"intermediate_size", model.intermediate_size(), &p.intermediate_size},
      {"num_hidden_layers", model.num_hidden_layers(), &p.layers},
      {"num_attention_heads", model.num_attention_heads(), &p.heads},
      {"num_key_value_heads", model.num_key_value_heads(), &p.kv_heads},
      {"head_dim", model.head_dim(), &p.head_dim},
      {"vocab_size", model.vocab_size(), &p.vocab_size},
      {"max_position_embeddings", model.max_position_embeddings(),
       &p.max_positions},
  };
  for (const Size& size : sizes) {
    TESSERA_RETURN_IF_ERROR(ReadSize(size.field, size.value, size.result));
  }
  if (!Rotates(p)) return absl::OkStatus();
  return ReadSize("rope_dimension_count", model.rope_dimension_count(),
                  &p.rope.dim);
}

absl::Status CheckConsistent(const HyperParameters& parameters) {
  if (parameters.heads % parameters.kv_heads != 0) {
    return WrongConfig(
        "num_key_value_heads", absl::StrCat(parameters.kv_heads),
        absl::StrCat("a divisor of num_attention_heads, ", parameters.heads));
  }
  if (parameters.head_dim % 2 != 0) {
    return WrongConfig("head_dim", absl::StrCat(parameters.head_dim),
                       "an even number");
  }
  if (parameters.rope.dim % 2 != 0 ||
      parameters.rope.dim > parameters.head_dim) {
    return WrongConfig(
        "rope_dimension_count", absl::StrCat(parameters.rope.dim),
        absl::StrCat("an even number up to head_dim, ", parameters.head_dim));
  }
  return absl::OkStatus();
}

absl::Status ReadNorm(const ModelConfig& model, HyperParameters* parameters) {
  const bool rms = parameters->architecture->norm == NormKind::kRms;
  parameters->norm_eps = rms ? model.rms_norm_eps() : model.layer_norm_eps();
  if (std::isfinite(parameters->norm_eps) && parameters->norm_eps >= 0) {
    return absl::OkStatus();
  }
  return WrongConfig(rms ? "rms_norm_eps" : "layer_norm_eps",
                     absl::StrCat(parameters->norm_eps),
                     "a small positive number");
}

absl::Status ReadScales(const ModelConfig& model, HyperParameters* parameters) {
  struct Factor {
    absl::string_view field;
    float value;
    float neutral;
    float* result;
  };
  HyperParameters& p = *parameters;
  const float usual = 1.0f / std::sqrt(static_cast<float>(p.head_dim));
  const Factor factors[] = {
      {"embedding_scale", model.embedding_scale(), 1, &p.embedding_scale},
      {"attention_scale", model.attention_scale(), usual, &p.attention_scale},
      {"residual_scale", model.residual_scale(), 1, &p.residual_scale},
      {"logit_scale", model.logit_scale(), 1, &p.logit_scale},
      {"attn_logit_softcapping", model.attn_logit_softcapping(), 0,
       &p.attention_cap},
      {"final_logit_softcapping", model.final_logit_softcapping(), 0,
       &p.logit_cap},
      {"clip_qkv", model.clip_qkv(), 0, &p.qkv_clip},
  };
  for (const Factor& factor : factors) {
    TESSERA_RETURN_IF_ERROR(
        ReadFactor(factor.field, factor.value, factor.neutral, factor.result));
  }
  if (p.architecture->divides_logits) p.logit_scale = 1 / p.logit_scale;
  return absl::OkStatus();
}

absl::Status ReadLayers(const ModelConfig& model, HyperParameters* parameters) {
  if (!model.layers().empty() && model.layers_size() != parameters->layers) {
    return WrongConfig("layers", absl::StrCat(model.layers_size()),
                       absl::StrCat(parameters->layers));
  }
  for (int64_t i = 0; i < parameters->layers; ++i) {
    const ModelConfig::Layer& layer = LayerConfigOf(model, i);
    LayerParameters& result = parameters->layer.emplace_back();
    // What is beyond any context is no window.
    if (layer.window() < kMaxConfigSize) {
      result.window = static_cast<int64_t>(layer.window());
    }
    if (layer.rope() == ModelConfig::Layer::NONE || !Rotates(*parameters)) {
      result.rope = RopeChoice::kNone;
    } else if (layer.rope() == ModelConfig::Layer::LOCAL) {
      result.rope = RopeChoice::kLocal;
      parameters->local_rope = {.dim = parameters->rope.dim,
                                .theta = model.rope_local_theta()};
    } else if (layer.rope() != ModelConfig::Layer::GLOBAL) {
      return WrongConfig("layers.rope", absl::StrCat(layer.rope()),
                         "0, 1 or 2");
    }
  }
  if (!parameters->local_rope.has_value()) return absl::OkStatus();
  return CheckPositive("rope_local_theta", model.rope_local_theta());
}

absl::Status ReadYarn(const ModelConfig::RopeScaling& scaling,
                      RopeParameters* rope) {
  const auto original =
      static_cast<double>(scaling.original_max_position_embeddings());
  TESSERA_RETURN_IF_ERROR(
      CheckPositive("rope_scaling.factor", scaling.factor()));
  TESSERA_RETURN_IF_ERROR(
      CheckPositive("rope_scaling.beta_fast", scaling.beta_fast()));
  TESSERA_RETURN_IF_ERROR(
      CheckPositive("rope_scaling.beta_slow", scaling.beta_slow()));
  TESSERA_RETURN_IF_ERROR(
      CheckPositive("rope_scaling.original_max_position_embeddings", original));
  rope->yarn = {.factor = scaling.factor(),
                .original_positions = original,
                .beta_fast = scaling.beta_fast(),
                .beta_slow = scaling.beta_slow(),
                .rounded = !scaling.untruncated()};
  return absl::OkStatus();
}

// What becomes of the model's angles when texts are longer than those it was
// first trained on.
absl::Status ReadRopeScaling(const ModelConfig& model,
                             HyperParameters* parameters) {
  const ModelConfig::RopeScaling& scaling = model.rope_scaling();
  const std::string& type = scaling.rope_type();
  if (type.empty() || type == "default" || type == "none") {
    return absl::OkStatus();
  }
  if (type == "llama3") return absl::OkStatus();  // it is in a tensor
  if (type == "linear") {
    parameters->rope.linear_factor = scaling.factor();
    return CheckPositive("rope_scaling.factor", scaling.factor());
  }
  float attention_factor = 1;
  TESSERA_RETURN_IF_ERROR(ReadFactor("rope_scaling.attention_factor",
                                     scaling.attention_factor(), 1,
                                     &attention_factor));
  parameters->rope.attention_factor = attention_factor;
  if (type == "yarn") return ReadYarn(scaling, &parameters->rope);
  if (type == "longrope") {
    parameters->original_positions = static_cast<int64_t>(
        std::min(scaling.original_max_position_embeddings(), kMaxConfigSize));
    return absl::OkStatus();
  }
  return absl::UnimplementedError(
      absl::StrCat("model configuration: rope scaling of type ", Quoted(type),
                   " is not supported (linear, llama3, yarn, longrope)"));
}

absl::Status ReadRope(const ModelConfig& model, HyperParameters* parameters) {
  parameters->original_positions = 0;
  if (!Rotates(*parameters)) return absl::OkStatus();
  parameters->rope.theta = model.rope_theta();
  TESSERA_RETURN_IF_ERROR(CheckPositive("rope_theta", model.rope_theta()));
  return ReadRopeScaling(model, parameters);
}

}  // namespace

absl::StatusOr<HyperParameters> CheckHyperParameters(const ModelConfig& model) {
  HyperParameters parameters;
  TESSERA_RETURN_IF_ERROR(CheckGraphIsSupported(model));
  parameters.architecture = FindArchitecture(model.model_type());
  parameters.activation = *ActivationOf(model, *parameters.architecture);
  TESSERA_RETURN_IF_ERROR(ReadSizes(model, &parameters));
  TESSERA_RETURN_IF_ERROR(CheckConsistent(parameters));
  TESSERA_RETURN_IF_ERROR(ReadNorm(model, &parameters));
  TESSERA_RETURN_IF_ERROR(ReadScales(model, &parameters));
  TESSERA_RETURN_IF_ERROR(ReadRope(model, &parameters));
  TESSERA_RETURN_IF_ERROR(ReadLayers(model, &parameters));
  parameters.parallel_residual = model.parallel_residual();
  return parameters;
}

}  // namespace tessera
