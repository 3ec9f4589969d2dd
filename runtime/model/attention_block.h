// Attention of grouped queries with rotary positions.
#ifndef RUNTIME_MODEL_ATTENTION_BLOCK_H_
#define RUNTIME_MODEL_ATTENTION_BLOCK_H_

#include <cstdint>

#include "runtime/model/attention_units.h"
#include "runtime/model/hyper_parameters.h"
#include "runtime/model/mixer.h"
#include "runtime/model/model_weights.h"

namespace tessera {

// All tokens get keys and values, which go to the blocks of their sequences;
// only the active ones, queries.
class AttentionBlock : public Mixer {
 public:
  // `weights` of the layer must outlive the object.
  AttentionBlock(const HyperParameters& parameters, const RoleWeights& weights,
                 int64_t layer);

  bool Reads(TensorRole role, TensorPart part) const override;
  PanelForms InputForms(const LayerPass& pass) const override;
  void Run(LayerPass& pass) const override;

 private:
  // The queries, keys and values of all heads, rotated to their positions; keys
  // and values are stored.
  void ProjectHeads(LayerPass& pass) const;

  // Each for rows [first_row, last_row) of its matrix, whole tiles and whole
  // heads, times the normed tokens.
  void ProjectQueries(const LayerPass& pass, int64_t first_row,
                      int64_t last_row) const;
  void ProjectKeys(const LayerPass& pass, int64_t first_row,
                   int64_t last_row) const;
  void ProjectValues(const LayerPass& pass, int64_t first_row,
                     int64_t last_row) const;

  // A matrix, and what is added to its product.
  struct Projection {
    Projection(const RoleWeights& weights, TensorRole role);

    const Matrix& matrix;
    const absl::Span<const float> bias;  // empty: none
  };

  // The same from `first_token` on, into rows of `out`.
  void ProjectRows(const LayerPass& pass, const Projection& projection,
                   int64_t first_token, int64_t first_row, int64_t last_row,
                   float* out) const;
  // Normalizes the heads, if `norm` is not empty, and rotates them.
  void RotateHeads(const LayerPass& pass, absl::Span<const float> norm,
                   float* rows, int64_t stride, int64_t first_token,
                   int64_t first_row, int64_t last_row) const;

  // Calls store(run, position, head, row) for each head in the rows
  // [first_row, last_row) of each token.
  template <typename Store>
  void ForEachStored(const LayerPass& pass, float* rows, int64_t first_row,
                     int64_t last_row, Store store) const;

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
  const Projection query_;                    // [query_size, hidden_size]
  const Projection key_;                      // [kv_size, hidden_size]
  const Projection value_;                    // [kv_size, hidden_size]
  const Matrix& output_;                      // [hidden_size, query_size]
  const absl::Span<const float> query_norm_;  // [head_dim]; empty: none
  const absl::Span<const float> key_norm_;    // likewise
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_ATTENTION_BLOCK_H_
