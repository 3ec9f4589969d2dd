// The softmax of some queries, block of keys by block: what was summed before
// is scaled down when a larger score appears.
#ifndef RUNTIME_KERNELS_ONLINE_SOFTMAX_INL_H_
#define RUNTIME_KERNELS_ONLINE_SOFTMAX_INL_H_

#include <stdint.h>

#include "runtime/kernels/activation_kernels-inl.h"
#include "runtime/kernels/kernel_args.h"
#include "runtime/kernels/vector_kernels-inl.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

// Queries that go over the keys together, so that few blocks are read from
// beyond the L1 cache.
constexpr int64_t kQueryBlock = 32;

// 2^x for x <= 0 within 1.1 ulp, 0 below -126.5, NaN for NaN.
inline F32x16 Exp2(F32x16 x) {
  x = Max(Broadcast(-127.0f), x);
  const I32x16 n = RoundToI32(x);
  const F32x16 r = Sub(x, ToF32(n));  // exact, |r| <= 1/2
  // 1 + r ((2^r - 1) / r), which interpolates at the Chebyshev points.
  F32x16 p = Broadcast(0x1.44138ap-13f);
  p = MulAdd(p, r, Broadcast(0x1.5f0890p-10f));
  p = MulAdd(p, r, Broadcast(0x1.3b2a54p-7f));
  p = MulAdd(p, r, Broadcast(0x1.c6af6cp-5f));
  p = MulAdd(p, r, Broadcast(0x1.ebfbe0p-3f));
  p = MulAdd(p, r, Broadcast(0x1.62e430p-1f));
  p = MulAdd(p, r, Broadcast(1.0f));
  // n = -127 makes a scale of 0.
  return Mul(p, FromBits(ShiftLeftI32<23>(AddI32(n, BroadcastI32(127)))));
}

// Queries in the order of their tokens, and their softmax so far. Each sees the
// positions [begin, length); both grow from token to token.
struct QueryBlock {
  int64_t size;
  float score_scale;  // of scores as exponents of 2
  const float* query[kQueryBlock];
  float* out[kQueryBlock];
  int64_t begin[kQueryBlock];
  int64_t length[kQueryBlock];
  float max[kQueryBlock];
  float* weight[kQueryBlock];  // rows of `weights`
  alignas(64) float weight_sum[kQueryBlock][16];
  // Scores, then weights, of a block, and room for a vector that begins after.
  alignas(64) float weights[kQueryBlock][kKvBlock + 16];

  // Of the block's keys, from `first` on, query q sees those before Seen, but
  // for the first Hidden ones.
  inline int64_t Seen(int64_t q, int64_t first) const {
    const int64_t left = length[q] - first;
    return left < kKvBlock ? left : kKvBlock;
  }
  inline int64_t Hidden(int64_t q, int64_t first) const {
    return begin[q] > first ? begin[q] - first : 0;
  }

  // Vectors of scores of these keys.
  inline int64_t Vectors(int64_t q, int64_t first) const {
    return (Seen(q, first) + 15) / 16;
  }
};

inline void StartBlock(const AttentionArgs& args, int64_t first, int64_t size,
                       QueryBlock& block) {
  constexpr float kLog2E = 1.44269504f;
  block.size = size;
  block.score_scale = args.cap > 0 ? kLog2E : args.scale * kLog2E;
  for (int64_t q = 0; q < size; ++q) {
    const int64_t token = (first + q) / args.heads;
    const int64_t head = (first + q) % args.heads;
    const int64_t column = head * args.head_dim;
    block.query[q] = args.query + token * args.query_stride + column;
    block.out[q] = args.out + token * args.out_stride + column;
    const int64_t length = args.length + token;
    block.begin[q] =
        args.window > 0 && args.window < length ? length - args.window : 0;
    block.length[q] = length;
    block.max[q] = -__builtin_inff();
    block.weight[q] = block.weights[q];
    Store(block.weight_sum[q], Broadcast(0.0f));
    ForEachVector(args.head_dim, [&](int64_t i, int64_t n) {
      StoreLanes(block.out[q] + i, Broadcast(0.0f), n);
    });
  }
}

// A larger score appeared: what was summed before is scaled down.
inline void CorrectSums(const AttentionArgs& args, int64_t q, float max,
                        QueryBlock& block) {
  const F32x16 correction = Exp2(Broadcast(block.max[q] - max));
  block.max[q] = max;
  Store(block.weight_sum[q], Mul(correction, Load(block.weight_sum[q])));
  float* out = block.out[q];
  ForEachVector(args.head_dim, [&](int64_t i, int64_t n) {
    StoreLanes(out + i, Mul(correction, LoadLanes(out + i, n)), n);
  });
}

// A sink is a score whose value is nothing.
inline void AddSinks(const AttentionArgs& args, int64_t first_query,
                     QueryBlock& block) {
  for (int64_t q = 0; q < block.size; ++q) {
    const int64_t head = (first_query + q) % args.heads;
    const float sink = args.sinks[head] * 1.44269504f;  // log2(e)
    if (sink > block.max[q]) CorrectSums(args, q, sink, block);
    // Once, though sums have 16 lanes.
    float weight[16];
    Store(weight, Exp2(Broadcast(sink - block.max[q])));
    block.weight_sum[q][0] += weight[0];
  }
}

inline void FinishBlock(const AttentionArgs& args, const QueryBlock& block) {
  for (int64_t q = 0; q < block.size; ++q) {
    const F32x16 inverse =
        Broadcast(1.0f / ReduceAdd(Load(block.weight_sum[q])));
    float* out = block.out[q];
    ForEachVector(args.head_dim, [&](int64_t i, int64_t n) {
      StoreLanes(out + i, Mul(LoadLanes(out + i, n), inverse), n);
    });
  }
}

// Scores of the block's keys become capped ones.
inline void CapScores(const AttentionArgs& args, int64_t q, int64_t seen,
                      QueryBlock& block) {
  const F32x16 scale = Broadcast(args.scale / args.cap);
  const F32x16 cap = Broadcast(args.cap);
  for (int64_t i = 0; i < seen; i += 16) {
    float* score = block.weight[q] + i;
    Store(score, Cap(Load(score), scale, cap));
  }
}

// Keys before the window must not be seen, whatever they are.
inline void HideKeys(int64_t q, int64_t hidden, QueryBlock& block) {
  for (int64_t i = 0; i < hidden; ++i) {
    block.weight[q][i] = -__builtin_inff();
  }
}

// Scores become softmax weights relative to the largest score so far. What is
// beyond the last key that query q sees, which may be anything, becomes zero.
template <int V = kKvBlock / 16>
inline void WeighKeys(const AttentionArgs& args, int64_t q, int64_t seen,
                      QueryBlock& block) {
  if constexpr (V > 1) {
    if (seen <= 16 * (V - 1)) {
      WeighKeys<V - 1>(args, q, seen, block);
      return;
    }
  }
  float* weight = block.weight[q];
  Store(weight + seen, Broadcast(-__builtin_inff()));
  const F32x16 scale = Broadcast(block.score_scale);
  F32x16 score[V];
  TESSERA_UNROLL
  for (int v = 0; v < V; ++v) score[v] = Mul(scale, Load(weight + 16 * v));
  F32x16 max = score[0];
  TESSERA_UNROLL
  for (int v = 1; v < V; ++v) max = Max(max, score[v]);
  const float block_max = ReduceMax(max);
  if (block_max > block.max[q]) CorrectSums(args, q, block_max, block);
  F32x16 sum = Load(block.weight_sum[q]);
  TESSERA_UNROLL
  for (int v = 0; v < V; ++v) {
    const F32x16 w = Exp2(Sub(score[v], Broadcast(block.max[q])));
    Store(weight + 16 * v, w);
    sum = Add(sum, w);
  }
  Store(block.weight_sum[q], sum);
}

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_ONLINE_SOFTMAX_INL_H_
