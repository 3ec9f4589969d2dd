// Many tokens at a time: a few hundred columns of some row tiles are unpacked
// to bytes once, and multiplied with all tokens. Only for ISAs with a dot
// product of bytes.
//
// The registers of MultiplyUnpacked with VNNI, R = 3 row tiles and T = 4
// tokens:
//
//   zmm 0 ..11   acc[t][r]  integer sums of one block of 32 columns
//   zmm12 ..23   sum[t][r]  float sums
//   zmm24 ..26   w[r]       4 columns of 16 rows, shared by 4 tokens
//   zmm27, 28    x          4 activations of a token, shared by 3 row tiles
//
// 12 independent chains hide the latency of vpdpbusd, and 12 of them need 7
// loads. On AVX2, with R = 1 and T = 4:
//
//   ymm 0 .. 7   sum[t]     sums of 16 bits, of rows 0 to 7 and 8 to 15
//   ymm 8, 9     w          4 columns of 16 rows, shared by 4 tokens
//   ymm10 ..13   x, products of a token
//
// and float sums in the L1 cache. Float operations per row and token are those
// of AddTile, in the same order, so that gemv and gemm give the same bits.
#ifndef RUNTIME_KERNELS_GEMM_KERNELS_INL_H_
#define RUNTIME_KERNELS_GEMM_KERNELS_INL_H_

#include <stdint.h>

#include "runtime/kernels/integer_matmul-inl.h"
#include "runtime/kernels/kernel_args.h"
#include "runtime/kernels/super_block_matmul-inl.h"

#ifdef TESSERA_HAS_GEMM

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

constexpr int64_t kUnpackedBlocks = kGemmBlocks;  // of 32 columns
constexpr int64_t kTokenBlock = 256;   // whose sums take 16 KiB a row tile
constexpr int64_t kGemmMinTokens = 8;  // fewer do not pay for unpacking

// Blocks of R row tiles as unsigned bytes, with their scales as floats. The
// bytes of one step (4 columns) lie side by side.
template <int R>
struct UnpackedTiles {
  alignas(64) uint8_t bytes[kUnpackedBlocks][8][R][64];
  alignas(64) float scale[kUnpackedBlocks][2][R][16];
  alignas(64) float minimum[kUnpackedBlocks][R][16];
};

// How a type is unpacked. Types derive from this and say what differs, and
//   Unpack<R>  blocks [first, first + count) of a row tile, as its r-th
struct PlainGemm {
  // Unpacked weights are less than 2^kBits.
  static constexpr int kBits = 8;
  // What was added to make weights unsigned.
  static constexpr int kBias = 0;
  // Each block adds minimum * (sum of the activations).
  static constexpr bool kMinimum = false;
  // Each 16 columns have a scale of their own, and d is common.
  static constexpr bool kHalves = false;
  // Each 16 columns have an integer minimum of their own, which a pair of int16
  // in `minimum` holds; scale[0] is the block's scale, scale[1] the minimums'.
  static constexpr bool kMinimumPairs = false;
  // One scale per row, applied last; blocks have none.
  static constexpr bool kRowScale = false;
  // The weights' scale multiplies last, after that of the activations.
  static constexpr bool kScaleLast = false;
};

struct Q4_0Gemm : PlainGemm {
  static constexpr int kBits = 4;
  static constexpr int kBias = 8;

  template <int R>
  static inline void Unpack(const uint8_t* tiles, int64_t first, int64_t count,
                            int r, UnpackedTiles<R>& out) {
    for (int64_t b = 0; b < count; ++b) {
      const int64_t block = first + b;
      const uint8_t* tile = tiles + block / 2 * (64 + 2 * 256);
      const uint8_t* body = tile + 64 + block % 2 * 256;
      Store(out.scale[b][0][r], LoadF16(tile + block % 2 * 32));
      for (int i = 0; i < 4; ++i) {
        const U8x64 bytes = LoadU8(body + 64 * i);
        StoreU8(out.bytes[b][i][r], MaskBytes(bytes, 0x0f));
        StoreU8(out.bytes[b][i + 4][r], MaskBytes(ShiftRight<4>(bytes), 0x0f));
      }
    }
  }
};

struct Q8_0Gemm : PlainGemm {
  static constexpr int kBias = 128;

  template <int R>
  static inline void Unpack(const uint8_t* tiles, int64_t first, int64_t count,
                            int r, UnpackedTiles<R>& out) {
    for (int64_t b = 0; b < count; ++b) {
      const int64_t block = first + b;
      const uint8_t* tile = tiles + block / 2 * (64 + 2 * 512);
      const uint8_t* body = tile + 64 + block % 2 * 512;
      Store(out.scale[b][0][r], LoadF16(tile + block % 2 * 32));
      for (int i = 0; i < 8; ++i) {
        StoreU8(out.bytes[b][i][r], LoadU8(body + 64 * i));
      }
    }
  }
};

struct INT8Gemm : PlainGemm {
  static constexpr int kBias = 128;
  static constexpr bool kRowScale = true;

  template <int R>
  static inline void Unpack(const uint8_t* tiles, int64_t first, int64_t count,
                            int r, UnpackedTiles<R>& out) {
    for (int64_t b = 0; b < count; ++b) {
      const uint8_t* body = tiles + 64 + (first + b) * 512;
      for (int i = 0; i < 8; ++i) {
        StoreU8(out.bytes[b][i][r], LoadU8(body + 64 * i));
      }
    }
  }
};

template <bool kFifthBit>
struct ScaleAndMinGemm : PlainGemm {
  using Type = ScaleAndMinType<kFifthBit>;
  static constexpr int kBits = kFifthBit ? 5 : 4;
  static constexpr bool kMinimum = true;

  template <int s, int R>
  static inline void UnpackSubBlocks(const SixBitScales& scales, F32x16 d,
                                     F32x16 negative_dmin, const uint8_t* high,
                                     const uint8_t* low, int64_t b, int r,
                                     UnpackedTiles<R>& out) {
    Store(out.scale[b][0][r],
          Mul(d, ToF32(LoadU8ToI32(scales.scale + 16 * s))));
    Store(out.minimum[b][r],
          Mul(negative_dmin, ToF32(LoadU8ToI32(scales.minimum + 16 * s))));
    for (int i = 0; i < 8; ++i) {
      StoreU8(out.bytes[b][i][r], Type::template Unpack<s>(high, low, i));
    }
    if constexpr (s + 1 < kSubBlocks) {
      UnpackSubBlocks<s + 1, R>(scales, d, negative_dmin, high, low, b + 1, r,
                                out);
    }
  }

  // `first` and `count` are whole super-blocks.
  template <int R>
  static inline void Unpack(const uint8_t* tiles, int64_t first, int64_t count,
                            int r, UnpackedTiles<R>& out) {
    for (int64_t b = 0; b < count; b += kSubBlocks) {
      const uint8_t* tile = tiles + (first + b) / kSubBlocks * Type::kTileBytes;
      SixBitScales scales;
      DecodeSixBitScales(tile + 64, scales);
      const uint8_t* high = tile + 64 + Type::kScaleBytes;
      UnpackSubBlocks<0, R>(scales, LoadF16(tile),
                            Mul(LoadF16(tile + 32), Broadcast(-1.0f)), high,
                            high + Type::kHighBytes, b, r, out);
    }
  }
};

using Q4_KGemm = ScaleAndMinGemm<false>;
using Q5_KGemm = ScaleAndMinGemm<true>;

struct Q6_KGemm : PlainGemm {
  static constexpr int kBits = 6;
  static constexpr int kBias = 32;
  static constexpr bool kHalves = true;

  template <int p, int R>
  static inline void UnpackQuarter(const uint8_t* scales, F32x16 d,
                                   const uint8_t* low, const uint8_t* high,
                                   int64_t b, int r, UnpackedTiles<R>& out) {
    for (int half = 0; half < 2; ++half) {
      Store(out.scale[b][half][r],
            ToF32(LoadS8ToI32(scales + (2 * p + half) * 16)));
    }
    Store(out.minimum[b][r], d);
    for (int i = 0; i < 8; ++i) {
      StoreU8(out.bytes[b][i][r], Q6_KType::Unpack<p>(low, high, i));
    }
    if constexpr (p < 3) {
      UnpackQuarter<p + 1, R>(scales, d, low, high, b + 1, r, out);
    }
  }

  // `first` and `count` are whole super-blocks.
  template <int R>
  static inline void Unpack(const uint8_t* tiles, int64_t first, int64_t count,
                            int r, UnpackedTiles<R>& out) {
    for (int64_t b = 0; b < count; b += kSubBlocks) {
      const int64_t i = (first + b) / kSubBlocks;
      const uint8_t* head = tiles + i / 2 * (64 + 2 * Q6_KType::kBodyBytes);
      const uint8_t* scales = head + 64 + i % 2 * Q6_KType::kBodyBytes;
      const F32x16 d = LoadF16(head + i % 2 * 32);
      const uint8_t* low = scales + 16 * 16;
      const uint8_t* high = low + 128 * 16;
      for (int n = 0; n < 2; ++n) {
        UnpackQuarter<0, R>(scales + n * 128, d, low + n * 1024, high + n * 512,
                            b + 4 * n, r, out);
      }
    }
  }
};

// Integer start values and scaled sums of `count` blocks of T tokens.
template <int T>
struct BlockTerms {
  alignas(16) int32_t start[kUnpackedBlocks][2][T];
  alignas(16) float scaled_sum[kUnpackedBlocks][T];
};

// What one activation adds to the integer sum that is not the weight's. Where
// full bytes are multiplied as signed ones, 128 of it is gone already.
template <typename Gemm>
constexpr int32_t BiasOf() {
  return Gemm::kBits == 8 ? Gemm::kBias - 128 + kFullRangeBias : Gemm::kBias;
}

// The terms of block b of the tokens of `panel`.
template <typename Gemm, int T>
inline void PrepareBlock(const PanelBlock& panel, int64_t b,
                         BlockTerms<T>& terms) {
  TESSERA_UNROLL
  for (int t = 0; t < T; ++t) {
    const int32_t low = panel.sum16[2 * t];
    const int32_t high = panel.sum16[2 * t + 1];
    if constexpr (Gemm::kHalves) {
      terms.start[b][0][t] = -BiasOf<Gemm>() * low;
      terms.start[b][1][t] = -BiasOf<Gemm>() * high;
    } else if constexpr (Gemm::kMinimum) {
      terms.scaled_sum[b][t] = panel.scale[t] * static_cast<float>(low + high);
    } else if constexpr (Gemm::kMinimumPairs) {
      terms.start[b][0][t] = (low & 0xffff) + high * 65536;
    } else {
      terms.start[b][0][t] = -BiasOf<Gemm>() * (low + high);
    }
  }
}

template <typename Gemm, int T>
inline void PrepareTerms(const Activations& x, int64_t first, int64_t count,
                         int64_t token, BlockTerms<T>& terms) {
  PanelBlock panel = PanelBlockAt(x, first, token);
  const int64_t step = PanelGroup(x.tokens, token);
  for (int64_t b = 0; b < count; ++b) {
    if constexpr (T == 4 && Gemm::kMinimum) {
      StoreScaledPairSums(terms.scaled_sum[b], panel.scale, panel.sum16);
    } else if constexpr (T == 4 && !Gemm::kHalves && !Gemm::kMinimumPairs) {
      StorePairSums(terms.start[b][0], -BiasOf<Gemm>(), panel.sum16);
    } else {
      PrepareBlock<Gemm, T>(panel, b, terms);
    }
    panel = NextBlock(panel, step);
  }
}

// acc += columns [first_step * 4, last_step * 4) of a block.
#ifdef TESSERA_SUMS_OF_16_BITS

// As many products as fit are added in 16 bits before they are widened.
template <int kBits, int R, int T>
inline void AddSteps(const uint8_t (&bytes)[8][R][64], const int8_t* x,
                     int first_step, int last_step, I32x16 (&acc)[T][R]) {
  if constexpr (kBits == 8) {
    TESSERA_UNROLL
    for (int i = first_step; i < last_step; ++i) {
      TESSERA_UNROLL
      for (int r = 0; r < R; ++r) {
        AddSignedProducts<R, T>(bytes[i][r], x + 4 * i, r, acc);
      }
    }
    return;
  }
  const int steps = last_step - first_step;
  const int group =
      steps < StepsIn16Bits<kBits>() ? steps : StepsIn16Bits<kBits>();
  TESSERA_UNROLL
  for (int first = first_step; first < last_step; first += group) {
    I16x32 sum[T];
    TESSERA_UNROLL
    for (int r = 0; r < R; ++r) {
      TESSERA_UNROLL
      for (int i = first; i < first + group; ++i) {
        AddProducts<T>(bytes[i][r], x + 4 * i, i == first, sum);
      }
      TESSERA_UNROLL
      for (int t = 0; t < T; ++t) acc[t][r] = AddPairs(acc[t][r], sum[t]);
    }
  }
}

#else

template <int kBits, int R, int T>
inline void AddSteps(const uint8_t (&bytes)[8][R][64], const int8_t* x,
                     int first_step, int last_step, I32x16 (&acc)[T][R]) {
  TESSERA_UNROLL
  for (int i = first_step; i < last_step; ++i) {
    U8x64 w[R];
    TESSERA_UNROLL
    for (int r = 0; r < R; ++r) w[r] = LoadU8(bytes[i][r]);
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) {
      TESSERA_UNROLL
      for (int r = 0; r < R; ++r) {
        acc[t][r] = Dot4(acc[t][r], w[r], x + t * kActivationBlock + 4 * i);
      }
    }
  }
}

#endif  // TESSERA_SUMS_OF_16_BITS

// sum + the block's integer sum of a row tile and token, with its scales.
template <typename Gemm, int R, int T>
inline F32x16 AddScaled(F32x16 sum, I32x16 acc, const UnpackedTiles<R>& tiles,
                        int64_t b, int r, F32x16 x_scale,
                        const BlockTerms<T>& terms, int t) {
  if constexpr (Gemm::kRowScale) return MulAdd(ToF32(acc), x_scale, sum);
  const F32x16 scale = Load(tiles.scale[b][0][r]);
  if constexpr (Gemm::kScaleLast) {
    return MulAdd(Mul(ToF32(acc), x_scale), scale, sum);
  } else if constexpr (Gemm::kMinimumPairs) {
    const I32x16 minimum =
        MulAddPairs(BroadcastI32(0), BitsOf(Load(tiles.minimum[b][r])),
                    BroadcastI32(terms.start[b][0][t]));
    const F32x16 product = MulAdd(Load(tiles.scale[b][1][r]), ToF32(minimum),
                                  Mul(scale, ToF32(acc)));
    return MulAdd(product, x_scale, sum);
  }
  sum = MulAdd(ToF32(acc), Mul(scale, x_scale), sum);
  if constexpr (!Gemm::kMinimum) return sum;
  return MulAdd(Load(tiles.minimum[b][r]), Broadcast(terms.scaled_sum[b][t]),
                sum);
}

// sum[t][r] += block b of the unpacked row tiles times tokens [token, token +
// T).
template <typename Gemm, int R, int T>
inline void AddUnpackedBlock(const UnpackedTiles<R>& tiles, int64_t b,
                             const PanelBlock& panel,
                             const BlockTerms<T>& terms, F32x16 (&sum)[T][R]) {
  I32x16 acc[T][R];
  if constexpr (Gemm::kHalves) {
    F32x16 part[T][R];
    for (int half = 0; half < 2; ++half) {
      TESSERA_UNROLL
      for (int t = 0; t < T; ++t) {
        TESSERA_UNROLL
        for (int r = 0; r < R; ++r) {
          acc[t][r] = BroadcastI32(terms.start[b][half][t]);
        }
      }
      AddSteps<Gemm::kBits, R, T>(tiles.bytes[b], panel.q, 4 * half,
                                  4 * half + 4, acc);
      TESSERA_UNROLL
      for (int t = 0; t < T; ++t) {
        TESSERA_UNROLL
        for (int r = 0; r < R; ++r) {
          const F32x16 scale = Load(tiles.scale[b][half][r]);
          part[t][r] = half == 0 ? Mul(ToF32(acc[t][r]), scale)
                                 : MulAdd(ToF32(acc[t][r]), scale, part[t][r]);
        }
      }
    }
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) {
      TESSERA_UNROLL
      for (int r = 0; r < R; ++r) {
        sum[t][r] =
            MulAdd(part[t][r],
                   Mul(Load(tiles.minimum[b][r]), Broadcast(panel.scale[t])),
                   sum[t][r]);
      }
    }
    return;
  }
  TESSERA_UNROLL
  for (int t = 0; t < T; ++t) {
    TESSERA_UNROLL
    for (int r = 0; r < R; ++r) {
      acc[t][r] = BroadcastI32(
          Gemm::kMinimum || Gemm::kMinimumPairs ? 0 : terms.start[b][0][t]);
    }
  }
  AddSteps<Gemm::kBits, R, T>(tiles.bytes[b], panel.q, 0, 8, acc);
  TESSERA_UNROLL
  for (int t = 0; t < T; ++t) {
    TESSERA_UNROLL
    for (int r = 0; r < R; ++r) {
      sum[t][r] = AddScaled<Gemm, R, T>(sum[t][r], acc[t][r], tiles, b, r,
                                        Broadcast(panel.scale[t]), terms, t);
    }
  }
}

// Sums of a block of tokens, side by side: `out` would have them kilobytes
// apart, often in the same few cache sets.
template <int R>
struct TokenSums {
  alignas(64) float sum[kTokenBlock][R][16];
};

// The unpacked blocks of R row tiles times tokens [token, token + T), added to
// sums[0 .. T), or put there if these are the first blocks.
template <typename Gemm, int R, int T>
__attribute__((noinline)) void MultiplyUnpacked(const Activations& x,
                                                const UnpackedTiles<R>& tiles,
                                                int64_t first_block,
                                                int64_t count, int64_t token,
                                                float (*sums)[R][16]) {
  BlockTerms<T> terms;
  PrepareTerms<Gemm, T>(x, first_block, count, token, terms);
  F32x16 sum[T][R];
  TESSERA_UNROLL
  for (int t = 0; t < T; ++t) {
    TESSERA_UNROLL
    for (int r = 0; r < R; ++r) {
      sum[t][r] = first_block == 0 ? Broadcast(0.0f) : Load(sums[t][r]);
    }
  }
  PanelBlock panel = PanelBlockAt(x, first_block, token);
  const int64_t step = PanelGroup(x.tokens, token);
  for (int64_t b = 0; b < count; ++b) {
    AddUnpackedBlock<Gemm, R, T>(tiles, b, panel, terms, sum);
    panel = NextBlock(panel, step);
  }
  TESSERA_UNROLL
  for (int t = 0; t < T; ++t) {
    TESSERA_UNROLL
    for (int r = 0; r < R; ++r) Store(sums[t][r], sum[t][r]);
  }
}

// The same for tokens [token, last), T at a time, then the rest together.
template <typename Gemm, int R, int T>
inline void MultiplyUnpackedTokens(const Activations& x,
                                   const UnpackedTiles<R>& tiles,
                                   int64_t first_block, int64_t count,
                                   int64_t token, int64_t last,
                                   float (*sums)[R][16]) {
  for (; token + T <= last; token += T, sums += T) {
    MultiplyUnpacked<Gemm, R, T>(x, tiles, first_block, count, token, sums);
  }
  if constexpr (T > 1) {
    MultiplyUnpackedTokens<Gemm, R, T - 1>(x, tiles, first_block, count, token,
                                           last, sums);
  }
}

// Writes the sums of R row tiles from `tile` on, for tokens [first, last).
template <typename Gemm, int R>
inline void StoreSums(const MatmulArgs& args, int64_t tile, int64_t first,
                      int64_t last, const TokenSums<R>& sums) {
  for (int r = 0; r < R; ++r) {
    const int64_t row = (tile + r) * 16;
    const int64_t rows = args.rows - row;
    const uint8_t* head = args.tiles + (tile + r) * args.row_tile_stride;
    for (int64_t t = first; t < last; ++t) {
      F32x16 sum = Load(sums.sum[t - first][r]);
      if constexpr (Gemm::kRowScale) {
        sum = Mul(sum, Load(reinterpret_cast<const float*>(head)));
      }
      float* out = args.out + t * args.out_stride + row;
      if (rows >= 16) {
        Store(out, sum);
      } else {
        StorePartial(out, sum, rows);
      }
    }
  }
}

// Where MultiplyManyTokens finds row tiles: a source unpacks `count` blocks of
// row tile `tile` from `first` on, as the r-th. This one is interleaved
// matrices.
struct InterleavedSource {
  template <typename Gemm, int R>
  static inline void Unpack(const MatmulArgs& args, int64_t tile, int64_t first,
                            int64_t count, int r, UnpackedTiles<R>& out) {
    Gemm::template Unpack<R>(args.tiles + tile * args.row_tile_stride, first,
                             count, r, out);
  }
};

// R row tiles from `tile` on times all tokens.
template <typename Gemm, typename Source, int R>
__attribute__((noinline)) void MultiplyRowTiles(const MatmulArgs& args,
                                                int64_t tile) {
  UnpackedTiles<R> tiles;
  TokenSums<R> sums;
  const Activations& x = args.x;
  const int64_t blocks = (x.columns + kActivationBlock - 1) / kActivationBlock;
  for (int64_t token = 0; token < x.tokens; token += kTokenBlock) {
    const int64_t last =
        x.tokens - token < kTokenBlock ? x.tokens : token + kTokenBlock;
    for (int64_t first = 0; first < blocks; first += kUnpackedBlocks) {
      const int64_t left = blocks - first;
      const int64_t count = left < kUnpackedBlocks ? left : kUnpackedBlocks;
      for (int r = 0; r < R; ++r) {
        Source::template Unpack<Gemm, R>(args, tile + r, first, count, r,
                                         tiles);
      }
      MultiplyUnpackedTokens<Gemm, R, kGemmTokens>(x, tiles, first, count,
                                                   token, last, sums.sum);
    }
    StoreSums<Gemm, R>(args, tile, token, last, sums);
  }
}

template <typename Gemm, typename Source = InterleavedSource>
void MultiplyManyTokens(const MatmulArgs& args) {
  constexpr int R = Gemm::kHalves && kGemmRowTiles > 2 ? 2 : kGemmRowTiles;
  int64_t tile = args.first_tile;
  for (; tile + R <= args.last_tile; tile += R) {
    MultiplyRowTiles<Gemm, Source, R>(args, tile);
  }
  for (; tile < args.last_tile; ++tile) {
    MultiplyRowTiles<Gemm, Source, 1>(args, tile);
  }
}

// Which types have a gemm; `Gemm` says how they are unpacked.
template <typename Type>
struct GemmOf {
  using Gemm = void;
};
#define TESSERA_HAS_GEMM_OF(type) \
  template <>                     \
  struct GemmOf<type##Type> {     \
    using Gemm = type##Gemm;      \
  };
TESSERA_HAS_GEMM_OF(Q4_0)
TESSERA_HAS_GEMM_OF(Q8_0)
TESSERA_HAS_GEMM_OF(INT8)
TESSERA_HAS_GEMM_OF(Q4_K)
TESSERA_HAS_GEMM_OF(Q5_K)
TESSERA_HAS_GEMM_OF(Q6_K)
#undef TESSERA_HAS_GEMM_OF

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // TESSERA_HAS_GEMM

#endif  // RUNTIME_KERNELS_GEMM_KERNELS_INL_H_
