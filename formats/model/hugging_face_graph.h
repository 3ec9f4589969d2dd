// What config.json says of the graph besides sizes, rotation and windows.
#ifndef FORMATS_MODEL_HUGGING_FACE_GRAPH_H_
#define FORMATS_MODEL_HUGGING_FACE_GRAPH_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "formats/arena/model_config.pb.h"
#include "formats/json/json_document.h"
#include "formats/model/architecture.h"

namespace tessera {

// True for a key that the functions below read.
bool IsGraphKey(absl::string_view key);

// Sets hidden_act where "hidden_act" and its other names differ from the
// architecture's activation. One that is not known becomes a sentence of
// not_understood.
void ReadHuggingFaceActivation(JsonValue config,
                               const Architecture& architecture,
                               ModelConfig* model);

// Sets rope_dimension_count of `model`, whose head_dim is set, from
// "partial_rotary_factor" and its other names. DataLoss if it is no part.
absl::Status ReadPartialRotation(JsonValue config, absl::string_view model_type,
                                 ModelConfig* model);

// Sets attention_scale from "query_pre_attn_scalar", where that is not what
// head_dim gives.
absl::Status ReadQueryScale(JsonValue config, absl::string_view model_type,
                            ModelConfig* model);

}  // namespace tessera

#endif  // FORMATS_MODEL_HUGGING_FACE_GRAPH_H_
