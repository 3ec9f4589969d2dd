// GGUF's metadata to a ModelConfig, and back.
#ifndef CONVERTER_SOURCE_GGUF_CONFIG_H_
#define CONVERTER_SOURCE_GGUF_CONFIG_H_

#include "absl/status/statusor.h"
#include "formats/arena/model_config.pb.h"
#include "formats/gguf/gguf_metadata.h"

namespace tessera {

// The hyper-parameters in `metadata`. Unimplemented for an architecture that
// Tessera has no graph for, or a variant of it; DataLoss for missing or
// impossible values. Messages name the key.
absl::StatusOr<ModelConfig> ModelConfigFromGguf(const GgufMetadata& metadata);

// Appends the keys that ModelConfigFromGguf reads, general.architecture too,
// as far as `metadata` does not have them.
void AppendModelConfig(const ModelConfig& model, GgufMetadata* metadata);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_GGUF_CONFIG_H_
