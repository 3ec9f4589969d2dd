// Blocks of 32 weights of 4 or 5 bits times int8 activations: Q4_1, Q5_0, Q5_1.
#ifndef RUNTIME_KERNELS_AFFINE_MATMUL_INL_H_
#define RUNTIME_KERNELS_AFFINE_MATMUL_INL_H_

#include <stdint.h>

#include "runtime/kernels/integer_matmul-inl.h"
#include "runtime/kernels/kernel_args.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

// Columns 4 i .. 4 i + 3 of a block: of 16 bytes, low nibbles are columns 0 to
// 15, high nibbles columns 16 to 31.
template <int i>
inline U8x64 LoadNibbles(const uint8_t* nibbles) {
  const U8x64 bytes = LoadU8(nibbles + i % 4 * 64);
  return MaskBytes(i < 4 ? bytes : ShiftRight<4>(bytes), 0x0f);
}

// The bits of a block. With a fifth bit, 4 bytes come first: bit k of these 32
// is bit 4 of column k.
template <bool kFifthBit>
struct NibbleBlock {
  static constexpr int kBits = kFifthBit ? 5 : 4;
  static constexpr int64_t kHighBytes = kFifthBit ? 64 : 0;
  static constexpr int64_t kBodyBytes = kHighBytes + 256;

  // Columns 4 i .. 4 i + 3.
  template <int i>
  static inline U8x64 Load(const uint8_t* body) {
    const U8x64 w = LoadNibbles<i>(body + kHighBytes);
    if constexpr (kFifthBit) return AddFifthBits<4 * i>(w, LoadU8(body));
    return w;
  }

  // acc[t] += the products of 32 columns.
  template <int T>
  static inline void AddProducts(const uint8_t* body, const PanelBlock& panel,
                                 I32x16 (&acc)[T]) {
    const U8x64 low[4] = {Load<0>(body), Load<1>(body), Load<2>(body),
                          Load<3>(body)};
    AddColumns<kBits, T>(low, panel, 0, acc);
    const U8x64 high[4] = {Load<4>(body), Load<5>(body), Load<6>(body),
                           Load<7>(body)};
    AddColumns<kBits, T>(high, panel, 16, acc);
  }
};

// Q5_0: w = d (q - 16).
struct Q5_0Blocks : NibbleBlock<true> {
  template <int T>
  static inline void AddBlock(F32x16 d, const uint8_t* body,
                              const PanelBlock& panel, F32x16 (&sum)[T]) {
    I32x16 acc[T];
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) acc[t] = BroadcastI32(-16 * BlockSum(panel, t));
    AddProducts<T>(body, panel, acc);
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) {
      sum[t] = MulAdd(ToF32(acc[t]), Mul(d, Broadcast(panel.scale[t])), sum[t]);
    }
  }
};

using Q5_0Type = TwoBlockTiles<Q5_0Blocks>;

// Q4_1 and Q5_1: w = d q + m. One block per tile, its head is d, then m, of 16
// rows.
template <bool kFifthBit>
struct AffineType : NibbleBlock<kFifthBit> {
  static constexpr int kTokens = kIntegerTokens;
  static constexpr int64_t kTileBytes = 64 + NibbleBlock<kFifthBit>::kBodyBytes;

  template <int T>
  static inline void AddTile(const uint8_t* tile, const Activations& x,
                             int64_t token, F32x16 (&sum)[T]) {
    const int64_t blocks = x.columns / kActivationBlock;
    for (int64_t block = 0; block < blocks; ++block, tile += kTileBytes) {
      PrefetchAhead<kTileBytes>(tile);
      const PanelBlock panel = PanelBlockAt(x, block, token);
      I32x16 acc[T];
      TESSERA_UNROLL
      for (int t = 0; t < T; ++t) acc[t] = BroadcastI32(0);
      NibbleBlock<kFifthBit>::template AddProducts<T>(tile + 64, panel, acc);
      const F32x16 d = LoadF16(tile);
      const F32x16 m = LoadF16(tile + 32);
      TESSERA_UNROLL
      for (int t = 0; t < T; ++t) {
        const float block_sum =
            panel.scale[t] * static_cast<float>(BlockSum(panel, t));
        sum[t] =
            MulAdd(ToF32(acc[t]), Mul(d, Broadcast(panel.scale[t])), sum[t]);
        sum[t] = MulAdd(m, Broadcast(block_sum), sum[t]);
      }
    }
  }
};

using Q4_1Type = AffineType<false>;
using Q5_1Type = AffineType<true>;

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_AFFINE_MATMUL_INL_H_
