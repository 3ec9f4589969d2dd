// What becomes of the products that queries, keys and values are made of.
#ifndef RUNTIME_MODEL_ATTENTION_HEADS_H_
#define RUNTIME_MODEL_ATTENTION_HEADS_H_

#include <cstdint>

#include "formats/model/graph_kinds.h"
#include "runtime/model/hyper_parameters.h"
#include "runtime/model/layer_pass.h"
#include "runtime/model/model_weights.h"
#include "runtime/model/norm.h"

namespace tessera {

// The heads of one layer: queries and keys are normalized and rotated, keys and
// values are stored in the blocks of their sequences. Immutable.
class AttentionHeads {
 public:
  // Tokens [first_token, last_token) of a batch, and rows [first_row, last_row)
  // of queries, keys or values: whole heads.
  struct Part {
    int64_t first_token;
    int64_t last_token;
    int64_t first_row;
    int64_t last_row;
  };

  // Where the rows of tokens lie: queries, keys or values, `stride` floats from
  // one token to the next.
  struct Rows {
    float* data;
    int64_t stride;
  };

  // `fused`: queries, keys and values of a token lie one after another.
  // `weights` of the layer must outlive the object.
  AttentionHeads(const HyperParameters& parameters, const RoleWeights& weights,
                 int64_t layer, bool fused);

  Rows Queries(const PassBuffers& buffers) const;
  Rows Keys(const PassBuffers& buffers) const;
  Rows Values(const PassBuffers& buffers) const;

  // True if a norm runs over all heads of a token, so that a part must have all
  // its rows.
  bool needs_whole_tokens() const {
    return norm_kind_ == QueryKeyNorm::kAllHeads &&
           (query_norm_.exists() || key_norm_.exists());
  }

  void FinishQueries(const LayerPass& pass, const Part& part) const;
  void FinishKeys(const LayerPass& pass, const Part& part) const;
  void FinishValues(const LayerPass& pass, const Part& part) const;

 private:
  // Normalizes and rotates.
  void FinishRows(const LayerPass& pass, const Norm& norm, const Rows& rows,
                  const Part& part) const;
  void NormalizeRows(const LayerPass& pass, const Norm& norm, float* row,
                     const Part& part) const;

  // Calls store(head, position, row, block) for each head of each token.
  template <typename Store>
  void ForEachStored(const LayerPass& pass, const Rows& rows, const Part& part,
                     Store store) const;

  const int64_t layer_;
  const int64_t head_dim_;
  const int64_t query_size_;
  const int64_t kv_size_;
  const bool fused_;
  const QueryKeyNorm norm_kind_;
  const RopeChoice rope_;
  const RopePairs rope_pairs_;
  const Norm query_norm_;
  const Norm key_norm_;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_ATTENTION_HEADS_H_
