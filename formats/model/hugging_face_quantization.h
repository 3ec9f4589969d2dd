// How the tensors of a checkpoint are stored, as config.json says it.
#ifndef FORMATS_MODEL_HUGGING_FACE_QUANTIZATION_H_
#define FORMATS_MODEL_HUGGING_FACE_QUANTIZATION_H_

#include "absl/status/status.h"
#include "formats/json/json_document.h"
#include "formats/model/hugging_face_config.h"

namespace tessera {

// Reads "quantization_config" of `json` into `config`: that there is one, and
// the sizes of blocks that share a scale. A method whose weights cannot be read
// becomes a sentence of not_understood. DataLoss, naming the key, for sizes
// that cannot be.
absl::Status ReadHuggingFaceQuantization(JsonValue json,
                                         HuggingFaceConfig* config);

}  // namespace tessera

#endif  // FORMATS_MODEL_HUGGING_FACE_QUANTIZATION_H_
