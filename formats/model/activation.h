// Activations by the names that Hugging Face's config.json has for them.
#ifndef FORMATS_MODEL_ACTIVATION_H_
#define FORMATS_MODEL_ACTIVATION_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "formats/arena/model_config.pb.h"
#include "formats/model/architecture.h"

namespace tessera {

// "silu", "gelu_pytorch_tanh", "gelu" and their other names; nullopt for one
// that is not known.
std::optional<Activation> ActivationNamed(absl::string_view name);

// What stands between gate and down, or between up and down: `hidden_act` of
// `model` or, if it is empty, the architecture's. nullopt for a name that is
// not known.
std::optional<Activation> ActivationOf(const ModelConfig& model,
                                       const Architecture& architecture);

}  // namespace tessera

#endif  // FORMATS_MODEL_ACTIVATION_H_
