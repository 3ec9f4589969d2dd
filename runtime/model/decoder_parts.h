// What one batch of tokens goes through.
#ifndef RUNTIME_MODEL_DECODER_PARTS_H_
#define RUNTIME_MODEL_DECODER_PARTS_H_

#include <cstdint>

#include "absl/types/span.h"
#include "runtime/kernels/kernel_table.h"
#include "runtime/loader/weight_stream.h"
#include "runtime/model/decoder_buffers.h"
#include "runtime/model/kv_cache.h"
#include "runtime/model/llama_config.h"
#include "runtime/model/model_weights.h"
#include "runtime/model/rope_table.h"
#include "runtime/ops/thread_team.h"

namespace tessera {

// All that the graph needs of a decoder. Non-owning.
struct DecoderParts {
  const LlamaConfig& config;
  const ModelWeights& weights;
  const RopeTable& rope;
  const KernelTable& kernels;
  const DecoderBuffers& buffers;
  KvCache& cache;
  ThreadTeam& team;
  WeightStream* stream;  // null: all weights are in memory
  bool exact;
};

// Tokens to append, at positions first_position, first_position + 1, ...
struct Batch {
  absl::Span<const int32_t> ids;
  int64_t first_position;
  int64_t logit_tokens;  // the last ones of `ids`
  float* logits;         // [logit_tokens][vocab_size]

  int64_t tokens() const { return static_cast<int64_t>(ids.size()); }
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_DECODER_PARTS_H_
