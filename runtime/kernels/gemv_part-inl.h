// Some columns of a matrix times one token: for layouts in which the tiles of a
// row tile do not lie side by side. Sums stay as the kernels of
// matmul_kernels-inl.h hold them in registers, so that all parts, in ascending
// order, give the bits that the whole row tile gives.
#ifndef RUNTIME_KERNELS_GEMV_PART_INL_H_
#define RUNTIME_KERNELS_GEMV_PART_INL_H_

#include <stdint.h>

#include "runtime/kernels/integer_matmul-inl.h"
#include "runtime/kernels/kernel_args.h"
#include "runtime/kernels/matmul_kernels-inl.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

// Types with scales in every tile.
template <typename Type>
struct PartOf {
  static inline void Add(const uint8_t* tiles, const Activations& x,
                         float* sums) {
    F32x16 sum[1] = {Load(sums)};
    Type::template AddTile<1>(tiles, x, 0, sum);
    Store(sums, sum[0]);
  }
};

template <>
struct PartOf<INT8Type> {
  static inline void Add(const uint8_t* tiles, const Activations& x,
                         float* sums) {
    F32x16 sum[1] = {Load(sums)};
    INT8Type::AddBody<1>(tiles, x, 0, sum);
    Store(sums, sum[0]);
  }
};

// An even number of columns comes before the part.
template <typename Weights>
struct PartOf<FloatType<Weights>> {
  static inline void Add(const uint8_t* tiles, const Activations& x,
                         float* sums) {
    F32x16 even[1] = {Load(sums)};
    F32x16 odd[1] = {Load(sums + 16)};
    FloatType<Weights>::template AddPairs<1>(tiles, x, 0, even, odd);
    Store(sums, even[0]);
    Store(sums + 16, odd[0]);
  }
};

template <typename Type>
void GemvPart(const GemvPartArgs& args) {
  const uint8_t* tiles = args.tiles;
  float* sums = args.sums;
  for (int64_t i = 0; i < args.row_tiles; ++i) {
    PartOf<Type>::Add(tiles, args.x, sums);
    tiles += args.row_tile_stride;
    sums += kGemvSums;
  }
}

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_GEMV_PART_INL_H_
