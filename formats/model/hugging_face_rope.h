// Rotary position embeddings as config.json describes them.
#ifndef FORMATS_MODEL_HUGGING_FACE_ROPE_H_
#define FORMATS_MODEL_HUGGING_FACE_ROPE_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "formats/arena/model_config.pb.h"
#include "formats/json/json_document.h"
#include "formats/model/architecture.h"

namespace tessera {

// Divisors of the rotary frequencies, one per pair, of rope_scaling of type
// "longrope": within the original context, and beyond it. Else empty.
struct LongRopeFactors {
  std::vector<float> within;
  std::vector<float> beyond;
};

// True for a key that ReadHuggingFaceRope reads.
bool IsRopeKey(absl::string_view key);

// Sets rope_theta and rope_local_theta, as far as they stand with the scaling,
// and rope_scaling of `model`, whose other fields are set, from "rope_scaling",
// or from "rope_parameters", as transformers 5 writes it. A type or key that is
// not understood becomes a sentence of not_understood; then rope_scaling stays
// unset. DataLoss, naming the key, for impossible values.
absl::Status ReadHuggingFaceRope(JsonValue config,
                                 const Architecture& architecture,
                                 ModelConfig* model, LongRopeFactors* factors);

}  // namespace tessera

#endif  // FORMATS_MODEL_HUGGING_FACE_ROPE_H_
