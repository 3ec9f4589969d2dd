// What llama-quantize's mixes tell apart: by parts of names, whatever the
// architecture, described (formats/model) or not.
#ifndef CONVERTER_QUANTIZE_MIX_CLASS_H_
#define CONVERTER_QUANTIZE_MIX_CLASS_H_

#include <cstdint>

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
  kFfnUp,  // with those of experts
  kFfnGate,
  kFfnDown,
  kOther,
};

// The class of the tensor called `name` in GGUF, as llama-quantize sees it
// (src/llama-quant.cpp): "blk.3.ffn_up_exps.weight" is one of kFfnUp, and so is
// any other name with "ffn_up" in it.
MixClass MixClassOf(absl::string_view name);

// True for the matrices whose precision decides about the attention's values.
bool IsValueClass(MixClass mix_class);

// False for tensors that llama-quantize leaves as they are: vectors, norms,
// the routing of experts, positions, the small matrices of Mamba and RWKV, ...
// `shape` has the outermost dimension first.
bool AllowsQuantization(absl::string_view name,
                        absl::Span<const uint64_t> shape);

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_MIX_CLASS_H_
