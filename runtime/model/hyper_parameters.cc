#include "runtime/model/hyper_parameters.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/model/activation.h"
#include "formats/model/layer_config.h"

namespace tessera {
namespace {

// Far above any model, far below where a product of two overflows.
constexpr uint64_t kMaxSize = uint64_t{1} << 26;

absl::Status Wrong(absl::string_view field, absl::string_view found,
                   absl::string_view expected) {
  return absl::DataLossError(absl::StrCat(
      "model configuration: ", field, " is ", found, ", expected ", expected));
}

// Copies a size to `result` if it is between 1 and kMaxSize.
absl::Status ReadSize(absl::string_view field, uint64_t value,
                      int64_t* result) {
  if (value == 0 || value > kMaxSize) {
    return Wrong(field, absl::StrCat(value), absl::StrCat("1 to ", kMaxSize));
  }
  *result = static_cast<int64_t>(value);
  return absl::OkStatus();
}

// Copies a number to `result` if it is above zero; 0 stands for `neutral`.
absl::Status ReadFactor(absl::string_view field, float value, float neutral,
                        float* result) {
  if (!(std::isfinite(value) && value >= 0)) {
    return Wrong(field, absl::StrCat(value), "a positive number");
  }
  *result = value == 0 ? neutral : value;
  return absl::OkStatus();
}

absl::Status CheckPositive(absl::string_view field, double value) {
  if (std::isfinite(value) && value > 0) return absl::OkStatus();
  return Wrong(field, absl::StrCat(value), "a positive number");
}

bool Rotates(const HyperParameters& parameters) {
  return parameters.architecture->rope_pairs != RopePairs::kNone;
}

absl::Status ReadSizes(const ModelConfig& model, HyperParameters* parameters) {
  TESSERA_RETURN_IF_ERROR(
      ReadSize("hidden_size", model.hidden_size(), &parameters->hidden_size));
  TESSERA_RETURN_IF_ERROR(ReadSize("intermediate_size",
                                   model.intermediate_size(),
                                   &parameters->intermediate_size));
  TESSERA_RETURN_IF_ERROR(ReadSize(
      "num_hidden_layers", model.num_hidden_layers(), &parameters->layers));
  TESSERA_RETURN_IF_ERROR(ReadSize(
      "num_attention_heads", model.num_attention_heads(), &parameters->heads));
  TESSERA_RETURN_IF_ERROR(ReadSize("num_key_value_heads",
                                   model.num_key_value_heads(),
                                   &parameters->kv_heads));
  TESSERA_RETURN_IF_ERROR(
      ReadSize("head_dim", model.head_dim(), &parameters->head_dim));
  TESSERA_RETURN_IF_ERROR(
      ReadSize("vocab_size", model.vocab_size(), &parameters->vocab_size));
  TESSERA_RETURN_IF_ERROR(ReadSize("max_position_embeddings",
                                   model.max_position_embeddings(),
                                   &parameters->max_positions));
  if (!Rotates(*parameters)) return absl::OkStatus();
  return ReadSize("rope_dimension_count", model.rope_dimension_count(),
                  &parameters->rope.dim);
}

absl::Status CheckConsistent(const HyperParameters& parameters) {
  if (parameters.heads % parameters.kv_heads != 0) {
    return Wrong(
        "num_key_value_heads", absl::StrCat(parameters.kv_heads),
        absl::StrCat("a divisor of num_attention_heads, ", parameters.heads));
  }
  if (parameters.head_dim % 2 != 0) {
    return Wrong("head_dim", absl::StrCat(parameters.head_dim),
                 "an even number");
  }
  if (parameters.rope.dim % 2 != 0 ||
      parameters.rope.dim > parameters.head_dim) {
    return Wrong(
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
  return Wrong(rms ? "rms_norm_eps" : "layer_norm_eps",
               absl::StrCat(parameters->norm_eps), "a small positive number");
}

absl::Status ReadScales(const ModelConfig& model, HyperParameters* parameters) {
  TESSERA_RETURN_IF_ERROR(ReadFactor("embedding_scale", model.embedding_scale(),
                                     1, &parameters->embedding_scale));
  TESSERA_RETURN_IF_ERROR(
      ReadFactor("attention_scale", model.attention_scale(),
                 1.0f / std::sqrt(static_cast<float>(parameters->head_dim)),
                 &parameters->attention_scale));
  TESSERA_RETURN_IF_ERROR(ReadFactor("residual_scale", model.residual_scale(),
                                     1, &parameters->residual_scale));
  TESSERA_RETURN_IF_ERROR(ReadFactor("logit_scale", model.logit_scale(), 1,
                                     &parameters->logit_scale));
  if (parameters->architecture->divides_logits) {
    parameters->logit_scale = 1 / parameters->logit_scale;
  }
  TESSERA_RETURN_IF_ERROR(ReadFactor("attn_logit_softcapping",
                                     model.attn_logit_softcapping(), 0,
                                     &parameters->attention_cap));
  TESSERA_RETURN_IF_ERROR(ReadFactor("final_logit_softcapping",
                                     model.final_logit_softcapping(), 0,
                                     &parameters->logit_cap));
  return ReadFactor("clip_qkv", model.clip_qkv(), 0, &parameters->qkv_clip);
}

absl::Status ReadLayers(const ModelConfig& model, HyperParameters* parameters) {
  if (!model.layers().empty() && model.layers_size() != parameters->layers) {
    return Wrong("layers", absl::StrCat(model.layers_size()),
                 absl::StrCat(parameters->layers));
  }
  for (int64_t i = 0; i < parameters->layers; ++i) {
    const ModelConfig::Layer& layer = LayerConfigOf(model, i);
    LayerParameters& result = parameters->layer.emplace_back();
    // What is beyond any context is no window.
    if (layer.window() < kMaxSize) {
      result.window = static_cast<int64_t>(layer.window());
    }
    if (layer.rope() == ModelConfig::Layer::NONE || !Rotates(*parameters)) {
      result.rope = RopeChoice::kNone;
    } else if (layer.rope() == ModelConfig::Layer::LOCAL) {
      result.rope = RopeChoice::kLocal;
      parameters->local_rope = {.dim = parameters->rope.dim,
                                .theta = model.rope_local_theta()};
    } else if (layer.rope() != ModelConfig::Layer::GLOBAL) {
      return Wrong("layers.rope", absl::StrCat(layer.rope()), "0, 1 or 2");
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
  if (type == "llama3") {
    parameters->needs_rope_factors = true;
    return absl::OkStatus();
  }
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
        std::min(scaling.original_max_position_embeddings(), kMaxSize));
    return absl::OkStatus();
  }
  return absl::UnimplementedError(
      absl::StrCat("model configuration: rope scaling of type ", Quoted(type),
                   " is not supported (linear, llama3, yarn, longrope)"));
}

absl::Status ReadRope(const ModelConfig& model, HyperParameters* parameters) {
  parameters->needs_rope_factors = false;
  parameters->original_positions = 0;
  if (!Rotates(*parameters)) return absl::OkStatus();
  parameters->rope.theta = model.rope_theta();
  TESSERA_RETURN_IF_ERROR(CheckPositive("rope_theta", model.rope_theta()));
  return ReadRopeScaling(model, parameters);
}

absl::Status Unsupported(const ModelConfig& model, absl::string_view what) {
  return absl::UnimplementedError(absl::StrCat(
      "model type ", Quoted(model.model_type()), " cannot be run: ", what));
}

// The names of all architectures, each once.
std::string KnownArchitectures() {
  std::vector<std::string> names;
  for (const Architecture& architecture : AllArchitectures()) {
    const std::string name = Quoted(architecture.name);
    if (names.empty() || names.back() != name) names.push_back(name);
  }
  return absl::StrJoin(names, ", ");
}

// Refuses what has no code, by name.
absl::Status CheckArchitecture(const ModelConfig& model,
                               const Architecture* architecture) {
  if (architecture == nullptr) {
    return Unsupported(
        model,
        absl::StrCat("it is not known (known: ", KnownArchitectures(), ")"));
  }
  if (architecture->mixer != MixerKind::kAttention) {
    return Unsupported(model, "latent attention is not supported");
  }
  if (architecture->feed_forward == FeedForwardKind::kExperts ||
      model.num_experts() != 0) {
    return Unsupported(model, "mixtures of experts are not supported");
  }
  if (model.sliding_window() != 0 && model.layers().empty()) {
    return Unsupported(
        model, absl::StrCat("which layers have its sliding window of ",
                            model.sliding_window(), " positions is not known"));
  }
  if (model.parallel_residual() &&
      architecture->norms != NormPlacement::kBefore) {
    return Unsupported(model,
                       "a parallel residual with norms after attention "
                       "and feed-forward is not supported");
  }
  if (model.not_understood_size() > 0) {
    return Unsupported(model, model.not_understood(0));
  }
  return absl::OkStatus();
}

absl::Status ReadActivation(const ModelConfig& model,
                            HyperParameters* parameters) {
  const std::optional<Activation> activation =
      ActivationOf(model, *parameters->architecture);
  if (!activation.has_value()) {
    return Unsupported(
        model, absl::StrCat("its activation, ", Quoted(model.hidden_act()),
                            ", is not supported"));
  }
  // Of these there are kernels that multiply by nothing.
  const bool gelu =
      *activation == Activation::kGelu || *activation == Activation::kGeluErf;
  const bool plain =
      parameters->architecture->feed_forward == FeedForwardKind::kPlain;
  if (!gelu && (plain || *activation != Activation::kSilu)) {
    return Unsupported(model, "its activation is not supported");
  }
  parameters->activation = *activation;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<HyperParameters> CheckHyperParameters(const ModelConfig& model) {
  HyperParameters parameters;
  parameters.architecture = FindArchitecture(model.model_type());
  TESSERA_RETURN_IF_ERROR(CheckArchitecture(model, parameters.architecture));
  TESSERA_RETURN_IF_ERROR(ReadActivation(model, &parameters));
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
