// Weights that are 4-bit indices into a table, times int8 activations: IQ4_NL,
// IQ4_XS, MXFP4. One shuffle looks up 64 weights.
#ifndef RUNTIME_KERNELS_CODEBOOK_MATMUL_INL_H_
#define RUNTIME_KERNELS_CODEBOOK_MATMUL_INL_H_

#include <stdint.h>

#include "runtime/kernels/affine_matmul-inl.h"
#include "runtime/kernels/integer_matmul-inl.h"
#include "runtime/kernels/kernel_args.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

// The values of IQ4_NL and IQ4_XS, plus 128.
struct Iq4Codebook {
  static constexpr int kBits = 8;
  static constexpr int32_t kBias = kFullRangeBias;
  alignas(16) static constexpr uint8_t kValues[16] = {
      1, 24, 45, 63, 79, 93, 106, 118, 129, 141, 153, 166, 181, 197, 217, 241};
};

// Twice the values of FP4 (E2M1), plus 12.
struct Fp4Codebook {
  static constexpr int kBits = 5;
  static constexpr int32_t kBias = 12;
  alignas(16) static constexpr uint8_t kValues[16] = {
      12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0};
};

// acc[t] = the products of a block of 32 columns.
template <typename Codebook, int T>
inline void MultiplyCodes(const uint8_t* codes, const PanelBlock& panel,
                          I32x16 (&acc)[T]) {
  TESSERA_UNROLL
  for (int t = 0; t < T; ++t) {
    acc[t] = BroadcastI32(
        Codebook::kBias == 0 ? 0 : -Codebook::kBias * BlockSum(panel, t));
  }
  const U8x64 low[4] = {Lookup(Codebook::kValues, LoadNibbles<0>(codes)),
                        Lookup(Codebook::kValues, LoadNibbles<1>(codes)),
                        Lookup(Codebook::kValues, LoadNibbles<2>(codes)),
                        Lookup(Codebook::kValues, LoadNibbles<3>(codes))};
  AddColumns<Codebook::kBits, T>(low, panel, 0, acc);
  const U8x64 high[4] = {Lookup(Codebook::kValues, LoadNibbles<4>(codes)),
                         Lookup(Codebook::kValues, LoadNibbles<5>(codes)),
                         Lookup(Codebook::kValues, LoadNibbles<6>(codes)),
                         Lookup(Codebook::kValues, LoadNibbles<7>(codes))};
  AddColumns<Codebook::kBits, T>(high, panel, 16, acc);
}

// sum[t] += scale * the products of a block of 32 columns.
template <int T>
inline void AddIq4Block(F32x16 scale, const uint8_t* codes,
                        const PanelBlock& panel, F32x16 (&sum)[T]) {
  I32x16 acc[T];
  MultiplyCodes<Iq4Codebook, T>(codes, panel, acc);
  TESSERA_UNROLL
  for (int t = 0; t < T; ++t) {
    sum[t] =
        MulAdd(ToF32(acc[t]), Mul(scale, Broadcast(panel.scale[t])), sum[t]);
  }
}

// IQ4_NL: w = d value.
struct IQ4_NLBlocks {
  static constexpr int64_t kBodyBytes = 256;

  template <int T>
  static inline void AddBlock(F32x16 d, const uint8_t* body,
                              const PanelBlock& panel, F32x16 (&sum)[T]) {
    AddIq4Block<T>(d, body, panel, sum);
  }
};

using IQ4_NLType = TwoBlockTiles<IQ4_NLBlocks>;

// IQ4_XS: w = d (scale - 32) value, one 6-bit scale for each of 8 blocks. Their
// high bits are a word of 16 bits per row in the head, those of block 0 lowest;
// their low bits are 4 bytes of two nibbles.
struct IQ4_XSType {
  static constexpr int kTokens = kIntegerTokens;
  static constexpr int kBlocks = 8;
  static constexpr int64_t kLowBytes = 4 * 16;
  static constexpr int64_t kTileBytes = 64 + kLowBytes + kBlocks * 256;

  // scale[16 b + row] = d (scale - 32) of block b.
  static inline void DecodeScales(const uint8_t* tile,
                                  float (&scale)[kBlocks * 16]) {
    const U8x64 bytes = LoadU8(tile + 64);
    alignas(64) uint8_t low[2][kLowBytes];
    StoreU8(low[0], MaskBytes(bytes, 0x0f));
    StoreU8(low[1], MaskBytes(ShiftRight<4>(bytes), 0x0f));
    const F32x16 d = LoadF16(tile);
    I32x16 words = LoadU16ToI32(tile + 32);
    for (int b = 0; b < kBlocks; ++b) {
      const I32x16 high = AndI32(ShiftLeftI32<4>(words), BroadcastI32(3 << 4));
      const I32x16 sum = AddI32(high, LoadU8ToI32(low[b % 2] + b / 2 * 16));
      Store(scale + 16 * b, Mul(d, ToF32(AddI32(sum, BroadcastI32(-32)))));
      words = ShiftRightI32<2>(words);
    }
  }

  template <int T>
  static inline void AddTile(const uint8_t* tile, const Activations& x,
                             int64_t token, F32x16 (&sum)[T]) {
    const int64_t blocks = x.columns / kActivationBlock;
    for (int64_t block = 0; block < blocks;
         block += kBlocks, tile += kTileBytes) {
      alignas(64) float scale[kBlocks * 16];
      DecodeScales(tile, scale);
      const uint8_t* codes = tile + 64 + kLowBytes;
      for (int b = 0; b < kBlocks; ++b) {
        PrefetchAhead<kTileBytes / kBlocks>(tile + kTileBytes / kBlocks * b);
        AddIq4Block<T>(Load(scale + 16 * b), codes + 256 * b,
                       PanelBlockAt(x, block + b, token), sum);
      }
    }
  }
};

// MXFP4: w = 2^(e - 128) (2 value). A tile has 4 blocks; its head is their e.
struct MXFP4Type {
  static constexpr int kTokens = kIntegerTokens;
  static constexpr int kTileBlocks = 4;
  static constexpr int64_t kBodyBytes = 256;

  // 2^(e - 128), also where that is subnormal: as 2^(h - 63) 2^(e - h - 65)
  // with h = floor(e / 2), both of which are normal.
  static inline F32x16 LoadScale(const uint8_t* exponents) {
    const I32x16 e = LoadU8ToI32(exponents);
    const I32x16 half = ShiftLeftI32<22>(AndI32(e, BroadcastI32(0xfe)));
    const I32x16 rest =
        AddI32(half, ShiftLeftI32<23>(AndI32(e, BroadcastI32(1))));
    return Mul(FromBits(AddI32(half, BroadcastI32((127 - 63) << 23))),
               FromBits(AddI32(rest, BroadcastI32((127 - 65) << 23))));
  }

  // Block i of the tile. Weights may be near either end of float32: activations
  // are scaled first, which keeps the intermediate product away from both.
  template <int T>
  static inline void AddBlock(const uint8_t* tile, int i,
                              const PanelBlock& panel, F32x16 (&sum)[T]) {
    PrefetchAhead<kBodyBytes + 16>(tile + (kBodyBytes + 16) * i);
    const F32x16 scale = LoadScale(tile + 16 * i);
    I32x16 acc[T];
    MultiplyCodes<Fp4Codebook, T>(tile + 64 + kBodyBytes * i, panel, acc);
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) {
      sum[t] =
          MulAdd(Mul(ToF32(acc[t]), Broadcast(panel.scale[t])), scale, sum[t]);
    }
  }

  template <int T>
  static inline void AddTile(const uint8_t* tile, const Activations& x,
                             int64_t token, F32x16 (&sum)[T]) {
    const int64_t blocks = x.columns / kActivationBlock;
    int64_t block = 0;
    for (; block + kTileBlocks <= blocks; block += kTileBlocks) {
      TESSERA_UNROLL
      for (int i = 0; i < kTileBlocks; ++i) {
        AddBlock<T>(tile, i, PanelBlockAt(x, block + i, token), sum);
      }
      tile += 64 + kTileBlocks * kBodyBytes;
    }
    for (int i = 0; block < blocks; ++block, ++i) {
      AddBlock<T>(tile, i, PanelBlockAt(x, block, token), sum);
    }
  }
};

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_CODEBOOK_MATMUL_INL_H_
