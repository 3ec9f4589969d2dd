// gemm_kernels-inl.h for super-blocks of two or three bits or base-3 digits:
// Q2_K, Q3_K, TQ1_0, TQ2_0. Their weights are so small that the integer scales
// of sub-blocks are multiplied into the bytes.
#ifndef RUNTIME_KERNELS_LOW_BIT_GEMM_INL_H_
#define RUNTIME_KERNELS_LOW_BIT_GEMM_INL_H_

#include <stdint.h>

#include "runtime/kernels/gemm_kernels-inl.h"
#include "runtime/kernels/low_bit_matmul-inl.h"

#ifdef TESSERA_HAS_GEMM

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

// Weights times d are scale q, at most 15 * 3.
struct Q2_KGemm : PlainGemm {
  static constexpr int kBits = 6;
  static constexpr bool kMinimumPairs = true;

  template <int s, int R>
  static inline void UnpackBlocks(const Q2_KType::SuperBlock& weights,
                                  int64_t b, int r, UnpackedTiles<R>& out) {
    for (int i = 0; i < 8; ++i) {
      const uint8_t* scale = weights.scale + (2 * s + i / 4) * 16;
      StoreU8(out.bytes[b][i][r],
              ScaleBytes(LoadTwoBits<s>(weights.qs, i), LoadU8ToI32(scale)));
    }
    const uint8_t* minimum = weights.minimum + 2 * s * 16;
    const I32x16 pair = AddI32(LoadU8ToI32(minimum),
                               ShiftLeftI32<16>(LoadU8ToI32(minimum + 16)));
    Store(out.minimum[b][r], FromBits(pair));
    Store(out.scale[b][0][r], weights.d);
    Store(out.scale[b][1][r], weights.negative_dmin);
    if constexpr (s + 1 < kSubBlocks) {
      UnpackBlocks<s + 1, R>(weights, b + 1, r, out);
    }
  }

  // `first` and `count` are whole super-blocks.
  template <int R>
  static inline void Unpack(const uint8_t* tiles, int64_t first, int64_t count,
                            int r, UnpackedTiles<R>& out) {
    for (int64_t b = 0; b < count; b += kSubBlocks) {
      const Q2_KType::SuperBlock weights(tiles + (first + b) / kSubBlocks *
                                                     Q2_KType::kTileBytes);
      UnpackBlocks<0, R>(weights, b, r, out);
    }
  }
};

// The types of TwoSuperBlockTiles. `Gemm` derives from this and has
//   template <int s>  // columns 4 i .. 4 i + 3 of block s, over d
//   static U8x64 Weights(const SuperBlock& weights, int i);
template <typename Gemm, typename SuperBlock>
struct TwoSuperBlockGemm : PlainGemm {
  template <int s, int R>
  static inline void UnpackBlocks(F32x16 d, const SuperBlock& weights,
                                  int64_t b, int r, UnpackedTiles<R>& out) {
    for (int i = 0; i < 8; ++i) {
      StoreU8(out.bytes[b][i][r], Gemm::template Weights<s>(weights, i));
    }
    Store(out.scale[b][0][r], d);
    if constexpr (s + 1 < kSubBlocks) {
      UnpackBlocks<s + 1, R>(d, weights, b + 1, r, out);
    }
  }

  // `first` and `count` are whole super-blocks.
  template <int R>
  static inline void Unpack(const uint8_t* tiles, int64_t first, int64_t count,
                            int r, UnpackedTiles<R>& out) {
    constexpr int64_t kBodyBytes = SuperBlock::kBodyBytes;
    for (int64_t b = 0; b < count; b += kSubBlocks) {
      const int64_t i = (first + b) / kSubBlocks;
      const uint8_t* head = tiles + i / 2 * (64 + 2 * kBodyBytes);
      const SuperBlock weights(head + 64 + i % 2 * kBodyBytes);
      UnpackBlocks<0, R>(LoadF16(head + i % 2 * 32), weights, b, r, out);
    }
  }
};

// (scale - 32) (q - 4) is at least 31 * -4 and at most -32 * -4.
struct Q3_KGemm : TwoSuperBlockGemm<Q3_KGemm, Q3_KSuperBlock> {
  static constexpr int kBias = 124;

  template <int s>
  static inline U8x64 Weights(const Q3_KSuperBlock& weights, int i) {
    const U8x64 q = AddBytes(weights.Load<s>(i), BroadcastU8(256 - 4));
    return AddBytes(ScaleBytes(q, weights.Scale(2 * s + i / 4)),
                    BroadcastU8(kBias));
  }
};

template <typename SuperBlock>
struct TernaryGemm : TwoSuperBlockGemm<TernaryGemm<SuperBlock>, SuperBlock> {
  static constexpr int kBits = 2;
  static constexpr int kBias = 1;

  template <int s>
  static inline U8x64 Weights(const SuperBlock& weights, int i) {
    return weights.template Load<s>(i);
  }
};

template <>
struct GemmOf<Q2_KType> {
  using Gemm = Q2_KGemm;
};
template <>
struct GemmOf<Q3_KType> {
  using Gemm = Q3_KGemm;
};
template <>
struct GemmOf<TQ1_0Type> {
  using Gemm = TernaryGemm<TQ1_0SuperBlock>;
};
template <>
struct GemmOf<TQ2_0Type> {
  using Gemm = TernaryGemm<TQ2_0SuperBlock>;
};

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // TESSERA_HAS_GEMM

#endif  // RUNTIME_KERNELS_LOW_BIT_GEMM_INL_H_
