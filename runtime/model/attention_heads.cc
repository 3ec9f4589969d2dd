#include "runtime/model/attention_heads.h"

#include <algorithm>

#include "runtime/kernels/kernel_args.h"

namespace tessera {

AttentionHeads::AttentionHeads(const HyperParameters& parameters,
                               const RoleWeights& weights, int64_t layer,
                               bool fused)
    : layer_(layer),
      head_dim_(parameters.head_dim),
      query_size_(parameters.query_size()),
      kv_size_(parameters.kv_size()),
      fused_(fused),
      norm_kind_(parameters.architecture->query_key_norm),
      rope_(parameters.layer[layer].rope),
      rope_pairs_(parameters.architecture->rope_pairs),
      query_norm_(parameters, weights, TensorRole::kAttentionQueryNorm,
                  /*implied=*/false),
      key_norm_(parameters, weights, TensorRole::kAttentionKeyNorm,
                /*implied=*/false) {}

AttentionHeads::Rows AttentionHeads::Queries(const PassBuffers& buffers) const {
  return {buffers.query, fused_ ? query_size_ + 2 * kv_size_ : query_size_};
}

AttentionHeads::Rows AttentionHeads::Keys(const PassBuffers& buffers) const {
  if (!fused_) return {buffers.key, kv_size_};
  const Rows queries = Queries(buffers);
  return {queries.data + query_size_, queries.stride};
}

AttentionHeads::Rows AttentionHeads::Values(const PassBuffers& buffers) const {
  if (!fused_) return {buffers.value, kv_size_};
  const Rows keys = Keys(buffers);
  return {keys.data + kv_size_, keys.stride};
}

void AttentionHeads::FinishQueries(const LayerPass& pass,
                                   const Part& part) const {
  FinishRows(pass, query_norm_, Queries(pass.buffers), part);
}

void AttentionHeads::FinishKeys(const LayerPass& pass, const Part& part) const {
  const Rows keys = Keys(pass.buffers);
  FinishRows(pass, key_norm_, keys, part);
  ForEachStored(
      pass, keys, part,
      [&](int64_t head, int64_t position, const float* key, uint8_t* block) {
        pass.kv.StoreKey(pass.kernels, head, position, key, block);
      });
}

void AttentionHeads::FinishValues(const LayerPass& pass,
                                  const Part& part) const {
  ForEachStored(
      pass, Values(pass.buffers), part,
      [&](int64_t head, int64_t position, const float* value, uint8_t* block) {
        pass.kv.StoreValue(pass.kernels, head, position, value, block);
      });
}

template <typename Store>
void AttentionHeads::ForEachStored(const LayerPass& pass, const Rows& rows,
                                   const Part& part, Store store) const {
  for (int64_t row = part.first_row; row < part.last_row; row += head_dim_) {
    for (const TokenRun& whole : pass.batch.runs) {
      const TokenRun run = whole.From(part.first_token);
      const int64_t count =
          std::min(run.count, part.last_token - run.first_row);
      uint8_t* const* blocks = run.sequence->blocks(layer_);
      for (int64_t t = 0; t < count; ++t) {
        const int64_t position = run.first_position + t;
        store(row / head_dim_, position,
              rows.data + (run.first_row + t) * rows.stride + row,
              blocks[position / kKvBlock]);
      }
    }
  }
}

void AttentionHeads::NormalizeRows(const LayerPass& pass, const Norm& norm,
                                   float* row, const Part& part) const {
  if (norm_kind_ == QueryKeyNorm::kAllHeads) {
    norm.Apply(pass.kernels, row, norm.size(), row);
    return;
  }
  const bool each = norm_kind_ == QueryKeyNorm::kEachHead;
  for (int64_t i = part.first_row; i < part.last_row; i += head_dim_) {
    norm.Apply(pass.kernels, row + i, head_dim_, row + i, each ? i : 0);
  }
}

void AttentionHeads::FinishRows(const LayerPass& pass, const Norm& norm,
                                const Rows& rows, const Part& part) const {
  const PassBuffers& buffers = pass.buffers;
  const int64_t pairs = pass.rope.pairs();
  const RopeAngles& angles = rope_ == RopeChoice::kLocal
                                 ? buffers.local_angles
                                 : buffers.global_angles;
  const auto rope = rope_pairs_ == RopePairs::kHalves ? pass.kernels.rope_halves
                                                      : pass.kernels.rope;
  for (int64_t t = part.first_token; t < part.last_token; ++t) {
    float* row = rows.data + t * rows.stride;
    if (norm.exists()) NormalizeRows(pass, norm, row, part);
    if (rope_ == RopeChoice::kNone) continue;
    for (int64_t i = part.first_row; i < part.last_row; i += head_dim_) {
      rope(row + i, angles.cosines + t * pairs, angles.sines + t * pairs,
           pairs);
    }
  }
}

}  // namespace tessera
