// The graph of a Llama model.
#ifndef RUNTIME_MODEL_FORWARD_PASS_H_
#define RUNTIME_MODEL_FORWARD_PASS_H_

#include <cstdint>

#include "absl/types/span.h"
#include "runtime/kernels/kernel_table.h"
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
  bool exact;
};

// Tokens to append, at positions first_position, first_position + 1, ...
struct Batch {
  absl::Span<const int32_t> ids;
  int64_t first_position;
  int64_t logit_tokens;  // the last ones of `ids`
  float* logits;         // [logit_tokens][vocab_size]
};

// One thread's walk through all layers for one batch; every thread of the team
// makes the same walk and takes its share of each phase.
class ForwardPass {
 public:
  ForwardPass(const DecoderParts& parts, const Batch& batch,
              ThreadTeam::Member member);

  // Writes the logits and the batch's keys and values.
  void Run();

 private:
  void EmbedTokens();
  void Attention(int64_t layer);
  void FeedForward(const LayerWeights& layer);
  void Logits();

  // residual += `addend` (if not null), then normed = RMSNorm(residual), for
  // the last `tokens` tokens of the batch; `quantize`: into the panel, too.
  void Normalize(const float* addend, absl::Span<const float> norm,
                 int64_t tokens, bool quantize);

  // Fills the panel from rows of `columns` floats, if `matrix` reads it.
  void Quantize(const float* rows, int64_t columns, const Matrix& matrix);

  // The queries, keys and values of all heads, turned to their positions; keys
  // and values go to the cache.
  void ProjectHeads(int64_t layer);
  void ProjectQueries(const Matrix& matrix, int64_t first_row,
                      int64_t last_row);
  void ProjectKeys(const Matrix& matrix, int64_t layer, int64_t first_row,
                   int64_t last_row);
  void ProjectValues(const Matrix& matrix, int64_t layer, int64_t first_row,
                     int64_t last_row);

  // Rows [first_row, last_row) of `matrix`, whole tiles and whole heads, times
  // the normed tokens.
  void ProjectRows(const Matrix& matrix, int64_t first_row, int64_t last_row,
                   float* out);
  void TurnHeads(float* rows, int64_t stride, int64_t first_row,
                 int64_t last_row);

  // Softmax-weighted values for every head of every token.
  void Attend(int64_t layer);
  void AttendHead(int64_t layer, int64_t head, int64_t token);

  // gate = silu(gate projection) * up projection.
  void GateAndUp(const LayerWeights& layer);

  // projected = matrix * rows.
  void Project(const Matrix& matrix, const float* rows);

  // `rows` (`tokens` of them), or the panel made from them, as matrix input.
  Activations Input(const float* rows, int64_t columns, int64_t tokens) const;

  // Row tiles of `matrix` that a thread takes at a time, for `count` tokens.
  int64_t PieceOf(const Matrix& matrix, int64_t count) const;

  uint8_t* scratch() const;
  int64_t tokens() const { return static_cast<int64_t>(batch_.ids.size()); }

  const LlamaConfig& config_;
  const ModelWeights& weights_;
  const RopeTable& rope_;
  const KernelTable& kernels_;
  const DecoderBuffers& buffers_;
  KvCache& cache_;
  ThreadTeam& team_;
  const bool exact_;
  const Batch batch_;
  ThreadTeam::Member member_;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_FORWARD_PASS_H_
