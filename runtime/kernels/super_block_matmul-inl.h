// Super-blocks of 256 integer weights times int8 activations: Q4_K, Q5_K, Q6_K.
// A sub-block is 32 columns, one block of activations. Scales are decoded for
// 16 rows at once: byte i of 16 rows is one line of 16 bytes.
#ifndef RUNTIME_KERNELS_SUPER_BLOCK_MATMUL_INL_H_
#define RUNTIME_KERNELS_SUPER_BLOCK_MATMUL_INL_H_

#include <stdint.h>

#include "runtime/kernels/integer_matmul-inl.h"
#include "runtime/kernels/kernel_args.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

constexpr int64_t kSuperBlock = 256;
constexpr int kSubBlocks = 8;

// Whether tiles that are read to and fro, between low and high bits, are copied
// in the order of their lines first rather than asked for ahead, for one token.
// Some prefetchers of the hardware follow that order only. SetCopyTiles sets
// it.
bool copy_tiles = false;

// Copies `bytes` bytes, a multiple of 64, in their order.
inline void CopyLines(const uint8_t* from, int64_t bytes, uint8_t* to) {
  for (int64_t i = 0; i < bytes; i += 64) StoreU8(to + i, LoadU8(from + i));
}

// 6-bit scales and minimums of the 8 sub-blocks of 16 rows, [sub-block][row].
struct SixBitScales {
  alignas(64) uint8_t scale[kSubBlocks * 16];
  alignas(64) uint8_t minimum[kSubBlocks * 16];
};

// Of 12 bytes b, sub-blocks s < 4 have scale b[s] % 64 and minimum b[s + 4] %
// 64; the others have their low four bits in b[s + 4], scale first, and their
// high two in those of b[s - 4] and b[s]. Four lines are one vector here.
inline void DecodeSixBitScales(const uint8_t* lines, SixBitScales& out) {
  const U8x64 a = LoadU8(lines);
  const U8x64 b = LoadU8(lines + 64);
  const U8x64 c = LoadU8(lines + 128);
  StoreU8(out.scale, MaskBytes(a, 0x3f));
  StoreU8(out.minimum, MaskBytes(b, 0x3f));
  StoreU8(out.scale + 64, OrMasked(MaskBytes(c, 0x0f), ShiftRight<2>(a), 0x30));
  StoreU8(out.minimum + 64,
          OrMasked(MaskBytes(ShiftRight<4>(c), 0x0f), ShiftRight<2>(b), 0x30));
}

// Q4_K and Q5_K: w = d scale q - dmin minimum. Bytes 32 j .. 32 j + 31 of qs
// are sub-blocks 2 j (low nibbles) and 2 j + 1 (high nibbles); bit s of qh[k]
// is the fifth bit of column k of sub-block s.
template <bool kFifthBit>
struct ScaleAndMinType {
  static constexpr int kTokens = kIntegerTokens;
  static constexpr int64_t kScaleBytes = 12 * 16;
  static constexpr int64_t kHighBytes = kFifthBit ? 32 * 16 : 0;
  static constexpr int64_t kTileBytes =
      64 + kScaleBytes + kHighBytes + 128 * 16;

  // Columns 4 i .. 4 i + 3 of sub-block s.
  template <int s>
  static inline U8x64 Unpack(const uint8_t* high, const uint8_t* low, int i) {
    const U8x64 bytes = LoadU8(low + (s / 2 * 8 + i) * 64);
    const U8x64 w = s % 2 == 0 ? MaskBytes(bytes, 0x0f)
                               : MaskBytes(ShiftRight<4>(bytes), 0x0f);
    if constexpr (!kFifthBit) {
      return w;
    } else {
      const U8x64 bits = LoadU8(high + i * 64);
      if constexpr (s <= 4) return OrMasked(w, ShiftLeft<4 - s>(bits), 0x10);
      if constexpr (s > 4) return OrMasked(w, ShiftRight<s - 4>(bits), 0x10);
    }
  }

  // sum += sub-block s, whose integer sums are given.
  template <int s, int T>
  static inline void AddScaled(F32x16 d, F32x16 negative_dmin,
                               const SixBitScales& scales,
                               const PanelBlock& panel, const I32x16 (&acc)[T],
                               F32x16 (&sum)[T]) {
    const F32x16 scale = Mul(d, ToF32(LoadU8ToI32(scales.scale + 16 * s)));
    const F32x16 minimum =
        Mul(negative_dmin, ToF32(LoadU8ToI32(scales.minimum + 16 * s)));
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) {
      const float block_sum =
          panel.scale[t] * static_cast<float>(BlockSum(panel, t));
      sum[t] =
          MulAdd(ToF32(acc[t]), Mul(scale, Broadcast(panel.scale[t])), sum[t]);
      sum[t] = MulAdd(minimum, Broadcast(block_sum), sum[t]);
    }
  }

  // Sub-blocks s and s + 1, which have their low bits in the same bytes. For
  // one token both at once, so that each line is read once.
  template <int s, int T>
  static inline void AddPair(F32x16 d, F32x16 negative_dmin,
                             const SixBitScales& scales, const uint8_t* high,
                             const uint8_t* low, const PanelBlock& first,
                             const PanelBlock& second, F32x16 (&sum)[T]) {
    constexpr int kBits = kFifthBit ? 5 : 4;
    I32x16 acc[2][T];
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) acc[0][t] = acc[1][t] = BroadcastI32(0);
    TESSERA_UNROLL
    for (int i = 0; i < 8; i += 4) {
      U8x64 w[2][4];
      TESSERA_UNROLL
      for (int k = 0; k < 4; ++k) {
        w[0][k] = Unpack<s>(high, low, i + k);
        w[1][k] = Unpack<s + 1>(high, low, i + k);
      }
      AddColumns<kBits, T>(w[0], first, 4 * i, acc[0]);
      AddColumns<kBits, T>(w[1], second, 4 * i, acc[1]);
    }
    AddScaled<s, T>(d, negative_dmin, scales, first, acc[0], sum);
    AddScaled<s + 1, T>(d, negative_dmin, scales, second, acc[1], sum);
  }

  // Sub-block s for several tokens.
  template <int s, int T>
  static inline void AddSubBlock(F32x16 d, F32x16 negative_dmin,
                                 const SixBitScales& scales,
                                 const uint8_t* high, const uint8_t* low,
                                 const PanelBlock& panel, F32x16 (&sum)[T]) {
    I32x16 acc[T];
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) acc[t] = BroadcastI32(0);
    TESSERA_UNROLL
    for (int i = 0; i < 8; i += 4) {
      U8x64 w[4];
      TESSERA_UNROLL
      for (int k = 0; k < 4; ++k) w[k] = Unpack<s>(high, low, i + k);
      AddColumns<kFifthBit ? 5 : 4, T>(w, panel, 4 * i, acc);
    }
    AddScaled<s, T>(d, negative_dmin, scales, panel, acc, sum);
  }

  // Sub-blocks s and up.
  template <int s, int T, bool kAhead>
  static inline void AddSubBlocks(F32x16 d, F32x16 negative_dmin,
                                  const SixBitScales& scales,
                                  const uint8_t* high, const uint8_t* low,
                                  const Activations& x, int64_t block,
                                  int64_t token, F32x16 (&sum)[T]) {
    constexpr int64_t kShare = kTileBytes / kSubBlocks;
    PrefetchAhead<2 * kShare, kAhead>(high + s * kShare);
    const PanelBlock first = PanelBlockAt(x, block + s, token);
    const PanelBlock second = PanelBlockAt(x, block + s + 1, token);
    if constexpr (T == 1) {
      AddPair<s, T>(d, negative_dmin, scales, high, low, first, second, sum);
    } else {
      AddSubBlock<s, T>(d, negative_dmin, scales, high, low, first, sum);
      AddSubBlock<s + 1, T>(d, negative_dmin, scales, high, low, second, sum);
    }
    if constexpr (s + 2 < kSubBlocks) {
      AddSubBlocks<s + 2, T, kAhead>(d, negative_dmin, scales, high, low, x,
                                     block, token, sum);
    }
  }

  template <int T, bool kAhead = true>
  static inline void AddTile(const uint8_t* tile, const Activations& x,
                             int64_t token, F32x16 (&sum)[T]) {
    const int64_t blocks = x.columns / kActivationBlock;
    for (int64_t block = 0; block < blocks;
         block += kSubBlocks, tile += kTileBytes) {
      SixBitScales scales;
      DecodeSixBitScales(tile + 64, scales);
      const F32x16 negative_dmin = Mul(LoadF16(tile + 32), Broadcast(-1.0f));
      const uint8_t* high = tile + 64 + kScaleBytes;
      AddSubBlocks<0, T, kAhead>(LoadF16(tile), negative_dmin, scales, high,
                                 high + kHighBytes, x, block, token, sum);
    }
  }
};

using Q4_KType = ScaleAndMinType<false>;
using Q5_KType = ScaleAndMinType<true>;

// Q6_K: w = d scale (q - 32), one int8 scale for 16 columns. In each half n of
// 128 columns, sub-block 4 n + p takes nibble p / 2 of the 32 bytes from 64 n +
// 32 (p % 2) of ql on, and bits 2 p, 2 p + 1 of the 32 bytes from 32 n of qh
// on.
struct Q6_KType {
  static constexpr int kTokens = kIntegerTokens;
  static constexpr int64_t kBodyBytes = (16 + 128 + 64) * 16;

  // Columns 4 i .. 4 i + 3 of the sub-block with the given p.
  template <int p>
  static inline U8x64 Unpack(const uint8_t* low, const uint8_t* high, int i) {
    const U8x64 bytes = LoadU8(low + (p % 2 * 8 + i) * 64);
    const U8x64 bits = LoadU8(high + i * 64);
    const U8x64 w =
        p < 2 ? MaskBytes(bytes, 0x0f) : MaskBytes(ShiftRight<4>(bytes), 0x0f);
    if constexpr (p < 3) return OrMasked(w, ShiftLeft<4 - 2 * p>(bits), 0x30);
    if constexpr (p == 3) return OrMasked(w, ShiftRight<2>(bits), 0x30);
  }

  // Products and int8 scales are exact in float32: 2 * 16 * 32 * 127 * 128 is
  // less than 2^24.
  template <int p, int T, bool kAhead>
  static inline void AddSubBlocks(F32x16 d, const uint8_t* body,
                                  const uint8_t* scales, const uint8_t* low,
                                  const uint8_t* high, const Activations& x,
                                  int64_t block, int64_t token,
                                  F32x16 (&sum)[T]) {
    constexpr int64_t kShare = kBodyBytes / kSubBlocks;
    PrefetchAhead<kShare, kAhead>(body + (block + p) % kSubBlocks * kShare);
    const PanelBlock panel = PanelBlockAt(x, block + p, token);
    F32x16 part[T];
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) part[t] = Broadcast(0.0f);
    TESSERA_UNROLL
    for (int half = 0; half < 2; ++half) {
      U8x64 w[4];
      I32x16 acc[T];
      TESSERA_UNROLL
      for (int i = 0; i < 4; ++i) w[i] = Unpack<p>(low, high, 4 * half + i);
      TESSERA_UNROLL
      for (int t = 0; t < T; ++t) {
        acc[t] = BroadcastI32(-32 * panel.sum16[2 * t + half]);
      }
      AddColumns<6, T>(w, panel, 16 * half, acc);
      const F32x16 scale = ToF32(LoadS8ToI32(scales + (2 * p + half) * 16));
      TESSERA_UNROLL
      for (int t = 0; t < T; ++t) {
        part[t] = MulAdd(ToF32(acc[t]), scale, part[t]);
      }
    }
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) {
      sum[t] = MulAdd(part[t], Mul(d, Broadcast(panel.scale[t])), sum[t]);
    }
    if constexpr (p < 3) {
      AddSubBlocks<p + 1, T, kAhead>(d, body, scales, low, high, x, block,
                                     token, sum);
    }
  }

  // Super-block i.
  template <int T, bool kAhead>
  static inline void AddBody(F32x16 d, const uint8_t* body,
                             const Activations& x, int64_t i, int64_t token,
                             F32x16 (&sum)[T]) {
    const uint8_t* low = body + 16 * 16;
    const uint8_t* high = low + 128 * 16;
    for (int n = 0; n < 2; ++n) {
      AddSubBlocks<0, T, kAhead>(d, body, body + n * 128, low + n * 1024,
                                 high + n * 512, x, i * kSubBlocks + 4 * n,
                                 token, sum);
    }
  }

  template <int T, bool kAhead = true>
  static inline void AddTile(const uint8_t* tile, const Activations& x,
                             int64_t token, F32x16 (&sum)[T]) {
    // As many half super-blocks as fit; a tile holds two super-blocks.
    const int64_t super_blocks = x.columns / kSuperBlock;
    for (int64_t i = 0; i < super_blocks; ++i) {
      const uint8_t* head = tile + i / 2 * (64 + 2 * kBodyBytes);
      const uint8_t* body = head + 64 + i % 2 * kBodyBytes;
      const F32x16 d = LoadF16(head + i % 2 * 32);
      if constexpr (T == 1 && kAhead) {
        if (copy_tiles) {
          alignas(64) uint8_t copy[kBodyBytes];
          CopyLines(body, kBodyBytes, copy);
          AddBody<T, false>(d, copy, x, i, token, sum);
          continue;
        }
      }
      AddBody<T, kAhead>(d, body, x, i, token, sum);
    }
  }
};

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_SUPER_BLOCK_MATMUL_INL_H_
