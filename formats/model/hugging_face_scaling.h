// The types of rope_scaling in config.json.
#ifndef FORMATS_MODEL_HUGGING_FACE_SCALING_H_
#define FORMATS_MODEL_HUGGING_FACE_SCALING_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/arena/model_config.pb.h"
#include "formats/json/json_document.h"
#include "formats/model/hugging_face_rope.h"

namespace tessera {

// The keys that a type reads, besides those that all may have; empty for a type
// that is not known.
absl::Span<const absl::string_view> RopeScalingKeys(absl::string_view type);

// Sets rope_scaling of `model` from `rope`, an object of `config` with a type
// that is known, and `factors` of type "longrope". DataLoss, naming the key,
// for values that are missing or impossible.
absl::Status ReadRopeScaling(absl::string_view type, JsonValue rope,
                             JsonValue config, ModelConfig* model,
                             LongRopeFactors* factors);

}  // namespace tessera

#endif  // FORMATS_MODEL_HUGGING_FACE_SCALING_H_
