// Super-blocks of 256 weights of two or three bits, or base-3 digits, times
// int8 activations: Q2_K, Q3_K, TQ1_0, TQ2_0. The quants of a super-block are
// first unpacked into bytes, which costs less than the products.
#ifndef RUNTIME_KERNELS_LOW_BIT_MATMUL_INL_H_
#define RUNTIME_KERNELS_LOW_BIT_MATMUL_INL_H_

#include <stdint.h>

#include "runtime/kernels/integer_matmul-inl.h"
#include "runtime/kernels/kernel_args.h"
#include "runtime/kernels/super_block_matmul-inl.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

// The quants of 16 rows of a super-block, a byte each: vector i holds columns
// 4 i .. 4 i + 3. A block of 32 columns is 512 bytes.
struct Quants {
  alignas(64) uint8_t bytes[kSuperBlock * 16];

  uint8_t* vector(int i) { return bytes + 64 * i; }
  const uint8_t* vector(int i) const { return bytes + 64 * i; }
};

// acc[t] += the products of 16 columns, of which the first is `column` of 32.
template <int kBits, int T>
inline void AddQuants(const uint8_t* quants, const PanelBlock& panel,
                      int column, I32x16 (&acc)[T]) {
  const U8x64 w[4] = {LoadU8(quants), LoadU8(quants + 64),
                      LoadU8(quants + 128), LoadU8(quants + 192)};
  AddColumns<kBits, T>(w, panel, column, acc);
}

// Bits 2 f, 2 f + 1 of byte l of a run of 32 bytes are column 32 f + l of the
// run's 128; `qs` has two runs.
inline void UnpackTwoBits(const uint8_t* qs, Quants& quants) {
  for (int i = 0; i < 16; ++i) {
    const U8x64 bytes = LoadU8(qs + 64 * i);
    uint8_t* out = quants.vector(i / 8 * 32 + i % 8);
    StoreU8(out, MaskBytes(bytes, 3));
    StoreU8(out + 512, MaskBytes(ShiftRight<2>(bytes), 3));
    StoreU8(out + 1024, MaskBytes(ShiftRight<4>(bytes), 3));
    StoreU8(out + 1536, MaskBytes(ShiftRight<6>(bytes), 3));
  }
}

// A third bit for each column: bit b of byte l of `high` is column 32 b + l.
inline void UnpackThreeBits(const uint8_t* qs, const uint8_t* high,
                            Quants& quants) {
  for (int i = 0; i < 16; ++i) {
    const U8x64 low = LoadU8(qs + 64 * i);
    U8x64 bits = LoadU8(high + 64 * (i % 8));
    if (i >= 8) bits = ShiftRight<4>(bits);
    uint8_t* out = quants.vector(i / 8 * 32 + i % 8);
    StoreU8(out, OrMasked(MaskBytes(low, 3), ShiftLeft<2>(bits), 4));
    StoreU8(out + 512, OrMasked(MaskBytes(ShiftRight<2>(low), 3),
                                ShiftLeft<1>(bits), 4));
    StoreU8(out + 1024, OrMasked(MaskBytes(ShiftRight<4>(low), 3), bits, 4));
    StoreU8(out + 1536, OrMasked(MaskBytes(ShiftRight<6>(low), 3),
                                 ShiftRight<1>(bits), 4));
  }
}

// Q2_K: w = d scale q - dmin minimum; for 16 columns a byte, scale in its low
// nibble and minimum in the high one.
struct Q2_KType {
  static constexpr int kTokens = kIntegerTokens;
  static constexpr int64_t kScaleBytes = 16 * 16;
  static constexpr int64_t kTileBytes = 64 + kScaleBytes + 64 * 16;

  struct Scales {
    alignas(64) uint8_t scale[kScaleBytes];
    alignas(64) uint8_t minimum[kScaleBytes];
  };

  static inline void DecodeScales(const uint8_t* lines, Scales& out) {
    for (int i = 0; i < kScaleBytes; i += 64) {
      const U8x64 bytes = LoadU8(lines + i);
      StoreU8(out.scale + i, MaskBytes(bytes, 0x0f));
      StoreU8(out.minimum + i, MaskBytes(ShiftRight<4>(bytes), 0x0f));
    }
  }

  // A sum of 16 products is at most 16 * 3 * 127 and fits in 16 bits.
  template <int T>
  static inline void AddBlock(F32x16 d, F32x16 negative_dmin,
                              const Scales& scales, const Quants& quants,
                              int block, const PanelBlock& panel,
                              F32x16 (&sum)[T]) {
    I32x16 total[T], minimum[T];
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) total[t] = minimum[t] = BroadcastI32(0);
    TESSERA_UNROLL
    for (int half = 0; half < 2; ++half) {
      const int i = 2 * block + half;
      I32x16 acc[T];
      TESSERA_UNROLL
      for (int t = 0; t < T; ++t) acc[t] = BroadcastI32(0);
      AddQuants<2, T>(quants.vector(4 * i), panel, 16 * half, acc);
      const I32x16 scale = LoadU8ToI32(scales.scale + 16 * i);
      const I32x16 offset = LoadU8ToI32(scales.minimum + 16 * i);
      TESSERA_UNROLL
      for (int t = 0; t < T; ++t) {
        total[t] = MulAddI16(total[t], scale, acc[t]);
        minimum[t] = MulAddI16(minimum[t], offset,
                               BroadcastI32(panel.sum16[2 * t + half]));
      }
    }
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) {
      const F32x16 product =
          MulAdd(negative_dmin, ToF32(minimum[t]), Mul(d, ToF32(total[t])));
      sum[t] = MulAdd(product, Broadcast(panel.scale[t]), sum[t]);
    }
  }

  template <int T>
  static inline void AddTile(const uint8_t* tile, const Activations& x,
                             int64_t token, F32x16 (&sum)[T]) {
    const int64_t blocks = x.columns / kActivationBlock;
    for (int64_t block = 0; block < blocks;
         block += kSubBlocks, tile += kTileBytes) {
      Scales scales;
      Quants quants;
      DecodeScales(tile + 64, scales);
      UnpackTwoBits(tile + 64 + kScaleBytes, quants);
      const F32x16 d = LoadF16(tile);
      const F32x16 negative_dmin = Mul(LoadF16(tile + 32), Broadcast(-1.0f));
      for (int b = 0; b < kSubBlocks; ++b) {
        AddBlock<T>(d, negative_dmin, scales, quants, b,
                    PanelBlockAt(x, block + b, token), sum);
      }
    }
  }
};

// Super-blocks whose weights are d times an integer, two in a tile: the head is
// their d. A type has kBodyBytes and
//
//   struct Scales;
//   static void Unpack(const uint8_t* body, Scales& scales, Quants& quants);
//   template <int T>  // acc[t] = the sum of block `block`
//   static void Multiply(const Scales& scales, const Quants& quants, int block,
//                        const PanelBlock& panel, I32x16 (&acc)[T]);
template <typename SuperBlocks>
struct TwoSuperBlockTiles {
  static constexpr int kTokens = kIntegerTokens;
  static constexpr int64_t kBodyBytes = SuperBlocks::kBodyBytes;

  template <int T>
  static inline void AddTile(const uint8_t* tile, const Activations& x,
                             int64_t token, F32x16 (&sum)[T]) {
    const int64_t super_blocks = x.columns / kSuperBlock;
    for (int64_t i = 0; i < super_blocks; ++i) {
      const uint8_t* head = tile + i / 2 * (64 + 2 * kBodyBytes);
      typename SuperBlocks::Scales scales;
      Quants quants;
      SuperBlocks::Unpack(head + 64 + i % 2 * kBodyBytes, scales, quants);
      const F32x16 d = LoadF16(head + i % 2 * 32);
      for (int b = 0; b < kSubBlocks; ++b) {
        const PanelBlock panel = PanelBlockAt(x, i * kSubBlocks + b, token);
        I32x16 acc[T];
        SuperBlocks::template Multiply<T>(scales, quants, b, panel, acc);
        TESSERA_UNROLL
        for (int t = 0; t < T; ++t) {
          sum[t] =
              MulAdd(ToF32(acc[t]), Mul(d, Broadcast(panel.scale[t])), sum[t]);
        }
      }
    }
  }
};

// Q3_K: w = d (scale - 32) (q - 4), one 6-bit scale for 16 columns.
struct Q3_KSuperBlocks {
  static constexpr int64_t kScaleBytes = 12 * 16;
  static constexpr int64_t kHighBytes = 32 * 16;
  static constexpr int64_t kBodyBytes = kScaleBytes + kHighBytes + 64 * 16;

  struct Scales {
    alignas(64) uint8_t scale[16 * 16];
  };

  // The low four bits of scales 0 to 7 and 8 to 15 are the nibbles of bytes 0
  // to 7, low and high; the high two of scale s are bits s / 4 * 2 and s / 4 *
  // 2 + 1 of byte 8 + s % 4. Four bytes of 16 rows are one vector here.
  static inline void DecodeScales(const uint8_t* lines, Scales& out) {
    const U8x64 a = LoadU8(lines);
    const U8x64 b = LoadU8(lines + 64);
    const U8x64 high = LoadU8(lines + 128);
    StoreU8(out.scale, OrMasked(MaskBytes(a, 0x0f), ShiftLeft<4>(high), 0x30));
    StoreU8(out.scale + 64,
            OrMasked(MaskBytes(b, 0x0f), ShiftLeft<2>(high), 0x30));
    StoreU8(out.scale + 128,
            OrMasked(MaskBytes(ShiftRight<4>(a), 0x0f), high, 0x30));
    StoreU8(out.scale + 192, OrMasked(MaskBytes(ShiftRight<4>(b), 0x0f),
                                      ShiftRight<2>(high), 0x30));
  }

  static inline void Unpack(const uint8_t* body, Scales& scales,
                            Quants& quants) {
    DecodeScales(body, scales);
    const uint8_t* high = body + kScaleBytes;
    UnpackThreeBits(high + kHighBytes, high, quants);
  }

  // A sum of 16 products is at most 16 * 4 * 127 and fits in 16 bits.
  template <int T>
  static inline void Multiply(const Scales& scales, const Quants& quants,
                              int block, const PanelBlock& panel,
                              I32x16 (&acc)[T]) {
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) acc[t] = BroadcastI32(0);
    TESSERA_UNROLL
    for (int half = 0; half < 2; ++half) {
      const int i = 2 * block + half;
      I32x16 part[T];
      TESSERA_UNROLL
      for (int t = 0; t < T; ++t) {
        part[t] = BroadcastI32(-4 * panel.sum16[2 * t + half]);
      }
      AddQuants<3, T>(quants.vector(4 * i), panel, 16 * half, part);
      const I32x16 scale = ToFactor(
          AddI32(LoadU8ToI32(scales.scale + 16 * i), BroadcastI32(-32)));
      TESSERA_UNROLL
      for (int t = 0; t < T; ++t) acc[t] = MulAddI16(acc[t], scale, part[t]);
    }
  }
};

// Three values: w = d (q - 1). TQ2_0 may hold q = 3.
struct TernarySuperBlocks {
  struct Scales {};

  template <int T>
  static inline void Multiply(const Scales&, const Quants& quants, int block,
                              const PanelBlock& panel, I32x16 (&acc)[T]) {
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) acc[t] = BroadcastI32(-BlockSum(panel, t));
    AddQuants<2, T>(quants.vector(8 * block), panel, 0, acc);
    AddQuants<2, T>(quants.vector(8 * block + 4), panel, 16, acc);
  }
};

struct TQ2_0SuperBlocks : TernarySuperBlocks {
  static constexpr int64_t kBodyBytes = 64 * 16;

  static inline void Unpack(const uint8_t* body, Scales&, Quants& quants) {
    UnpackTwoBits(body, quants);
  }
};

// A byte v holds five digits of v / 256 in base 3, q = floor(3 v / 256) first;
// v becomes 3 v modulo 256 for the next. Digit f of byte l of a run of n bytes
// is column f n + l of the run; the runs are 32 and 16 bytes, then 4 bytes of
// which four digits are used.
struct TQ1_0SuperBlocks : TernarySuperBlocks {
  static constexpr int64_t kBodyBytes = 52 * 16;

  template <int kVectors, int kDigits>
  static inline void UnpackRun(const uint8_t* run, uint8_t* out) {
    for (int i = 0; i < kVectors; ++i) {
      U8x64 bytes = LoadU8(run + 64 * i);
      TESSERA_UNROLL
      for (int f = 0; f < kDigits; ++f) {
        StoreU8(out + 64 * (f * kVectors + i), TernaryDigits(bytes));
        bytes = AddBytes(bytes, AddBytes(bytes, bytes));
      }
    }
  }

  static inline void Unpack(const uint8_t* body, Scales&, Quants& quants) {
    UnpackRun<8, 5>(body, quants.vector(0));
    UnpackRun<4, 5>(body + 8 * 64, quants.vector(40));
    UnpackRun<1, 4>(body + 12 * 64, quants.vector(60));
  }
};

using Q3_KType = TwoSuperBlockTiles<Q3_KSuperBlocks>;
using TQ2_0Type = TwoSuperBlockTiles<TQ2_0SuperBlocks>;
using TQ1_0Type = TwoSuperBlockTiles<TQ1_0SuperBlocks>;

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_LOW_BIT_MATMUL_INL_H_
