// The activations of one batch.
#ifndef RUNTIME_MODEL_DECODER_BUFFERS_H_
#define RUNTIME_MODEL_DECODER_BUFFERS_H_

#include <cstdint>

#include "runtime/kernels/kernel_args.h"
#include "runtime/model/activation_arena.h"
#include "runtime/model/llama_config.h"
#include "runtime/ops/panel.h"

namespace tessera {

// Rows of float32, one per token of the batch, unless said otherwise.
// Non-owning: the memory is the arena's.
struct DecoderBuffers {
  struct Shape {
    int64_t tokens;         // of the largest batch
    int64_t logit_rows;
    int threads;
    bool bf16;              // whether batches are large enough for a gemm
    uint64_t scratch_bytes; // of each thread
  };

  float* residual;    // [hidden_size], the stream that layers add to
  float* normed;      // [hidden_size], what a block's matrices read
  float* query;       // [query_size]
  float* key;         // [kv_size]
  float* value;       // [kv_size]
  float* attended;    // [query_size]
  float* gate;        // [intermediate_size]
  float* up;          // [intermediate_size]
  float* projected;   // [hidden_size], what a block adds to the stream
  float* cosines;     // [rope_dim / 2]
  float* sines;       // [rope_dim / 2]
  float* logits;      // [logit_rows][vocab_size]

  // Other forms of the matrix input at hand.
  Panel panel;

  uint8_t* scratch;   // [threads][scratch_stride]
  uint64_t scratch_stride;

  // Takes the memory from `arena` (see there: call it in both rounds).
  static DecoderBuffers TakeFrom(ActivationArena& arena,
                                 const LlamaConfig& config,
                                 const Shape& shape);

  // `tokens` rows of `columns` floats as matrix input, or the panel made from
  // them.
  Activations Input(const float* rows, int64_t columns, int64_t tokens) const;

  uint8_t* ThreadScratch(int thread) const;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_DECODER_BUFFERS_H_
