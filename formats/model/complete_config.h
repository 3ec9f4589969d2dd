// What a configuration leaves unsaid, and what must fit together in it.
#ifndef FORMATS_MODEL_COMPLETE_CONFIG_H_
#define FORMATS_MODEL_COMPLETE_CONFIG_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "formats/arena/model_config.pb.h"
#include "formats/model/architecture.h"

namespace tessera {

// How messages call a field of ModelConfig: "llama.attention.head_count".
using ConfigFieldName = absl::FunctionRef<std::string(absl::string_view field)>;

// Sets fields of `model` that are 0 and follow from others: as many key and
// value heads as heads, heads that share the hidden size, rotation of all of a
// head, experts of the size of the feed-forward.
void DeriveConfigFields(ModelConfig* model);

// Checks that heads fit together as `architecture` needs them. DataLoss that
// names the field.
absl::Status CheckConfigFields(const ModelConfig& model,
                               const Architecture& architecture,
                               ConfigFieldName name);

}  // namespace tessera

#endif  // FORMATS_MODEL_COMPLETE_CONFIG_H_
