#include "formats/model/supported_graph.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/model/activation.h"
#include "formats/model/architecture.h"

namespace tessera {
namespace {

bool IsSupported(const Architecture& architecture) {
  return architecture.mixer == MixerKind::kAttention &&
         architecture.feed_forward != FeedForwardKind::kExperts;
}

// The names of all that are supported, each once.
std::string SupportedArchitectures() {
  std::vector<absl::string_view> names;
  for (const Architecture& architecture : AllArchitectures()) {
    if (!IsSupported(architecture)) continue;
    if (names.empty() || names.back() != architecture.name) {
      names.push_back(architecture.name);
    }
  }
  return absl::StrJoin(names, ", ");
}

// Of all models of an architecture.
absl::Status NotSupported(const ModelConfig& model, absl::string_view why) {
  return absl::UnimplementedError(
      absl::StrCat("architecture ", Quoted(model.model_type()),
                   " is not supported", why.empty() ? "" : ": ", why));
}

// Of this model.
absl::Status ModelNotSupported(const ModelConfig& model,
                               absl::string_view why) {
  return absl::UnimplementedError(absl::StrCat(
      "this ", model.model_type(), " model is not supported: ", why));
}

absl::Status UnknownArchitecture(const ModelConfig& model) {
  if (model.model_type().empty() && model.not_understood_size() > 0) {
    return absl::UnimplementedError(absl::StrCat(
        "the architecture is not known: ", model.not_understood(0)));
  }
  return absl::UnimplementedError(absl::StrCat(
      "architecture ", Quoted(model.model_type()),
      " is not supported; supported are ", SupportedArchitectures()));
}

// Of these there are kernels; of SiLU, only such as multiply by the gate.
absl::Status CheckActivation(const ModelConfig& model,
                             const Architecture& architecture) {
  const std::optional<Activation> activation =
      ActivationOf(model, architecture);
  const bool gelu =
      activation == Activation::kGelu || activation == Activation::kGeluErf;
  const bool plain = architecture.feed_forward == FeedForwardKind::kPlain;
  if (gelu || (activation == Activation::kSilu && !plain)) {
    return absl::OkStatus();
  }
  return ModelNotSupported(model,
                           absl::StrCat("there is no code for its activation, ",
                                        Quoted(model.hidden_act())));
}

}  // namespace

absl::Status CheckGraphIsSupported(const ModelConfig& model) {
  const Architecture* architecture = FindArchitecture(model.model_type());
  if (architecture == nullptr) return UnknownArchitecture(model);
  if (architecture->mixer != MixerKind::kAttention) {
    return NotSupported(model, "there is no code for its latent attention");
  }
  if (architecture->feed_forward == FeedForwardKind::kExperts) {
    return NotSupported(model, "there is no code for mixtures of experts");
  }
  if (model.num_experts() != 0) {
    return ModelNotSupported(
        model, absl::StrCat("it is a mixture of ", model.num_experts(),
                            " experts, for which there is no code"));
  }
  if (model.sliding_window() != 0 && model.layers().empty()) {
    return ModelNotSupported(
        model, absl::StrCat("which layers have its sliding window of ",
                            model.sliding_window(), " positions is not known"));
  }
  if (model.parallel_residual() &&
      architecture->norms != NormPlacement::kBefore) {
    return ModelNotSupported(model,
                             "there is no code for a parallel residual with "
                             "norms after attention and feed-forward");
  }
  TESSERA_RETURN_IF_ERROR(CheckActivation(model, *architecture));
  if (model.not_understood_size() > 0) {
    return ModelNotSupported(model, model.not_understood(0));
  }
  return absl::OkStatus();
}

}  // namespace tessera
