// Rotary position embeddings as config.json describes them.
#ifndef FORMATS_MODEL_HUGGING_FACE_ROPE_H_
#define FORMATS_MODEL_HUGGING_FACE_ROPE_H_

#include "absl/status/status.h"
#include "formats/arena/model_config.pb.h"
#include "formats/json/json_document.h"

namespace tessera {

// Sets rope_theta, as far as it stands with the scaling, and rope_scaling of
// `model` from "rope_scaling", or from "rope_parameters", as transformers 5
// writes it. A type or key that is not understood becomes a sentence of
// not_understood; then rope_scaling stays unset. DataLoss, naming the key, for
// impossible values.
absl::Status ReadHuggingFaceRope(JsonValue config, ModelConfig* model);

}  // namespace tessera

#endif  // FORMATS_MODEL_HUGGING_FACE_ROPE_H_
