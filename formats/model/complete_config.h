// What a configuration leaves unsaid, and what must fit together in it.
#ifndef FORMATS_MODEL_COMPLETE_CONFIG_H_
#define FORMATS_MODEL_COMPLETE_CONFIG_H_

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "formats/arena/model_config.pb.h"
#include "formats/model/architecture.h"
#include "formats/model/config_field.h"

namespace tessera {

// How messages call a field of ModelConfig: "llama.attention.head_count".
using ConfigFieldName = absl::FunctionRef<std::string(absl::string_view field)>;

// True if models of `architecture` (null: not described) have `field`: the
// epsilon of the other kind of norm, and the base of rotations that there are
// not, they do not have.
bool HasConfigField(const ConfigField& field, const Architecture* architecture);

// What the lack of `field` means to `architecture` in particular; nullopt if
// that is what it means to all.
std::optional<double> DefaultOf(const ConfigField& field,
                                const Architecture& architecture,
                                const ModelConfig& model);

// Sets fields of `model` that are 0 and follow from others: as many key and
// value heads as heads, heads that share the hidden size (if they divide it),
// rotation of all of a head, experts of the size of the feed-forward; and what
// follows from the architecture: the scale of the embedding, parallel
// residuals.
void DeriveConfigFields(const Architecture* architecture, ModelConfig* model);

// Checks that heads fit together as `architecture` needs them. DataLoss that
// names the field.
absl::Status CheckConfigFields(const ModelConfig& model,
                               const Architecture& architecture,
                               ConfigFieldName name);

}  // namespace tessera

#endif  // FORMATS_MODEL_COMPLETE_CONFIG_H_
