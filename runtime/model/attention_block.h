// Attention of grouped queries with rotary positions.
#ifndef RUNTIME_MODEL_ATTENTION_BLOCK_H_
#define RUNTIME_MODEL_ATTENTION_BLOCK_H_

#include <cstdint>

#include "runtime/model/attention_heads.h"
#include "runtime/model/attention_units.h"
#include "runtime/model/hyper_parameters.h"
#include "runtime/model/linear.h"
#include "runtime/model/mixer.h"
#include "runtime/model/model_weights.h"

namespace tessera {

// All tokens get keys and values, which go to the blocks of their sequences;
// only the active ones, queries. Queries, keys and values are the products of
// three matrices, or rows of one.
class AttentionBlock : public Mixer {
 public:
  // `weights` of the layer must outlive the object.
  AttentionBlock(const HyperParameters& parameters, const RoleWeights& weights,
                 int64_t layer);

  bool Reads(TensorRole role, TensorPart part) const override;
  absl::Span<const float> OutputBias() const override { return output_.bias; }
  PanelForms InputForms(const LayerPass& pass) const override;
  void Run(LayerPass& pass) const override;

 private:
  bool fused() const { return fused_.matrix != nullptr; }

  // The queries, keys and values of all heads, rotated to their positions; keys
  // and values are stored.
  void ProjectHeads(LayerPass& pass) const;
  void ProjectFusedHeads(LayerPass& pass) const;

  // Products of the normed tokens from `first_token` on and rows [first_row,
  // last_row) of a matrix, whole tiles, in rows of `out`.
  void ProjectRows(const LayerPass& pass, const Linear& linear,
                   int64_t first_token, int64_t first_row, int64_t last_row,
                   float* out) const;

  // What heads are made of their products, where that needs whole tokens.
  void FinishTokens(LayerPass& pass) const;

  // The first token whose query is computed: the first active one, or a few
  // before it.
  int64_t FirstQuery(const LayerPass& pass) const;

  // Softmax-weighted values for every head of every active token, whose rows
  // are the first ones of buffers.attended.
  void Attend(LayerPass& pass) const;
  void AttendUnit(const LayerPass& pass, const TokenRun& run,
                  const AttentionUnit& unit) const;

  const int64_t layer_;
  const int64_t head_dim_;
  const float scale_;
  const float cap_;
  const float clip_;
  const int64_t window_;
  const Linear query_;   // [query_size, hidden_size]
  const Linear key_;     // [kv_size, hidden_size]
  const Linear value_;   // [kv_size, hidden_size]
  const Linear fused_;   // or [query_size + 2 kv_size, hidden_size]
  const Linear output_;  // [hidden_size, query_size]
  const AttentionHeads heads_;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_ATTENTION_BLOCK_H_
