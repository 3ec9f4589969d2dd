// Hugging Face tensor names to GGUF's.
#ifndef CONVERTER_SOURCE_TENSOR_NAMES_H_
#define CONVERTER_SOURCE_TENSOR_NAMES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// "model.layers.3.self_attn.q_proj.weight" -> "blk.3.attn_q.weight", or nullopt
// for a name that is not known. Names are those of Llama models, of mixtures of
// experts built like them (Mixtral, Qwen, DeepSeek), and of a few relatives.
std::optional<std::string> GgufTensorName(absl::string_view hugging_face_name);

// One matrix of the experts of a layer.
struct ExpertName {
  std::string gguf;      // of all experts' matrices: "blk.3.ffn_up_exps.weight"
  uint64_t expert = 0;
};

// "model.layers.3.mlp.experts.7.up_proj.weight" or, as Mixtral has it,
// "model.layers.3.block_sparse_moe.experts.7.w3.weight"; nullopt for a name
// that is no expert's.
std::optional<ExpertName> ParseExpertName(absl::string_view hugging_face_name);

// True for tensors that carry nothing (precomputed rotary frequencies of old
// checkpoints) and are left out.
bool IsRedundantTensor(absl::string_view hugging_face_name);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_TENSOR_NAMES_H_
