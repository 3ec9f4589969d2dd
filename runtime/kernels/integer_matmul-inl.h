// Blocks of 32 integer weights times int8 activations: Q4_0, Q8_0, INT8. See
// docs/kernels.md for the picture of the registers.
#ifndef RUNTIME_KERNELS_INTEGER_MATMUL_INL_H_
#define RUNTIME_KERNELS_INTEGER_MATMUL_INL_H_

#include <stdint.h>

#include "runtime/kernels/kernel_args.h"
#include "runtime/kernels/matmul_kernels-inl.h"
#include "runtime/kernels/panel-inl.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

// Activations of one block of 32 columns from one token on: token t has 32
// values at q + 32 t, its scale at scale[t], its sums at sum16[2 t + {0, 1}].
struct PanelBlock {
  const int8_t* q;
  const float* scale;
  const int32_t* sum16;
};

inline PanelBlock PanelBlockAt(const Activations& x, int64_t block,
                               int64_t token) {
  const int64_t blocks = (x.columns + kActivationBlock - 1) / kActivationBlock;
  const int64_t i = PanelIndex(x.tokens, blocks, block, token);
  return {x.q + i * kActivationBlock, x.scale + i, x.sum16 + 2 * i};
}

// The next block of the same tokens, of whose group there are `group`.
inline PanelBlock NextBlock(const PanelBlock& panel, int64_t group) {
  return {panel.q + group * kActivationBlock, panel.scale + group,
          panel.sum16 + 2 * group};
}

inline int32_t BlockSum(const PanelBlock& panel, int t) {
  return panel.sum16[2 * t] + panel.sum16[2 * t + 1];
}

// acc[t] += the products of 16 columns, of which the first is `column` of 32.
template <int kWeightBits, int T>
inline void AddColumns(const U8x64 (&w)[4], const PanelBlock& panel, int column,
                       I32x16 (&acc)[T]) {
  TESSERA_UNROLL
  for (int t = 0; t < T; ++t) {
    acc[t] =
        Dot16<kWeightBits>(acc[t], w, panel.q + t * kActivationBlock + column);
  }
}

// Q4_0: 16 bytes are 32 weights w = d (n - 8), with nibbles n: low nibbles are
// columns 0 to 15, high nibbles columns 16 to 31.
struct Q4_0Blocks {
  static constexpr int64_t kBodyBytes = 256;

  template <int T>
  static inline void AddBlock(F32x16 d, const uint8_t* body,
                              const PanelBlock& panel, F32x16 (&sum)[T]) {
    I32x16 acc[T];
    U8x64 w[4];
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) acc[t] = BroadcastI32(-8 * BlockSum(panel, t));
    TESSERA_UNROLL
    for (int i = 0; i < 4; ++i) w[i] = MaskBytes(LoadU8(body + 64 * i), 0x0f);
    AddColumns<4, T>(w, panel, 0, acc);
    TESSERA_UNROLL
    for (int i = 0; i < 4; ++i) {
      w[i] = MaskBytes(ShiftRight<4>(LoadU8(body + 64 * i)), 0x0f);
    }
    AddColumns<4, T>(w, panel, 16, acc);
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) {
      sum[t] = MulAdd(ToF32(acc[t]), Mul(d, Broadcast(panel.scale[t])), sum[t]);
    }
  }
};

// 32 bytes w + 128 in 8 vectors; returns 16 rows' integer sums for each token.
template <int T>
inline void MultiplyBytes(const uint8_t* body, const PanelBlock& panel,
                          I32x16 (&acc)[T]) {
  U8x64 w[4];
  TESSERA_UNROLL
  for (int t = 0; t < T; ++t) {
    acc[t] = BroadcastI32(
        kFullRangeBias == 0 ? 0 : -kFullRangeBias * BlockSum(panel, t));
  }
  TESSERA_UNROLL
  for (int i = 0; i < 4; ++i) w[i] = LoadU8(body + 64 * i);
  AddColumns<8, T>(w, panel, 0, acc);
  TESSERA_UNROLL
  for (int i = 0; i < 4; ++i) w[i] = LoadU8(body + 256 + 64 * i);
  AddColumns<8, T>(w, panel, 16, acc);
}

// Q8_0: 32 weights d w.
struct Q8_0Blocks {
  static constexpr int64_t kBodyBytes = 512;

  template <int T>
  static inline void AddBlock(F32x16 d, const uint8_t* body,
                              const PanelBlock& panel, F32x16 (&sum)[T]) {
    I32x16 acc[T];
    MultiplyBytes<T>(body, panel, acc);
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) {
      sum[t] = MulAdd(ToF32(acc[t]), Mul(d, Broadcast(panel.scale[t])), sum[t]);
    }
  }
};

// A type with two blocks per tile: a head of 2 x 16 float16 scales, then two
// bodies. The last tile may hold one block.
template <typename Blocks>
struct TwoBlockTiles {
  static constexpr int kTokens = kIntegerTokens;

  template <int T, bool kAhead = true>
  static inline void AddTile(const uint8_t* tile, const Activations& x,
                             int64_t token, F32x16 (&sum)[T]) {
    const int64_t blocks = x.columns / kActivationBlock;
    int64_t block = 0;
    for (; block + 2 <= blocks; block += 2) {
      PrefetchAhead<64 + 2 * Blocks::kBodyBytes, kAhead>(tile);
      const uint8_t* body = tile + 64;
      Blocks::template AddBlock<T>(LoadF16(tile), body,
                                   PanelBlockAt(x, block, token), sum);
      Blocks::template AddBlock<T>(LoadF16(tile + 32),
                                   body + Blocks::kBodyBytes,
                                   PanelBlockAt(x, block + 1, token), sum);
      tile = body + 2 * Blocks::kBodyBytes;
    }
    if (block < blocks) {
      Blocks::template AddBlock<T>(LoadF16(tile), tile + 64,
                                   PanelBlockAt(x, block, token), sum);
    }
  }
};

using Q4_0Type = TwoBlockTiles<Q4_0Blocks>;
using Q8_0Type = TwoBlockTiles<Q8_0Blocks>;

// INT8: 16 float32 row scales, then all weights in vectors of 4 columns, the
// columns padded with zeros to a multiple of 32.
struct INT8Type {
  static constexpr int kTokens = kIntegerTokens;

  // Adds the products of the body without the rows' scales.
  template <int T>
  static inline void AddBody(const uint8_t* body, const Activations& x,
                             int64_t token, F32x16 (&sum)[T]) {
    const int64_t blocks =
        (x.columns + kActivationBlock - 1) / kActivationBlock;
    for (int64_t block = 0; block < blocks; ++block, body += 512) {
      PrefetchAhead<512>(body);
      const PanelBlock panel = PanelBlockAt(x, block, token);
      I32x16 acc[T];
      MultiplyBytes<T>(body, panel, acc);
      TESSERA_UNROLL
      for (int t = 0; t < T; ++t) {
        sum[t] = MulAdd(ToF32(acc[t]), Broadcast(panel.scale[t]), sum[t]);
      }
    }
  }

  template <int T>
  static inline void AddTile(const uint8_t* tile, const Activations& x,
                             int64_t token, F32x16 (&sum)[T]) {
    AddBody(tile + 64, x, token, sum);
    const F32x16 row_scale = Load(reinterpret_cast<const float*>(tile));
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) sum[t] = Mul(sum[t], row_scale);
  }
};

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_INTEGER_MATMUL_INL_H_
