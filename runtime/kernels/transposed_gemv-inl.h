// Transposed matrices of floats times one token: columns outside, rows inside.
// Columns whose activation is zero are never read.
#ifndef RUNTIME_KERNELS_TRANSPOSED_GEMV_INL_H_
#define RUNTIME_KERNELS_TRANSPOSED_GEMV_INL_H_

#include <stdint.h>

#include "runtime/kernels/kernel_args.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

// Row tiles whose sums are in registers at a time. Two for each token of a
// float matmul, which has as many sums.
constexpr int kTransposedTiles = 2 * kFloatTokens;

// Columns that are asked for before their turn: each is a stream of its own,
// too short for the processor to foresee the next.
constexpr int64_t kPrefetchColumns = 8;

struct F32Column {
  static constexpr int64_t kBytes = 64;
  static inline F32x16 LoadColumn(const uint8_t* p) {
    return Load(reinterpret_cast<const float*>(p));
  }
};
struct F16Column {
  static constexpr int64_t kBytes = 32;
  static inline F32x16 LoadColumn(const uint8_t* p) { return LoadF16(p); }
};
struct BF16Column {
  static constexpr int64_t kBytes = 32;
  static inline F32x16 LoadColumn(const uint8_t* p) { return LoadBf16(p); }
};

// The columns with activations other than zero: their numbers, ascending.
// Branch-free, because zeros come in no order.
inline int64_t ListColumns(const float* x, int64_t first, int64_t columns,
                           int32_t* list) {
  int64_t count = 0;
  for (int64_t k = first; k < columns; k += 2) {
    list[count] = static_cast<int32_t>(k);
    count += x[k] != 0.0f;
  }
  return count;
}

// sum[i] = row tile i of the listed columns times their activations.
template <typename Column, int kTiles>
inline void AddListed(const uint8_t* tiles, int64_t column_stride,
                      const float* x, const int32_t* list, int64_t count,
                      F32x16 (&sum)[kTiles]) {
  TESSERA_UNROLL
  for (int i = 0; i < kTiles; ++i) sum[i] = Broadcast(0.0f);
  for (int64_t n = 0; n < count; ++n) {
    const int64_t ahead =
        n + kPrefetchColumns < count ? n + kPrefetchColumns : count - 1;
    const uint8_t* next = tiles + list[ahead] * column_stride;
    for (int64_t i = 0; i < kTiles * Column::kBytes; i += 64) {
      __builtin_prefetch(next + i);
    }
    const uint8_t* column = tiles + list[n] * column_stride;
    const F32x16 activation = Broadcast(x[list[n]]);
    TESSERA_UNROLL
    for (int i = 0; i < kTiles; ++i) {
      sum[i] = MulAdd(Column::LoadColumn(column + i * Column::kBytes),
                      activation, sum[i]);
    }
  }
}

// Even and odd columns have a sum each, as in FloatType::AddTile, so that the
// bits are the same.
template <typename Column, int kTiles>
__attribute__((noinline)) void MultiplyColumns(
    const TransposedGemvArgs& args, int64_t tile, const int32_t* even_list,
    int64_t even_count, const int32_t* odd_list, int64_t odd_count) {
  const uint8_t* tiles = args.tiles + tile * Column::kBytes;
  F32x16 even[kTiles];
  F32x16 odd[kTiles];
  AddListed<Column, kTiles>(tiles, args.column_stride, args.x, even_list,
                            even_count, even);
  AddListed<Column, kTiles>(tiles, args.column_stride, args.x, odd_list,
                            odd_count, odd);
  TESSERA_UNROLL
  for (int i = 0; i < kTiles; ++i) {
    const int64_t row = (tile + i) * 16;
    const F32x16 sum = Add(even[i], odd[i]);
    if (args.rows - row >= 16) {
      Store(args.out + row, sum);
    } else {
      StorePartial(args.out + row, sum, args.rows - row);
    }
  }
}

// Row tiles from `tile` on, kTiles at a time, then the rest with half as many.
template <typename Column, int kTiles>
void MultiplyColumnsOfTiles(const TransposedGemvArgs& args, int64_t tile,
                            const int32_t* even_list, int64_t even_count,
                            const int32_t* odd_list, int64_t odd_count) {
  for (; tile + kTiles <= args.last_tile; tile += kTiles) {
    MultiplyColumns<Column, kTiles>(args, tile, even_list, even_count, odd_list,
                                    odd_count);
  }
  if constexpr (kTiles > 1) {
    if (tile < args.last_tile) {
      MultiplyColumnsOfTiles<Column, kTiles / 2>(
          args, tile, even_list, even_count, odd_list, odd_count);
    }
  }
}

template <typename Column>
void TransposedGemv(const TransposedGemvArgs& args) {
  int32_t* even_list = args.column_list;
  const int64_t even_count = ListColumns(args.x, 0, args.columns, even_list);
  int32_t* odd_list = even_list + even_count;
  const int64_t odd_count = ListColumns(args.x, 1, args.columns, odd_list);
  MultiplyColumnsOfTiles<Column, kTransposedTiles>(
      args, args.first_tile, even_list, even_count, odd_list, odd_count);
}

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_TRANSPOSED_GEMV_INL_H_
