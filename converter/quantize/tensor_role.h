// What a tensor does in a model, by its name.
#ifndef CONVERTER_QUANTIZE_TENSOR_ROLE_H_
#define CONVERTER_QUANTIZE_TENSOR_ROLE_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tessera {

enum class MixClass {
  kOutput,
  kEmbedding,
  kAttentionQkv,  // fused; counts as a value matrix
  kAttentionKvB,  // DeepSeek's; likewise
  kAttentionValue,
  kAttentionKey,
  kAttentionQuery,
  kAttentionOutput,
  kFfnUp,    // with those of experts
  kFfnGate,
  kFfnDown,
  kOther,
};

// The role of the tensor called `name` in GGUF. As llama-quantize sees it
// (src/llama-quant.cpp): by parts of the name, whatever the architecture.
MixClass RoleOf(absl::string_view name);

// True for the matrices whose precision decides about the attention's values.
bool IsValueRole(MixClass role);

// The layer in "blk.N.", or nullopt for tensors outside of layers.
std::optional<uint64_t> LayerOf(absl::string_view name);

// False for tensors that llama-quantize leaves as they are: vectors, norms,
// the routing of experts, positions, the small matrices of Mamba and RWKV, ...
// `shape` has the outermost dimension first.
bool AllowsQuantization(absl::string_view name,
                        absl::Span<const uint64_t> shape);

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_TENSOR_ROLE_H_
