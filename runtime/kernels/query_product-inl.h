// Several queries times the same rows of float16 or float32:
//
//   c[q] += sum over k of a[q][k] * row k
//
// A lane is a column. On AVX-512, 8 queries and 2 vectors at a time:
//
//   zmm 0, 1     row k     32 columns, shared by 8 queries
//   zmm 2        a[q][k]   in all lanes, shared by 2 vectors
//   zmm 3 ..18   c[q][v]   16 chains hide the latency of multiply-adds
//
// A sum takes its rows in order, whatever the number of queries and vectors.
#ifndef RUNTIME_KERNELS_QUERY_PRODUCT_INL_H_
#define RUNTIME_KERNELS_QUERY_PRODUCT_INL_H_

#include <stdint.h>

#include "runtime/kernels/vector_kernels-inl.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

inline F32x16 LoadElements(const uint16_t* p, int64_t n) {
  return n == 16 ? LoadF16(p) : LoadF16Partial(p, n);
}
inline F32x16 LoadElements(const float* p, int64_t n) {
  return LoadLanes(p, n);
}

// Row k is at data + k * stride; `next` is what will be read after all rows.
template <typename Element>
struct Rows {
  const Element* data;
  int64_t stride;
  const Element* next;
};

// c[q] = (add ? c[q] : 0) + sum of a[q][k] * row k of b for k < depth, in V
// vectors from column `first` on, `lanes` of each.
template <int Q, int V, typename Element>
inline void MultiplyVectors(const float* const* a, const Rows<Element>& b,
                            int64_t depth, int64_t first, int64_t lanes,
                            bool add, float* const* c) {
  const float* factor[Q];
  F32x16 sum[Q][V];
  TESSERA_UNROLL
  for (int q = 0; q < Q; ++q) {
    factor[q] = a[q];
    TESSERA_UNROLL
    for (int v = 0; v < V; ++v) {
      sum[q][v] =
          add ? LoadLanes(c[q] + first + 16 * v, lanes) : Broadcast(0.0f);
    }
  }
  const Element* row = b.data + first;
  const Element* next = b.next + first * depth;  // as many bytes as of `row`
  const int64_t stride = b.stride;
  for (int64_t k = 0; k < depth; ++k) {
    __builtin_prefetch(next);
    F32x16 value[V];
    TESSERA_UNROLL
    for (int v = 0; v < V; ++v) value[v] = LoadElements(row + 16 * v, lanes);
    row += stride;
    next += 16 * V;
    TESSERA_UNROLL
    for (int q = 0; q < Q; ++q) {
      const F32x16 x = Broadcast(factor[q][k]);
      TESSERA_UNROLL
      for (int v = 0; v < V; ++v) sum[q][v] = MulAdd(x, value[v], sum[q][v]);
    }
  }
  TESSERA_UNROLL
  for (int q = 0; q < Q; ++q) {
    TESSERA_UNROLL
    for (int v = 0; v < V; ++v) {
      StoreLanes(c[q] + first + 16 * v, sum[q][v], lanes);
    }
  }
}

// The same for 1 to Q queries and all `columns`, of which no others are read.
template <typename Element, int Q = kAttentionQueries>
inline void Multiply(int64_t queries, const float* const* a,
                     const Rows<Element>& b, int64_t depth, int64_t columns,
                     bool add, float* const* c) {
  if constexpr (Q > 1) {
    if (queries < Q) {
      Multiply<Element, Q - 1>(queries, a, b, depth, columns, add, c);
      return;
    }
  }
  constexpr int64_t kStep = 16 * kAttentionVectors;
  int64_t i = 0;
  for (; i + kStep <= columns; i += kStep) {
    MultiplyVectors<Q, kAttentionVectors>(a, b, depth, i, 16, add, c);
  }
  ForEachVector(columns - i, [&](int64_t j, int64_t lanes) {
    MultiplyVectors<Q, 1>(a, b, depth, i + j, lanes, add, c);
  });
}

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_QUERY_PRODUCT_INL_H_
