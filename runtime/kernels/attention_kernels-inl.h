// Attention of queries that share their keys and values, with online softmax
// over blocks of 64 keys: besides the results only one block of scores exists.
//
// Two products (query_product-inl.h) in which a lane is an output, so that
// there are no horizontal sums:
//
//             a[q]          row k of b               c[q]
//   scores    query q       element k of 64 keys     64 scores
//   values    64 weights    value k                  the result so far
//
// While keys are read, the block's values are fetched into the L1 cache, and
// while values are read, the next block's keys: with few queries, memory is the
// limit.
//
// What else is in a call does not change the order of a query's operations.
#ifndef RUNTIME_KERNELS_ATTENTION_KERNELS_INL_H_
#define RUNTIME_KERNELS_ATTENTION_KERNELS_INL_H_

#include <stdint.h>

#include "runtime/kernels/kernel_args.h"
#include "runtime/kernels/query_product-inl.h"
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

// Queries in the order of their lengths, and their softmax so far.
struct QueryBlock {
  int64_t size;
  const float* query[kQueryBlock];
  float* out[kQueryBlock];
  int64_t length[kQueryBlock];
  float max[kQueryBlock];
  float* weight[kQueryBlock];  // rows of `weights`
  alignas(64) float weight_sum[kQueryBlock][16];
  // Scores, then weights, of a block, and room for a vector that begins after.
  alignas(64) float weights[kQueryBlock][kKvBlock + 16];

  // How many of the block's keys, from `first` on, query q sees.
  inline int64_t Seen(int64_t q, int64_t first) const {
    const int64_t left = length[q] - first;
    return left < kKvBlock ? left : kKvBlock;
  }

  // Vectors of scores of these keys.
  inline int64_t Vectors(int64_t q, int64_t first) const {
    return (Seen(q, first) + 15) / 16;
  }
};

inline void StartBlock(const AttentionArgs& args, int64_t first, int64_t size,
                       QueryBlock& block) {
  block.size = size;
  for (int64_t q = 0; q < size; ++q) {
    const int64_t token = (first + q) / args.heads;
    const int64_t head = (first + q) % args.heads;
    const int64_t offset = token * args.token_stride + head * args.head_dim;
    block.query[q] = args.query + offset;
    block.out[q] = args.out + offset;
    block.length[q] = args.length + token;
    block.max[q] = -__builtin_inff();
    block.weight[q] = block.weights[q];
    Store(block.weight_sum[q], Broadcast(0.0f));
    ForEachVector(args.head_dim, [&](int64_t i, int64_t n) {
      StoreLanes(block.out[q] + i, Broadcast(0.0f), n);
    });
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

template <typename Element>
inline const Element* KeysOf(const AttentionArgs& args, int64_t block) {
  return reinterpret_cast<const Element*>(args.blocks[block] +
                                          args.keys_offset);
}
template <typename Element>
inline const Element* ValuesOf(const AttentionArgs& args, int64_t block) {
  return reinterpret_cast<const Element*>(args.blocks[block] +
                                          args.values_offset);
}

// Calls f(q, n) for the n queries from q on, as many as registers hold.
template <typename Function>
inline void ForEachRegisterBlock(int64_t from, int64_t size, Function f) {
  for (int64_t q = from; q < size; q += kAttentionQueries) {
    const int64_t left = size - q;
    f(q, left < kAttentionQueries ? left : int64_t{kAttentionQueries});
  }
}

// weight[q][j] = q . key j of the block at `first`, for the keys that q sees and
// some after them, for the queries from `from` on.
template <typename Element>
inline void ScoreKeys(const AttentionArgs& args, int64_t first, int64_t from,
                      QueryBlock& block) {
  const int64_t block_index = first / kKvBlock;
  const Rows<Element> rows = {KeysOf<Element>(args, block_index), kKvBlock,
                              ValuesOf<Element>(args, block_index)};
  ForEachRegisterBlock(from, block.size, [&](int64_t q, int64_t n) {
    Multiply(n, block.query + q, rows, args.head_dim,
             16 * block.Vectors(q + n - 1, first), false, block.weight + q);
  });
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
  const F32x16 scale = Broadcast(args.scale * 1.44269504f);  // log2(e)
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

// out[q] += sum of weight[q][j] * value j of the block at `first`.
template <typename Element>
inline void AddValues(const AttentionArgs& args, int64_t first, int64_t from,
                      QueryBlock& block) {
  const int64_t block_index = first / kKvBlock;
  const int64_t next = first + kKvBlock < block.length[block.size - 1]
                           ? block_index + 1
                           : block_index;
  const Rows<Element> rows = {ValuesOf<Element>(args, block_index),
                              args.head_dim, KeysOf<Element>(args, next)};
  ForEachRegisterBlock(from, block.size, [&](int64_t q, int64_t n) {
    // What all see, then what only later tokens see.
    const int64_t seen = block.Seen(q, first);
    Multiply(n, block.weight + q, rows, seen, args.head_dim, true,
             block.out + q);
    for (int64_t j = q + 1; j < q + n; ++j) {
      const int64_t more = block.Seen(j, first) - seen;
      if (more == 0) continue;
      Rows<Element> rest = rows;
      rest.data += seen * args.head_dim;
      rest.next += seen * args.head_dim;
      const float* weight = block.weight[j] + seen;
      Multiply(1, &weight, rest, more, args.head_dim, true, block.out + j);
    }
  });
}

template <typename Element>
inline void Attention(const AttentionArgs& args) {
  const int64_t queries = args.tokens * args.heads;
  QueryBlock block;
  for (int64_t first_query = 0; first_query < queries;
       first_query += kQueryBlock) {
    const int64_t left = queries - first_query;
    StartBlock(args, first_query, left < kQueryBlock ? left : kQueryBlock,
               block);
    int64_t from = 0;  // queries before it have seen all their keys
    const int64_t length = block.length[block.size - 1];
    for (int64_t first = 0; first < length; first += kKvBlock) {
      while (block.length[from] <= first) ++from;
      ScoreKeys<Element>(args, first, from, block);
      for (int64_t q = from; q < block.size; ++q) {
        WeighKeys(args, q, block.Seen(q, first), block);
      }
      AddValues<Element>(args, first, from, block);
    }
    FinishBlock(args, block);
  }
}

}  // namespace

void AttentionF16(const AttentionArgs& args) { Attention<uint16_t>(args); }
void AttentionF32(const AttentionArgs& args) { Attention<float>(args); }

}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_ATTENTION_KERNELS_INL_H_
