#include "runtime/model/hyper_parameters.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/model/activation.h"

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
  return ReadSize("rope_dimension_count", model.rope_dimension_count(),
                  &parameters->rope_dim);
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
  if (parameters.rope_dim % 2 != 0 ||
      parameters.rope_dim > parameters.head_dim) {
    return Wrong(
        "rope_dimension_count", absl::StrCat(parameters.rope_dim),
        absl::StrCat("an even number up to head_dim, ", parameters.head_dim));
  }
  return absl::OkStatus();
}

absl::Status ReadNumbers(const ModelConfig& model,
                         HyperParameters* parameters) {
  parameters->rms_norm_eps = model.rms_norm_eps();
  if (!(std::isfinite(parameters->rms_norm_eps) &&
        parameters->rms_norm_eps >= 0)) {
    return Wrong("rms_norm_eps", absl::StrCat(parameters->rms_norm_eps),
                 "a small positive number");
  }
  parameters->rope_theta = model.rope_theta();
  if (!(std::isfinite(parameters->rope_theta) && parameters->rope_theta > 0)) {
    return Wrong("rope_theta", absl::StrCat(parameters->rope_theta),
                 "a positive number");
  }
  return absl::OkStatus();
}

absl::Status ReadRopeScaling(const ModelConfig& model,
                             HyperParameters* parameters) {
  parameters->rope_linear_factor = 1;
  parameters->needs_rope_factors = false;
  if (!model.has_rope_scaling()) return absl::OkStatus();
  const ModelConfig::RopeScaling& scaling = model.rope_scaling();
  if (scaling.rope_type().empty() || scaling.rope_type() == "default" ||
      scaling.rope_type() == "none") {
    return absl::OkStatus();
  }
  if (scaling.rope_type() == "llama3") {
    parameters->needs_rope_factors = true;
    return absl::OkStatus();
  }
  if (scaling.rope_type() != "linear") {
    return absl::UnimplementedError(absl::StrCat(
        "model configuration: rope scaling of type ",
        Quoted(scaling.rope_type()), " is not supported (linear, llama3)"));
  }
  parameters->rope_linear_factor = scaling.factor();
  if (!(std::isfinite(scaling.factor()) && scaling.factor() > 0)) {
    return Wrong("rope_scaling.factor", absl::StrCat(scaling.factor()),
                 "a positive number");
  }
  return absl::OkStatus();
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

// Refuses what configurations and architectures can say and no code does yet.
absl::Status CheckParts(const ModelConfig& model,
                        const Architecture& architecture) {
  const bool differs = !model.hidden_act().empty() &&
                       ActivationOf(model, architecture) != Activation::kSilu;
  if (differs || architecture.activation != Activation::kSilu) {
    return Unsupported(model, "its activation is not supported");
  }
  if (architecture.norm != NormKind::kRms ||
      architecture.query_key_norm != QueryKeyNorm::kHead ||
      architecture.feed_forward_norm != TensorRole::kFeedForwardNorm) {
    return Unsupported(model, "its norms are not supported");
  }
  if (architecture.rope_pairs == RopePairs::kNone || model.layers_size() > 0) {
    return Unsupported(model,
                       "windows, and layers without rotation, are not "
                       "supported");
  }
  if (architecture.gate_is_in_up || model.parallel_residual() ||
      model.clip_qkv() != 0) {
    return Unsupported(model, "its layers are not supported");
  }
  if (model.embedding_scale() != 0 || model.attention_scale() != 0 ||
      model.residual_scale() != 0 || model.logit_scale() != 0 ||
      model.attn_logit_softcapping() != 0 ||
      model.final_logit_softcapping() != 0) {
    return Unsupported(model, "scales and softcaps are not supported");
  }
  return absl::OkStatus();
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
  if (architecture->feed_forward != FeedForwardKind::kGated ||
      model.num_experts() != 0) {
    return Unsupported(model, "mixtures of experts are not supported");
  }
  if (architecture->norms != NormPlacement::kBefore) {
    return Unsupported(model,
                       "norms after attention and feed-forward are not "
                       "supported");
  }
  if (model.sliding_window() != 0) {
    return Unsupported(
        model, absl::StrCat("its sliding window of ", model.sliding_window(),
                            " positions is not supported"));
  }
  if (model.not_understood_size() > 0) {
    return Unsupported(model, model.not_understood(0));
  }
  return CheckParts(model, *architecture);
}

}  // namespace

absl::StatusOr<HyperParameters> CheckHyperParameters(const ModelConfig& model) {
  HyperParameters parameters;
  parameters.architecture = FindArchitecture(model.model_type());
  TESSERA_RETURN_IF_ERROR(CheckArchitecture(model, parameters.architecture));
  TESSERA_RETURN_IF_ERROR(ReadSizes(model, &parameters));
  TESSERA_RETURN_IF_ERROR(CheckConsistent(parameters));
  TESSERA_RETURN_IF_ERROR(ReadNumbers(model, &parameters));
  TESSERA_RETURN_IF_ERROR(ReadRopeScaling(model, &parameters));
  return parameters;
}

}  // namespace tessera
