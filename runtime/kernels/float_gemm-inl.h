// Many tokens at a time times matrices of F32 or F16: row tiles become float32
// once, 128 columns at a time, and are multiplied with all tokens. For AVX2:
// where there are registers for 8 tokens, FloatType reaches the limit of
// multiply-adds.
//
// The registers of MultiplyFloats with T = 6 tokens, two for 16 rows:
//
//   ymm 0 ..11   sum[t]  sums of even columns, in a second pass of odd ones
//   ymm12, 13    w       a column of 16 rows, shared by 6 tokens
//   ymm14        x       an activation
//
// 12 multiply-adds need 8 loads. Each row and token has the sums of FloatType,
// made in the same order, so that gemv and gemm give the same bits.
#ifndef RUNTIME_KERNELS_FLOAT_GEMM_INL_H_
#define RUNTIME_KERNELS_FLOAT_GEMM_INL_H_

#include <stdint.h>

#include "runtime/kernels/kernel_args.h"
#include "runtime/kernels/matmul_kernels-inl.h"

#ifdef TESSERA_HAS_FLOAT_GEMM

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

constexpr int64_t kFloatPairs = 64;         // of columns: 8 KiB
constexpr int64_t kFloatTokenBlock = 192;   // whose sums take 24 KiB
constexpr int64_t kFloatGemmMinTokens = 6;  // fewer do not pay for unpacking

// Columns of a row tile as float32: the even ones, then the odd ones.
struct FloatTile {
  alignas(64) float column[2][kFloatPairs][16];
};

// Sums of even and of odd columns of a block of tokens.
struct FloatSums {
  alignas(64) float sum[2][kFloatTokenBlock][16];
};

// Pairs [first, first + count) of a row tile; behind the last column of an odd
// number of them is a zero.
template <typename Weights>
inline void UnpackFloats(const uint8_t* tile, int64_t columns, int64_t first,
                         int64_t count, FloatTile& out) {
  const uint8_t* p = tile + first * Weights::kPairBytes;
  for (int64_t i = 0; i < count; ++i, p += Weights::kPairBytes) {
    F32x16 even;
    F32x16 odd = Broadcast(0.0f);
    if (2 * (first + i) + 1 < columns) {
      Weights::LoadPair(p, even, odd);
    } else {
      even = Weights::LoadLast(p);
    }
    Store(out.column[0][i], even);
    Store(out.column[1][i], odd);
  }
}

// sums[t] += `count` columns times every second activation from x on of T
// tokens.
template <int T>
__attribute__((noinline)) void MultiplyFloats(
    const float (*__restrict columns)[16], const float* __restrict x,
    int64_t x_stride, int64_t count, bool first, float (*__restrict sums)[16]) {
  F32x16 sum[T];
  TESSERA_UNROLL
  for (int t = 0; t < T; ++t) {
    sum[t] = first ? Broadcast(0.0f) : Load(sums[t]);
  }
  for (int64_t i = 0; i < count; ++i) {
    const F32x16 w = Load(columns[i]);
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) {
      sum[t] = MulAdd(w, Broadcast(x[t * x_stride + 2 * i]), sum[t]);
    }
  }
  TESSERA_UNROLL
  for (int t = 0; t < T; ++t) Store(sums[t], sum[t]);
}

// Columns 2 (first .. first + count) and their right neighbours times tokens
// [token, last), T at a time, then the rest together. `sum` counts from the
// first token of the block.
template <int T>
inline void MultiplyFloatTokens(const Activations& x, const FloatTile& tile,
                                int64_t first, int64_t count, int64_t token,
                                int64_t last, int64_t sum, FloatSums& sums) {
  // The last column of an odd number of them has no neighbour.
  const int64_t left = x.columns / 2 - first;
  const int64_t odd = left < count ? left : count;
  for (; token + T <= last; token += T, sum += T) {
    const float* activations = x.f32 + token * x.f32_stride + 2 * first;
    MultiplyFloats<T>(tile.column[0], activations, x.f32_stride, count,
                      first == 0, &sums.sum[0][sum]);
    MultiplyFloats<T>(tile.column[1], activations + 1, x.f32_stride, odd,
                      first == 0, &sums.sum[1][sum]);
  }
  if constexpr (T > 1) {
    MultiplyFloatTokens<T - 1>(x, tile, first, count, token, last, sum, sums);
  }
}

// Writes even and odd sums, added, of row tile `tile`.
inline void StoreFloatSums(const MatmulArgs& args, int64_t tile, int64_t first,
                           int64_t last, const FloatSums& sums) {
  const int64_t row = tile * 16;
  const int64_t rows = args.rows - row;
  for (int64_t t = first; t < last; ++t) {
    const F32x16 sum =
        Add(Load(sums.sum[0][t - first]), Load(sums.sum[1][t - first]));
    float* out = args.out + t * args.out_stride + row;
    if (rows >= 16) {
      Store(out, sum);
    } else {
      StorePartial(out, sum, rows);
    }
  }
}

// Row tile `tile` times all tokens.
template <typename Weights>
__attribute__((noinline)) void MultiplyFloatTile(const MatmulArgs& args,
                                                 int64_t tile) {
  FloatTile unpacked;
  FloatSums sums;
  const Activations& x = args.x;
  const int64_t pairs = (x.columns + 1) / 2;
  for (int64_t token = 0; token < x.tokens; token += kFloatTokenBlock) {
    const int64_t end = token + kFloatTokenBlock;
    const int64_t last = x.tokens < end ? x.tokens : end;
    for (int64_t first = 0; first < pairs; first += kFloatPairs) {
      const int64_t left = pairs - first;
      const int64_t count = left < kFloatPairs ? left : kFloatPairs;
      UnpackFloats<Weights>(args.tiles + tile * args.row_tile_stride, x.columns,
                            first, count, unpacked);
      MultiplyFloatTokens<kFloatGemmTokens>(x, unpacked, first, count, token,
                                            last, 0, sums);
    }
    StoreFloatSums(args, tile, token, last, sums);
  }
}

template <typename Weights>
void MultiplyManyFloats(const MatmulArgs& args) {
  for (int64_t tile = args.first_tile; tile < args.last_tile; ++tile) {
    MultiplyFloatTile<Weights>(args, tile);
  }
}

// The weights of a type that gains. BF16, which becomes float32 by a shift,
// does not.
template <typename Type>
struct FloatsOf {
  using Weights = void;
};
template <>
struct FloatsOf<F32Type> {
  using Weights = F32Weights;
};
template <>
struct FloatsOf<F16Type> {
  using Weights = F16Weights;
};

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // TESSERA_HAS_FLOAT_GEMM

#endif  // RUNTIME_KERNELS_FLOAT_GEMM_INL_H_
