// GGUF's metadata to a ModelConfig, and back.
#ifndef FORMATS_MODEL_GGUF_CONFIG_H_
#define FORMATS_MODEL_GGUF_CONFIG_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "formats/arena/model_config.pb.h"
#include "formats/gguf/gguf_metadata.h"

namespace tessera {

inline constexpr absl::string_view kArchitectureKey = "general.architecture";

// What `metadata` says, of whatever architecture: keys are read under the name
// that general.architecture gives. What this version does not understand is no
// error, but a sentence in ModelConfig.not_understood. NotFound without
// general.architecture; DataLoss for a value of the wrong type or an impossible
// one, and, of an architecture that is described, for one that is missing.
// Messages name the key.
absl::StatusOr<ModelConfig> ModelConfigFromGguf(const GgufMetadata& metadata);

// Appends the keys that ModelConfigFromGguf reads, general.architecture too,
// as far as `model` says something and `metadata` does not have them.
void AppendModelConfig(const ModelConfig& model, GgufMetadata* metadata);

}  // namespace tessera

#endif  // FORMATS_MODEL_GGUF_CONFIG_H_
