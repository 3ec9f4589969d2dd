// The weights of a Llama model: names to matrices. The one place where tensor
// names appear.
#ifndef RUNTIME_MODEL_MODEL_WEIGHTS_H_
#define RUNTIME_MODEL_MODEL_WEIGHTS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/kernels/kernel_table.h"
#include "runtime/loader/tensor_view.h"
#include "runtime/model/llama_config.h"
#include "runtime/ops/matmul.h"

namespace tessera {

// One layer. Norms are [hidden_size].
struct LayerWeights {
  absl::Span<const float> attn_norm;
  Matrix attn_q;       // [query_size, hidden_size]
  Matrix attn_k;       // [kv_size, hidden_size]
  Matrix attn_v;       // [kv_size, hidden_size]
  Matrix attn_output;  // [hidden_size, query_size]
  absl::Span<const float> ffn_norm;
  Matrix ffn_gate;     // [intermediate_size, hidden_size]
  Matrix ffn_up;       // [intermediate_size, hidden_size]
  Matrix ffn_down;     // [hidden_size, intermediate_size]
};

// Matrices point into the loaded arena, and so do vectors that are stored in
// float32: nothing of them is read before it is used. Immutable and thread-safe;
// movable.
struct ModelWeights {
  ModelWeights() = default;
  ModelWeights(ModelWeights&&) = default;
  ModelWeights& operator=(ModelWeights&&) = default;

  Matrix token_embd;   // [vocab_size, hidden_size]
  std::vector<LayerWeights> layers;
  absl::Span<const float> output_norm;
  Matrix output;       // [vocab_size, hidden_size]; token_embd if tied
  absl::Span<const float> rope_freqs;  // divisors, one per pair; empty: all 1

  std::vector<std::vector<float>> converted;  // vectors of other types

  // Bytes of all matrices that are read to compute one token.
  uint64_t bytes_per_token() const;

  // The largest ScratchBytes of all matrices.
  uint64_t scratch_bytes() const;
};

// Finds the weights of a model of `config` among `tensors`. DataLoss if a
// tensor is missing or has another shape; Unimplemented if there are tensors
// that this graph does not use (such as biases), since leaving them out would
// give wrong answers.
absl::StatusOr<ModelWeights> FindModelWeights(
    const LlamaConfig& config, absl::Span<const TensorView> tensors,
    const KernelTable& kernels, bool exact);

}  // namespace tessera

#endif  // RUNTIME_MODEL_MODEL_WEIGHTS_H_
