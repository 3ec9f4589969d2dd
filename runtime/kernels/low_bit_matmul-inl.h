// Super-blocks of 256 weights of two or three bits, or base-3 digits, times
// int8 activations: Q2_K, Q3_K, TQ1_0, TQ2_0.
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

// Columns 4 i .. 4 i + 3 of block b of a super-block: bits 2 f and 2 f + 1 of
// byte l of a run of 32 bytes are column 32 f + l of the run's 128.
template <int b>
inline U8x64 LoadTwoBits(const uint8_t* qs, int i) {
  const U8x64 bytes = LoadU8(qs + (b / 4 * 8 + i) * 64);
  return MaskBytes(ShiftRight<b % 4 * 2>(bytes), 3);
}

// The same with a third bit: bit b of byte l of `high` is column 32 b + l.
template <int b>
inline U8x64 LoadThreeBits(const uint8_t* high, const uint8_t* qs, int i) {
  const U8x64 bits = LoadU8(high + i * 64);
  const U8x64 w = LoadTwoBits<b>(qs, i);
  if constexpr (b < 2) return OrMasked(w, ShiftLeft<2 - b>(bits), 4);
  if constexpr (b >= 2) return OrMasked(w, ShiftRight<b - 2>(bits), 4);
}

// Q2_K: w = d scale q - dmin minimum; for 16 columns a byte, scale in its low
// nibble and minimum in the high one.
struct Q2_KType {
  static constexpr int kTokens = kIntegerTokens;
  static constexpr int64_t kScaleBytes = 16 * 16;
  static constexpr int64_t kTileBytes = 64 + kScaleBytes + 64 * 16;

  struct SuperBlock {
    F32x16 d;
    F32x16 negative_dmin;
    const uint8_t* qs;
    alignas(64) uint8_t scale[kScaleBytes];
    alignas(64) uint8_t minimum[kScaleBytes];

    explicit SuperBlock(const uint8_t* tile)
        : d(LoadF16(tile)),
          negative_dmin(Mul(LoadF16(tile + 32), Broadcast(-1.0f))),
          qs(tile + 64 + kScaleBytes) {
      for (int i = 0; i < kScaleBytes; i += 64) {
        const U8x64 bytes = LoadU8(tile + 64 + i);
        StoreU8(scale + i, MaskBytes(bytes, 0x0f));
        StoreU8(minimum + i, MaskBytes(ShiftRight<4>(bytes), 0x0f));
      }
    }
  };

  // Blocks b and up. A sum of 16 products is at most 16 * 3 * 127, which fits
  // in 16 bits.
  template <int b, int T>
  static inline void AddBlocks(const SuperBlock& weights, const Activations& x,
                               int64_t block, int64_t token, F32x16 (&sum)[T]) {
    const PanelBlock panel = PanelBlockAt(x, block + b, token);
    I32x16 total[T], minimum[T];
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) total[t] = minimum[t] = BroadcastI32(0);
    TESSERA_UNROLL
    for (int half = 0; half < 2; ++half) {
      U8x64 w[4];
      I32x16 acc[T];
      TESSERA_UNROLL
      for (int i = 0; i < 4; ++i) {
        w[i] = LoadTwoBits<b>(weights.qs, 4 * half + i);
      }
      TESSERA_UNROLL
      for (int t = 0; t < T; ++t) acc[t] = BroadcastI32(0);
      AddColumns<2, T>(w, panel, 16 * half, acc);
      const int line = (2 * b + half) * 16;
      const I32x16 scale = LoadU8ToI32(weights.scale + line);
      const I32x16 offset = LoadU8ToI32(weights.minimum + line);
      TESSERA_UNROLL
      for (int t = 0; t < T; ++t) {
        total[t] = MulAddPairs(total[t], scale, acc[t]);
        minimum[t] = MulAddPairs(minimum[t], offset,
                                 BroadcastI32(panel.sum16[2 * t + half]));
      }
    }
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) {
      const F32x16 product = MulAdd(weights.negative_dmin, ToF32(minimum[t]),
                                    Mul(weights.d, ToF32(total[t])));
      sum[t] = MulAdd(product, Broadcast(panel.scale[t]), sum[t]);
    }
    if constexpr (b + 1 < kSubBlocks) {
      AddBlocks<b + 1, T>(weights, x, block, token, sum);
    }
  }

  template <int T>
  static inline void AddTile(const uint8_t* tile, const Activations& x,
                             int64_t token, F32x16 (&sum)[T]) {
    const int64_t blocks = x.columns / kActivationBlock;
    for (int64_t block = 0; block < blocks;
         block += kSubBlocks, tile += kTileBytes) {
      PrefetchAhead<kTileBytes>(tile);
      AddBlocks<0, T>(SuperBlock(tile), x, block, token, sum);
    }
  }
};

// Super-blocks whose weights are d times an integer, two in a tile: the head is
// their d. A type has kBodyBytes and
//
//   explicit SuperBlock(const uint8_t* body);
//   template <int b, int T>  // acc[t] = the products of block b
//   void Multiply(const PanelBlock& panel, I32x16 (&acc)[T]) const;
template <typename SuperBlock>
struct TwoSuperBlockTiles {
  static constexpr int kTokens = kIntegerTokens;
  static constexpr int64_t kBodyBytes = SuperBlock::kBodyBytes;

  // Blocks b and up.
  template <int b, int T>
  static inline void AddBlocks(F32x16 d, const SuperBlock& weights,
                               const Activations& x, int64_t block,
                               int64_t token, F32x16 (&sum)[T]) {
    const PanelBlock panel = PanelBlockAt(x, block + b, token);
    I32x16 acc[T];
    weights.template Multiply<b, T>(panel, acc);
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) {
      sum[t] = MulAdd(ToF32(acc[t]), Mul(d, Broadcast(panel.scale[t])), sum[t]);
    }
    if constexpr (b + 1 < kSubBlocks) {
      AddBlocks<b + 1, T>(d, weights, x, block, token, sum);
    }
  }

  // Super-block i of the tile.
  template <int i, int T>
  static inline void AddSuperBlock(const uint8_t* tile, const Activations& x,
                                   int64_t block, int64_t token,
                                   F32x16 (&sum)[T]) {
    const SuperBlock weights(tile + 64 + i * kBodyBytes);
    AddBlocks<0, T>(LoadF16(tile + 32 * i), weights, x, block, token, sum);
  }

  template <int T>
  static inline void AddTile(const uint8_t* tile, const Activations& x,
                             int64_t token, F32x16 (&sum)[T]) {
    const int64_t blocks = x.columns / kActivationBlock;
    int64_t block = 0;
    for (; block + 2 * kSubBlocks <= blocks; block += 2 * kSubBlocks) {
      PrefetchAhead<64 + 2 * kBodyBytes>(tile);
      AddSuperBlock<0, T>(tile, x, block, token, sum);
      AddSuperBlock<1, T>(tile, x, block + kSubBlocks, token, sum);
      tile += 64 + 2 * kBodyBytes;
    }
    if (block < blocks) AddSuperBlock<0, T>(tile, x, block, token, sum);
  }
};

// Q3_K: w = d (scale - 32) (q - 4), one 6-bit scale for 16 columns.
class Q3_KSuperBlock {
 public:
  static constexpr int64_t kScaleBytes = 12 * 16;
  static constexpr int64_t kHighBytes = 32 * 16;
  static constexpr int64_t kBodyBytes = kScaleBytes + kHighBytes + 64 * 16;

  // The low four bits of scales 0 to 7 and 8 to 15 are the nibbles of bytes 0
  // to 7, low and high; the high two of scale s are bits s / 4 * 2 and s / 4 *
  // 2 + 1 of byte 8 + s % 4. Four bytes of 16 rows are one vector here.
  explicit Q3_KSuperBlock(const uint8_t* body)
      : high_(body + kScaleBytes), qs_(high_ + kHighBytes) {
    const U8x64 a = LoadU8(body);
    const U8x64 b = LoadU8(body + 64);
    const U8x64 bits = LoadU8(body + 128);
    StoreU8(scale_, OrMasked(MaskBytes(a, 0x0f), ShiftLeft<4>(bits), 0x30));
    StoreU8(scale_ + 64,
            OrMasked(MaskBytes(b, 0x0f), ShiftLeft<2>(bits), 0x30));
    StoreU8(scale_ + 128,
            OrMasked(MaskBytes(ShiftRight<4>(a), 0x0f), bits, 0x30));
    StoreU8(scale_ + 192, OrMasked(MaskBytes(ShiftRight<4>(b), 0x0f),
                                   ShiftRight<2>(bits), 0x30));
  }

  // q of columns 4 i .. 4 i + 3 of block b.
  template <int b>
  inline U8x64 Load(int i) const {
    return LoadThreeBits<b>(high_, qs_, i);
  }
  // scale - 32 of columns 16 j .. 16 j + 15.
  inline I32x16 Scale(int j) const {
    return AddI32(LoadU8ToI32(scale_ + 16 * j), BroadcastI32(-32));
  }

  // A sum of 16 products is at most 16 * 4 * 127 and fits in 16 bits.
  template <int b, int T>
  inline void Multiply(const PanelBlock& panel, I32x16 (&acc)[T]) const {
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) acc[t] = BroadcastI32(0);
    TESSERA_UNROLL
    for (int half = 0; half < 2; ++half) {
      U8x64 w[4];
      I32x16 part[T];
      TESSERA_UNROLL
      for (int i = 0; i < 4; ++i) {
        w[i] = Load<b>(4 * half + i);
      }
      TESSERA_UNROLL
      for (int t = 0; t < T; ++t) {
        part[t] = BroadcastI32(-4 * panel.sum16[2 * t + half]);
      }
      AddColumns<3, T>(w, panel, 16 * half, part);
      const I32x16 scale = LowHalf(Scale(2 * b + half));
      TESSERA_UNROLL
      for (int t = 0; t < T; ++t) acc[t] = MulAddPairs(acc[t], scale, part[t]);
    }
  }

 private:
  const uint8_t* high_;
  const uint8_t* qs_;
  alignas(64) uint8_t scale_[16 * 16];
};

// q of TQ2_0, which may be 3.
class TQ2_0Quants {
 public:
  static constexpr int64_t kBodyBytes = 64 * 16;

  explicit TQ2_0Quants(const uint8_t* body) : qs_(body) {}

  template <int b>
  inline U8x64 Load(int i) const {
    return LoadTwoBits<b>(qs_, i);
  }

 private:
  const uint8_t* qs_;
};

// q of TQ1_0. A byte v holds five digits of v / 256 in base 3, of which
// floor(3 v / 256) is the first; v becomes 3 v modulo 256 for the next. Digit f
// of byte l of a run of n bytes is column f n + l of the run; the runs are 32
// and 16 bytes, then 4 bytes of which four digits are used.
class TQ1_0Quants {
 public:
  static constexpr int64_t kBodyBytes = 52 * 16;

  explicit TQ1_0Quants(const uint8_t* body) {
    UnpackRun<8, 5>(body, digits_);
    UnpackRun<4, 5>(body + 8 * 64, digits_ + 40 * 64);
    UnpackRun<1, 4>(body + 12 * 64, digits_ + 60 * 64);
  }

  template <int b>
  inline U8x64 Load(int i) const {
    return LoadU8(digits_ + (8 * b + i) * 64);
  }

 private:
  template <int kVectors, int kDigits>
  static inline void UnpackRun(const uint8_t* run, uint8_t* out) {
    for (int i = 0; i < kVectors; ++i) {
      U8x64 v = LoadU8(run + 64 * i);
      TESSERA_UNROLL
      for (int f = 0; f < kDigits; ++f) {
        StoreU8(out + (f * kVectors + i) * 64, TernaryDigits(v));
        v = AddBytes(v, AddBytes(v, v));
      }
    }
  }

  // Vector i holds columns 4 i .. 4 i + 3.
  alignas(64) uint8_t digits_[kSuperBlock * 16];
};

// TQ1_0 and TQ2_0: w = d (q - 1).
template <typename Quants>
struct TernarySuperBlock : Quants {
  using Quants::Quants;

  template <int b, int T>
  inline void Multiply(const PanelBlock& panel, I32x16 (&acc)[T]) const {
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) acc[t] = BroadcastI32(-BlockSum(panel, t));
    TESSERA_UNROLL
    for (int half = 0; half < 2; ++half) {
      U8x64 w[4];
      TESSERA_UNROLL
      for (int i = 0; i < 4; ++i) {
        w[i] = this->template Load<b>(4 * half + i);
      }
      AddColumns<2, T>(w, panel, 16 * half, acc);
    }
  }
};

using TQ1_0SuperBlock = TernarySuperBlock<TQ1_0Quants>;
using TQ2_0SuperBlock = TernarySuperBlock<TQ2_0Quants>;

using Q3_KType = TwoSuperBlockTiles<Q3_KSuperBlock>;
using TQ1_0Type = TwoSuperBlockTiles<TQ1_0SuperBlock>;
using TQ2_0Type = TwoSuperBlockTiles<TQ2_0SuperBlock>;

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_LOW_BIT_MATMUL_INL_H_
