#include "formats/model/activation.h"

namespace tessera {
namespace {

struct Named {
  absl::string_view name;
  Activation activation;
};
constexpr Named kNames[] = {
    {"silu", Activation::kSilu},
    {"swish", Activation::kSilu},
    {"gelu_pytorch_tanh", Activation::kGelu},
    {"gelu_new", Activation::kGelu},
    {"gelu_fast", Activation::kGelu},
    {"gelu", Activation::kGeluErf},
    {"relu", Activation::kRelu},
    {"relu2", Activation::kReluSquared},
};

}  // namespace

std::optional<Activation> ActivationNamed(absl::string_view name) {
  for (const Named& named : kNames) {
    if (named.name == name) return named.activation;
  }
  return std::nullopt;
}

std::optional<Activation> ActivationOf(const ModelConfig& model,
                                       const Architecture& architecture) {
  if (model.hidden_act().empty()) return architecture.activation;
  return ActivationNamed(model.hidden_act());
}

}  // namespace tessera
