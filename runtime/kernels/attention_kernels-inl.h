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
// Blocks that no query of a block of queries sees any more are skipped, so that
// a window costs no more than itself.
//
// What else is in a call does not change the order of a query's operations.
#ifndef RUNTIME_KERNELS_ATTENTION_KERNELS_INL_H_
#define RUNTIME_KERNELS_ATTENTION_KERNELS_INL_H_

#include <stdint.h>

#include "runtime/kernels/kernel_args.h"
#include "runtime/kernels/online_softmax-inl.h"
#include "runtime/kernels/query_product-inl.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

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

// Calls f(q, n) for n queries from q on, as many as registers hold, of [from,
// to).
template <typename Function>
inline void ForEachRegisterBlock(int64_t from, int64_t to, Function f) {
  for (int64_t q = from; q < to; q += kAttentionQueries) {
    const int64_t left = to - q;
    f(q, left < kAttentionQueries ? left : int64_t{kAttentionQueries});
  }
}

// weight[q][j] = q . key j of the block at `first`, for the keys that q sees
// and some around them, for the queries [from, to).
template <typename Element>
inline void ScoreKeys(const AttentionArgs& args, int64_t first, int64_t from,
                      int64_t to, QueryBlock& block) {
  const int64_t block_index = first / kKvBlock;
  const Rows<Element> rows = {KeysOf<Element>(args, block_index), kKvBlock,
                              ValuesOf<Element>(args, block_index)};
  ForEachRegisterBlock(from, to, [&](int64_t q, int64_t n) {
    Multiply(n, block.query + q, rows, args.head_dim,
             16 * block.Vectors(q + n - 1, first), false, block.weight + q);
  });
}

// out[q] += sum of weight[q][j] * value j of the block at `first`, for n
// queries from q on: those of the window's beginning, which only earlier ones
// see, then what all see, then what only later ones see.
template <typename Element>
inline void AddValuesOf(const AttentionArgs& args, int64_t first, int64_t q,
                        int64_t n, const Rows<Element>& rows,
                        QueryBlock& block) {
  const auto add = [&](int64_t j, int64_t count, int64_t from, int64_t to) {
    if (from >= to) return;
    Rows<Element> some = rows;
    some.data += from * args.head_dim;
    some.next += from * args.head_dim;
    const float* weights[kAttentionQueries];
    for (int64_t i = 0; i < count; ++i) weights[i] = block.weight[j + i] + from;
    Multiply(count, weights, some, to - from, args.head_dim, true,
             block.out + j);
  };
  const int64_t seen = block.Seen(q, first);
  const int64_t hidden = block.Hidden(q + n - 1, first);
  if (hidden < seen) {
    for (int64_t j = q; j < q + n - 1; ++j) {
      add(j, 1, block.Hidden(j, first), hidden);
    }
    add(q, n, hidden, seen);
    for (int64_t j = q + 1; j < q + n; ++j) {
      add(j, 1, seen, block.Seen(j, first));
    }
    return;
  }
  for (int64_t j = q; j < q + n; ++j) {
    add(j, 1, block.Hidden(j, first), block.Seen(j, first));
  }
}

// The same for the queries [from, to).
template <typename Element>
inline void AddValues(const AttentionArgs& args, int64_t first, int64_t from,
                      int64_t to, QueryBlock& block) {
  const int64_t block_index = first / kKvBlock;
  const int64_t next = first + kKvBlock < block.length[block.size - 1]
                           ? block_index + 1
                           : block_index;
  const Rows<Element> rows = {ValuesOf<Element>(args, block_index),
                              args.head_dim, KeysOf<Element>(args, next)};
  ForEachRegisterBlock(from, to, [&](int64_t q, int64_t n) {
    AddValuesOf(args, first, q, n, rows, block);
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
    int64_t to = 0;    // queries from it on see none yet
    const int64_t length = block.length[block.size - 1];
    const int64_t begin = block.begin[0] / kKvBlock * kKvBlock;
    for (int64_t first = begin; first < length; first += kKvBlock) {
      while (block.length[from] <= first) ++from;
      while (to < block.size && block.begin[to] < first + kKvBlock) ++to;
      ScoreKeys<Element>(args, first, from, to, block);
      for (int64_t q = from; q < to; ++q) {
        const int64_t seen = block.Seen(q, first);
        if (args.cap > 0) CapScores(args, q, seen, block);
        HideKeys(q, block.Hidden(q, first), block);
        WeighKeys(args, q, seen, block);
      }
      AddValues<Element>(args, first, from, to, block);
    }
    if (args.sinks != nullptr) AddSinks(args, first_query, block);
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
