// Hugging Face tensor names to GGUF's.
#ifndef CONVERTER_SOURCE_TENSOR_NAMES_H_
#define CONVERTER_SOURCE_TENSOR_NAMES_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// "model.layers.3.self_attn.q_proj.weight" -> "blk.3.attn_q.weight", or nullopt
// for a name that Llama models do not have.
std::optional<std::string> GgufTensorName(absl::string_view hugging_face_name);

// True for tensors that carry nothing (precomputed rotary frequencies of old
// checkpoints) and are left out.
bool IsRedundantTensor(absl::string_view hugging_face_name);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_TENSOR_NAMES_H_
