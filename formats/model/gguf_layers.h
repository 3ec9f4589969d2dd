// Windows and rotations of single layers, as GGUF's metadata describe them.
#ifndef FORMATS_MODEL_GGUF_LAYERS_H_
#define FORMATS_MODEL_GGUF_LAYERS_H_

#include "absl/status/status.h"
#include "formats/arena/model_config.pb.h"
#include "formats/gguf/gguf_metadata.h"
#include "formats/model/architecture.h"
#include "formats/model/gguf_keys.h"

namespace tessera {

// Sets `layers` of `model`, whose sizes and window have been read: from a list
// or a period in the metadata, else by the rule of `architecture`. DataLoss for
// a list of another length.
absl::Status ReadGgufLayers(const Architecture& architecture, GgufKeys* keys,
                            ModelConfig* model);

// Appends the list of windowed layers, where the rule of the architecture does
// not give it.
void AppendGgufLayers(const ModelConfig& model, GgufMetadata* metadata);

}  // namespace tessera

#endif  // FORMATS_MODEL_GGUF_LAYERS_H_
