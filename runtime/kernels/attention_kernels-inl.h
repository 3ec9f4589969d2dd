// Attention of one query head, with online softmax over tiles of keys: besides
// the output only one tile of scores exists.
#ifndef RUNTIME_KERNELS_ATTENTION_KERNELS_INL_H_
#define RUNTIME_KERNELS_ATTENTION_KERNELS_INL_H_

#include <stdint.h>

#include "runtime/kernels/kernel_args.h"
#include "runtime/kernels/vector_kernels-inl.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

constexpr int64_t kKeyTile = 64;

struct F16Cache {
  using Element = uint16_t;
  static inline F32x16 LoadLanes(const uint16_t* p, int64_t n) {
    return n == 16 ? LoadF16(p) : LoadF16Partial(p, n);
  }
};

struct F32Cache {
  using Element = float;
  static inline F32x16 LoadLanes(const float* p, int64_t n) {
    return n == 16 ? Load(p) : LoadPartial(p, n);
  }
};

// score[j] = scale * query . key j, for n <= kKeyTile keys; the rest of the
// tile is -infinity. Returns the largest.
template <typename Cache>
inline float ScoreKeys(const AttentionArgs& args,
                       const typename Cache::Element* keys, int64_t n,
                       float (&score)[kKeyTile]) {
  for (int64_t j = 0; j < kKeyTile; ++j) score[j] = -__builtin_inff();
  for (int64_t j = 0; j < n; ++j) {
    const typename Cache::Element* key = keys + j * args.kv_stride;
    F32x16 sum = Broadcast(0.0f);
    ForEachVector(args.head_dim, [&](int64_t i, int64_t lanes) {
      sum = MulAdd(LoadLanes(args.query + i, lanes),
                   Cache::LoadLanes(key + i, lanes), sum);
    });
    score[j] = args.scale * ReduceAdd(sum);
  }
  F32x16 max = Load(score);
  for (int64_t j = 16; j < kKeyTile; j += 16) max = Max(max, Load(score + j));
  return ReduceMax(max);
}

// out = correction * out + sum of weight[j] * value j, for n values. `Columns`
// vectors at a time, so that as many chains of multiply-adds run side by side.
template <typename Cache, int Columns>
inline int64_t AddValues(const AttentionArgs& args,
                         const typename Cache::Element* values, int64_t n,
                         const float* weight, F32x16 correction,
                         int64_t column) {
  for (; column + 16 * Columns <= args.head_dim; column += 16 * Columns) {
    F32x16 sum[Columns];
    for (int c = 0; c < Columns; ++c) {
      sum[c] = Mul(correction, Load(args.out + column + 16 * c));
    }
    for (int64_t j = 0; j < n; ++j) {
      const typename Cache::Element* value =
          values + j * args.kv_stride + column;
      const F32x16 w = Broadcast(weight[j]);
      for (int c = 0; c < Columns; ++c) {
        sum[c] = MulAdd(w, Cache::LoadLanes(value + 16 * c, 16), sum[c]);
      }
    }
    for (int c = 0; c < Columns; ++c) {
      Store(args.out + column + 16 * c, sum[c]);
    }
  }
  return column;
}

template <typename Cache>
inline void AddLastValues(const AttentionArgs& args,
                          const typename Cache::Element* values, int64_t n,
                          const float* weight, F32x16 correction,
                          int64_t column) {
  const int64_t lanes = args.head_dim - column;
  F32x16 sum = Mul(correction, LoadPartial(args.out + column, lanes));
  for (int64_t j = 0; j < n; ++j) {
    const typename Cache::Element* value = values + j * args.kv_stride + column;
    sum = MulAdd(Broadcast(weight[j]), Cache::LoadLanes(value, lanes), sum);
  }
  StorePartial(args.out + column, sum, lanes);
}

// A tile's softmax weights are relative to the largest score so far; what was
// summed before is scaled down when a larger one appears.
template <typename Cache>
inline void Attention(const AttentionArgs& args) {
  using Element = typename Cache::Element;
  const Element* keys = static_cast<const Element*>(args.keys);
  const Element* values = static_cast<const Element*>(args.values);
  ForEachVector(args.head_dim, [&](int64_t i, int64_t n) {
    StoreLanes(args.out + i, Broadcast(0.0f), n);
  });
  float max = -__builtin_inff();
  F32x16 weight_sum = Broadcast(0.0f);
  for (int64_t first = 0; first < args.length; first += kKeyTile) {
    const int64_t left = args.length - first;
    const int64_t n = left < kKeyTile ? left : kKeyTile;
    alignas(64) float weight[kKeyTile];
    const float tile_max =
        ScoreKeys<Cache>(args, keys + first * args.kv_stride, n, weight);
    const float new_max = tile_max > max ? tile_max : max;
    const F32x16 correction = Exp(Sub(Broadcast(max), Broadcast(new_max)));
    max = new_max;
    weight_sum = Mul(weight_sum, correction);
    for (int64_t j = 0; j < kKeyTile; j += 16) {
      const F32x16 w = Exp(Sub(Load(weight + j), Broadcast(max)));
      weight_sum = Add(weight_sum, w);
      Store(weight + j, w);
    }
    const Element* tile = values + first * args.kv_stride;
    int64_t column = AddValues<Cache, 4>(args, tile, n, weight, correction, 0);
    column = AddValues<Cache, 1>(args, tile, n, weight, correction, column);
    if (column < args.head_dim) {
      AddLastValues<Cache>(args, tile, n, weight, correction, column);
    }
  }
  const F32x16 inverse = Broadcast(1.0f / ReduceAdd(weight_sum));
  ForEachVector(args.head_dim, [&](int64_t i, int64_t n) {
    StoreLanes(args.out + i, Mul(LoadLanes(args.out + i, n), inverse), n);
  });
}

}  // namespace

void AttentionF16(const AttentionArgs& args) { Attention<F16Cache>(args); }
void AttentionF32(const AttentionArgs& args) { Attention<F32Cache>(args); }

}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_ATTENTION_KERNELS_INL_H_
