// The activations of one batch.
#ifndef RUNTIME_MODEL_PASS_BUFFERS_H_
#define RUNTIME_MODEL_PASS_BUFFERS_H_

#include <cstdint>

#include "runtime/model/batch.h"
#include "runtime/model/hyper_parameters.h"
#include "runtime/ops/panel.h"
#include "runtime/ops/workspace.h"

namespace tessera {

// The angles of each token's position, [rope.dim / 2].
struct RopeAngles {
  float* cosines;
  float* sines;
};

// Rows of float32, one per token of the batch, unless said otherwise.
// Non-owning: the memory is the workspace's.
struct PassBuffers {
  struct Shape {
    int64_t tokens;  // of the largest batch
    int64_t logit_rows;
    int64_t output_rows;  // at least vocab_size
    int threads;
    bool bf16;               // whether batches are large enough for a gemm
    uint64_t scratch_bytes;  // of each thread
    // Whether layers have one matrix for what is usually several.
    bool fused_qkv;
    bool fused_gate_up;
  };

  float* residual;   // [hidden_size], the stream that layers add to
  float* normed;     // [hidden_size], what a block's matrices read
  float* query;      // [query_size], and if fused, keys and values
  float* key;        // [kv_size]
  float* value;      // [kv_size]
  float* attended;   // [query_size]
  float* gate;       // [intermediate_size]
  float* up;         // [intermediate_size], twice if fused
  float* projected;  // [hidden_size], what a block adds to the stream
  // Of layers that rotate as the model does, and of those that do otherwise.
  RopeAngles global_angles;
  RopeAngles local_angles;
  float* results;  // [logit_rows][output_rows, or hidden_size if that is more]

  // The batch itself, with no more runs than tokens.
  int32_t* ids;
  int64_t* positions;
  TokenRun* runs;

  // Other forms of the matrix input at hand.
  Panel panel;

  uint8_t* scratch;  // [threads][scratch_stride]
  uint64_t scratch_stride;

  // Allocates from `workspace` (see there: call it in both rounds).
  static PassBuffers Allocate(Workspace& workspace,
                              const HyperParameters& parameters,
                              const Shape& shape);

  uint8_t* ThreadScratch(int thread) const;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_PASS_BUFFERS_H_
