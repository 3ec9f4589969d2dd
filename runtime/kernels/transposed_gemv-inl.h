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

// Columns that are read side by side, so that sums are loaded and stored less
// often. Each is a stream that the processor foresees by itself.
constexpr int kColumnsAtATime = 4;

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

// The numbers of every other column from `first` on whose activation is not
// zero, ascending. Writes one number more than it returns. Branch-free, because
// zeros come in no order.
inline int64_t ListColumns(const TransposedGemvArgs& args, int64_t first,
                           int32_t* list) {
  int64_t count = 0;
  for (int64_t k = first; k < args.columns; k += 2) {
    list[count] = static_cast<int32_t>(k);
    count += args.x[k] != 0.0f;
  }
  return count;
}

// sums[i * kGemvSums] += row tile i of the columns list[n] to list[count - 1],
// kColumns at a time, then the rest with half as many.
template <typename Column, int kColumns>
void AddColumns(const TransposedGemvArgs& args, const int32_t* list, int64_t n,
                int64_t count, float* sums) {
  for (; n + kColumns <= count; n += kColumns) {
    const uint8_t* column[kColumns];
    F32x16 activation[kColumns];
    TESSERA_UNROLL
    for (int c = 0; c < kColumns; ++c) {
      column[c] = args.tiles + list[n + c] * args.column_stride;
      activation[c] = Broadcast(args.x[list[n + c]]);
    }
    for (int64_t i = 0; i < args.row_tiles; ++i) {
      F32x16 sum = Load(sums + i * kGemvSums);
      TESSERA_UNROLL
      for (int c = 0; c < kColumns; ++c) {
        sum = MulAdd(Column::LoadColumn(column[c] + i * Column::kBytes),
                     activation[c], sum);
      }
      Store(sums + i * kGemvSums, sum);
    }
  }
  if constexpr (kColumns > 1) {
    AddColumns<Column, kColumns / 2>(args, list, n, count, sums);
  }
}

// Even and odd columns have a sum each, as in FloatType, so that the bits are
// the same.
template <typename Column>
void TransposedGemv(const TransposedGemvArgs& args) {
  for (int odd = 0; odd < 2; ++odd) {
    const int64_t count = ListColumns(args, odd, args.column_list);
    AddColumns<Column, kColumnsAtATime>(args, args.column_list, 0, count,
                                        args.sums + 16 * odd);
  }
}

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_TRANSPOSED_GEMV_INL_H_
