// Windows and rotations of single layers, as config.json describes them.
#ifndef FORMATS_MODEL_HUGGING_FACE_LAYERS_H_
#define FORMATS_MODEL_HUGGING_FACE_LAYERS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "formats/arena/model_config.pb.h"
#include "formats/json/json_document.h"
#include "formats/model/architecture.h"

namespace tessera {

// True for a key that ReadHuggingFaceLayers reads.
bool IsLayerKey(absl::string_view key);

// Sets `layers` of `model`, whose fields have been read: from "layer_types" and
// "no_rope_layers", else by the period or the rule of `architecture`. A kind of
// layer that is not understood becomes a sentence of not_understood. DataLoss,
// naming the key, for impossible values.
absl::Status ReadHuggingFaceLayers(JsonValue config,
                                   const Architecture& architecture,
                                   ModelConfig* model);

}  // namespace tessera

#endif  // FORMATS_MODEL_HUGGING_FACE_LAYERS_H_
