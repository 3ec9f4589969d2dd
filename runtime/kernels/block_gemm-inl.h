// gemm_kernels-inl.h for blocks of 32 weights of four or five bits: Q4_1, Q5_0,
// Q5_1, IQ4_NL, IQ4_XS, MXFP4.
#ifndef RUNTIME_KERNELS_BLOCK_GEMM_INL_H_
#define RUNTIME_KERNELS_BLOCK_GEMM_INL_H_

#include <stdint.h>

#include "runtime/kernels/affine_matmul-inl.h"
#include "runtime/kernels/codebook_matmul-inl.h"
#include "runtime/kernels/gemm_kernels-inl.h"

#ifdef TESSERA_HAS_GEMM

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

// Columns 4 i .. 4 i + 3 of a block to bytes[i][r], for i and up.
template <bool kFifthBit, int R, int i = 0>
inline void UnpackNibbles(const uint8_t* body, int r,
                          uint8_t (&bytes)[8][R][64]) {
  StoreU8(bytes[i][r], NibbleBlock<kFifthBit>::template Load<i>(body));
  if constexpr (i < 7) UnpackNibbles<kFifthBit, R, i + 1>(body, r, bytes);
}

// The same, looked up in a table.
template <typename Codebook, int R, int i = 0>
inline void UnpackCodes(const uint8_t* codes, int r,
                        uint8_t (&bytes)[8][R][64]) {
  StoreU8(bytes[i][r], Lookup(Codebook::kValues, LoadNibbles<i>(codes)));
  if constexpr (i < 7) UnpackCodes<Codebook, R, i + 1>(codes, r, bytes);
}

struct Q5_0Gemm : PlainGemm {
  static constexpr int kBits = 5;
  static constexpr int kBias = 16;

  template <int R>
  static inline void Unpack(const uint8_t* tiles, int64_t first, int64_t count,
                            int r, UnpackedTiles<R>& out) {
    constexpr int64_t kBodyBytes = Q5_0Blocks::kBodyBytes;
    for (int64_t b = 0; b < count; ++b) {
      const int64_t block = first + b;
      const uint8_t* tile = tiles + block / 2 * (64 + 2 * kBodyBytes);
      Store(out.scale[b][0][r], LoadF16(tile + block % 2 * 32));
      UnpackNibbles<true, R>(tile + 64 + block % 2 * kBodyBytes, r,
                             out.bytes[b]);
    }
  }
};

template <bool kFifthBit>
struct AffineGemm : PlainGemm {
  static constexpr int kBits = kFifthBit ? 5 : 4;
  static constexpr bool kMinimum = true;

  template <int R>
  static inline void Unpack(const uint8_t* tiles, int64_t first, int64_t count,
                            int r, UnpackedTiles<R>& out) {
    for (int64_t b = 0; b < count; ++b) {
      const uint8_t* tile =
          tiles + (first + b) * AffineType<kFifthBit>::kTileBytes;
      Store(out.scale[b][0][r], LoadF16(tile));
      Store(out.minimum[b][r], LoadF16(tile + 32));
      UnpackNibbles<kFifthBit, R>(tile + 64, r, out.bytes[b]);
    }
  }
};

struct IQ4_NLGemm : PlainGemm {
  static constexpr int kBias = 128;  // as stored, on every ISA

  template <int R>
  static inline void Unpack(const uint8_t* tiles, int64_t first, int64_t count,
                            int r, UnpackedTiles<R>& out) {
    constexpr int64_t kBodyBytes = IQ4_NLBlocks::kBodyBytes;
    for (int64_t b = 0; b < count; ++b) {
      const int64_t block = first + b;
      const uint8_t* tile = tiles + block / 2 * (64 + 2 * kBodyBytes);
      Store(out.scale[b][0][r], LoadF16(tile + block % 2 * 32));
      UnpackCodes<Iq4Codebook, R>(tile + 64 + block % 2 * kBodyBytes, r,
                                  out.bytes[b]);
    }
  }
};

struct IQ4_XSGemm : PlainGemm {
  static constexpr int kBias = 128;  // as stored, on every ISA

  // `first` and `count` are whole super-blocks.
  template <int R>
  static inline void Unpack(const uint8_t* tiles, int64_t first, int64_t count,
                            int r, UnpackedTiles<R>& out) {
    using Type = IQ4_XSType;
    for (int64_t b = 0; b < count; b += Type::kBlocks) {
      const uint8_t* tile =
          tiles + (first + b) / Type::kBlocks * Type::kTileBytes;
      alignas(64) float scale[Type::kBlocks * 16];
      Type::DecodeScales(tile, scale);
      for (int i = 0; i < Type::kBlocks; ++i) {
        Store(out.scale[b + i][0][r], Load(scale + 16 * i));
        UnpackCodes<Iq4Codebook, R>(tile + 64 + Type::kLowBytes + 256 * i, r,
                                    out.bytes[b + i]);
      }
    }
  }
};

struct MXFP4Gemm : PlainGemm {
  static constexpr int kBits = 5;  // at most 24
  static constexpr int kBias = Fp4Codebook::kBias;
  static constexpr bool kScaleLast = true;

  template <int R>
  static inline void Unpack(const uint8_t* tiles, int64_t first, int64_t count,
                            int r, UnpackedTiles<R>& out) {
    using Type = MXFP4Type;
    constexpr int64_t kTileBytes = 64 + Type::kTileBlocks * Type::kBodyBytes;
    for (int64_t b = 0; b < count; ++b) {
      const int64_t block = first + b;
      const uint8_t* tile = tiles + block / Type::kTileBlocks * kTileBytes;
      const int64_t i = block % Type::kTileBlocks;
      Store(out.scale[b][0][r], Type::LoadScale(tile + 16 * i));
      UnpackCodes<Fp4Codebook, R>(tile + 64 + Type::kBodyBytes * i, r,
                                  out.bytes[b]);
    }
  }
};

template <>
struct GemmOf<Q5_0Type> {
  using Gemm = Q5_0Gemm;
};
template <bool kFifthBit>
struct GemmOf<AffineType<kFifthBit>> {
  using Gemm = AffineGemm<kFifthBit>;
};
template <>
struct GemmOf<IQ4_NLType> {
  using Gemm = IQ4_NLGemm;
};
template <>
struct GemmOf<IQ4_XSType> {
  using Gemm = IQ4_XSGemm;
};
template <>
struct GemmOf<MXFP4Type> {
  using Gemm = MXFP4Gemm;
};

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // TESSERA_HAS_GEMM

#endif  // RUNTIME_KERNELS_BLOCK_GEMM_INL_H_
