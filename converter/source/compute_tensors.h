// Tensors of GGUF that Hugging Face checkpoints have in another form, or not at
// all.
#ifndef CONVERTER_SOURCE_COMPUTE_TENSORS_H_
#define CONVERTER_SOURCE_COMPUTE_TENSORS_H_

#include "absl/status/status.h"
#include "converter/source/weight_source.h"
#include "formats/model/hugging_face_config.h"

namespace tessera {

// Adds the divisors of rotary frequencies that config.json describes, and 1 to
// the weights of norms where the architecture's checkpoints lack it. The
// tensors of `source` have GGUF's names; `config` is of an architecture that is
// described. Unimplemented for norms of a type that is not F32, F16 or BF16.
absl::Status ComputeTensors(const HuggingFaceConfig& config,
                            WeightSource* source);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_COMPUTE_TENSORS_H_
