// Weights as AMX reads them: tiles of 32 columns x 16 rows in bfloat16. A line
// of a tile, 64 bytes, is a pair of columns of 16 rows:
//
//            row 0          row 1                row 15
//          +------+------+------+------+- - -+------+------+
//   line p | 2p   | 2p+1 | 2p   | 2p+1 |     | 2p   | 2p+1 |   p = 0..15
//          +------+------+------+------+- - -+------+------+
//
// which is also how an interleaved matrix stores BF16 and F16.
#ifndef RUNTIME_KERNELS_AMX_WEIGHTS_INL_H_
#define RUNTIME_KERNELS_AMX_WEIGHTS_INL_H_

#include <immintrin.h>
#include <stdint.h>

#include "runtime/kernels/block_gemm-inl.h"
#include "runtime/kernels/gemm_kernels-inl.h"
#include "runtime/kernels/kernel_args.h"
#include "runtime/kernels/low_bit_gemm-inl.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

// A tile in `Parts` parts, whose sum is the weight.
template <int Parts>
struct Bf16Tile {
  uint16_t line[Parts][16][32];
};

// A line from its even and its odd column, rounded to nearest. NaNs must have
// an empty lower half, or rounding would make numbers of them.
inline __m512i Bf16Line(__m512 even, __m512 odd) {
  // Upper halves: of lane l of `even`, then of lane l of `odd`.
  alignas(64) static constexpr uint16_t kUpperHalves[32] = {
      1,  33, 3,  35, 5,  37, 7,  39, 9,  41, 11, 43, 13, 45, 15, 47,
      17, 49, 19, 51, 21, 53, 23, 55, 25, 57, 27, 59, 29, 61, 31, 63};
  const __m512i half = _mm512_set1_epi32(0x8000);
  return _mm512_permutex2var_epi16(
      _mm512_add_epi32(_mm512_castps_si512(even), half),
      _mm512_load_si512(kUpperHalves),
      _mm512_add_epi32(_mm512_castps_si512(odd), half));
}

// Byte j of each lane, b, as the float 256 + b.
template <int j>
inline __m512 ByteAbove256(__m512i bytes) {
  // The byte becomes the upper 8 of 23 bits of the fraction of 2^8.
  const __m512i shifted =
      j < 2 ? _mm512_slli_epi32(bytes, j < 2 ? 15 - 8 * j : 0)
            : _mm512_srli_epi32(bytes, j < 2 ? 0 : 8 * j - 15);
  // 0xea: (a & b) | c
  return _mm512_castsi512_ps(
      _mm512_ternarylogic_epi32(shifted, _mm512_set1_epi32(0xff << 15),
                                _mm512_set1_epi32(135 << 23), 0xea));
}

// weight = scale * (256 + byte) + offset, where the sum has that form.
struct ScaleAndOffset {
  __m512 scale;
  __m512 offset;
};

template <bool kScaleLast>
inline __m512 WeightOf(__m512 above256, const ScaleAndOffset& terms) {
  return kScaleLast
             ? _mm512_mul_ps(_mm512_add_ps(above256, terms.offset), terms.scale)
             : _mm512_fmadd_ps(above256, terms.scale, terms.offset);
}

// What half `half` of block `b` needs; `row_scale` for types with one.
template <typename Gemm>
inline ScaleAndOffset TermsOf(const UnpackedTiles<1>& tiles, int64_t b,
                              int half, __m512 row_scale) {
  const __m512 bias = _mm512_set1_ps(-256.0f - Gemm::kBias);
  const __m512 scale0 = Load(tiles.scale[b][0][0]).v;
  if constexpr (Gemm::kScaleLast) return {scale0, bias};
  if constexpr (Gemm::kRowScale) {
    return {row_scale, _mm512_mul_ps(row_scale, bias)};
  }
  const __m512 minimum = Load(tiles.minimum[b][0]).v;
  if constexpr (Gemm::kHalves) {
    const __m512 scale =
        _mm512_mul_ps(Load(tiles.scale[b][half][0]).v, minimum);
    return {scale, _mm512_mul_ps(scale, bias)};
  } else if constexpr (Gemm::kMinimumPairs) {
    const __m512i pair = _mm512_castps_si512(minimum);
    const __m512i count =
        half == 0 ? _mm512_and_si512(pair, _mm512_set1_epi32(0xffff))
                  : _mm512_srli_epi32(pair, 16);
    return {scale0, _mm512_fmadd_ps(Load(tiles.scale[b][1][0]).v,
                                    _mm512_cvtepi32_ps(count),
                                    _mm512_mul_ps(scale0, bias))};
  } else if constexpr (Gemm::kMinimum) {
    return {scale0, _mm512_fmadd_ps(scale0, bias, minimum)};
  }
  return {scale0, _mm512_mul_ps(scale0, bias)};
}

// How a type's weights become tiles. `Chunk` holds what is unpacked of a row
// tile of `columns` columns: Load does so with blocks [first, first + count),
// at most kUnpackedBlocks; Make makes the tile of the chunk's block b.

// Integer types: bytes first, then bfloat16.
template <typename Gemm>
struct QuantizedWeights {
  static constexpr int kParts = 1;
  static constexpr int kActivationParts = 1;

  struct Chunk {
    UnpackedTiles<1> tiles;
    __m512 row_scale;
  };

  static inline void Load(const uint8_t* row_tile, int64_t /*columns*/,
                          int64_t first, int64_t count, Chunk& chunk) {
    Gemm::template Unpack<1>(row_tile, first, count, 0, chunk.tiles);
    chunk.row_scale =
        Gemm::kRowScale ? _mm512_loadu_ps(row_tile) : _mm512_setzero_ps();
  }

  static inline void Make(const Chunk& chunk, int64_t b, Bf16Tile<1>& out) {
    constexpr bool kLast = Gemm::kScaleLast;
    ScaleAndOffset terms;
    TESSERA_UNROLL
    for (int i = 0; i < 8; ++i) {
      if (i % 4 == 0) {
        terms = TermsOf<Gemm>(chunk.tiles, b, i / 4, chunk.row_scale);
      }
      const __m512i bytes = LoadU8(chunk.tiles.bytes[b][i][0]).v;
      uint16_t* line = out.line[0][2 * i];
      _mm512_store_si512(
          line, Bf16Line(WeightOf<kLast>(ByteAbove256<0>(bytes), terms),
                         WeightOf<kLast>(ByteAbove256<1>(bytes), terms)));
      _mm512_store_si512(
          line + 32, Bf16Line(WeightOf<kLast>(ByteAbove256<2>(bytes), terms),
                              WeightOf<kLast>(ByteAbove256<3>(bytes), terms)));
    }
  }
};

// A row tile of stored pairs of columns, from a block on.
struct StoredLines {
  const uint8_t* lines;
  int64_t columns;

  // Line p of block b; beyond the last column zeros.
  inline __m512i Line(int64_t b, int64_t p) const {
    const int64_t line = b * 16 + p;
    const int64_t left = columns - 2 * line;
    if (left <= 0) return _mm512_setzero_si512();
    const __m512i bits = _mm512_loadu_si512(lines + line * 64);
    return left == 1 ? _mm512_and_si512(bits, _mm512_set1_epi32(0xffff)) : bits;
  }
};

struct StoredWeights {
  using Chunk = StoredLines;

  static inline void Load(const uint8_t* row_tile, int64_t columns,
                          int64_t first, int64_t /*count*/, Chunk& chunk) {
    chunk.lines = row_tile + first * 16 * 64;
    chunk.columns = columns - first * kActivationBlock;
  }
};

// BF16 as stored; activations in two parts, 16 bits of precision.
struct StoredBf16Weights : StoredWeights {
  static constexpr int kParts = 1;
  static constexpr int kActivationParts = 2;

  static inline void Make(const Chunk& chunk, int64_t b, Bf16Tile<1>& out) {
    for (int64_t p = 0; p < 16; ++p) {
      _mm512_store_si512(out.line[0][p], chunk.Line(b, p));
    }
  }
};

// F16 in two parts, which give it exactly: 8 bits and the other 3.
struct F16SplitWeights : StoredWeights {
  static constexpr int kParts = 2;
  static constexpr int kActivationParts = 2;

  static inline void Make(const Chunk& chunk, int64_t b, Bf16Tile<2>& out) {
    const __m512i upper = _mm512_set1_epi32(-0x10000);
    for (int64_t p = 0; p < 16; ++p) {
      alignas(64) uint8_t line[64];
      _mm512_store_si512(line, chunk.Line(b, p));
      F32x16 even, odd;
      LoadF16Pairs(line, even, odd);
      const __m512i even_bits =
          _mm512_and_si512(_mm512_castps_si512(even.v), upper);
      const __m512i odd_bits =
          _mm512_and_si512(_mm512_castps_si512(odd.v), upper);
      // Cut off, so that the rest is exact and of the same sign.
      _mm512_store_si512(
          out.line[0][p],
          _mm512_or_si512(_mm512_srli_epi32(even_bits, 16), odd_bits));
      _mm512_store_si512(
          out.line[1][p],
          Bf16Line(_mm512_sub_ps(even.v, _mm512_castsi512_ps(even_bits)),
                   _mm512_sub_ps(odd.v, _mm512_castsi512_ps(odd_bits))));
    }
  }
};

template <typename Type>
struct AmxWeightsOf {
  using Weights = QuantizedWeights<typename GemmOf<Type>::Gemm>;
};
template <>
struct AmxWeightsOf<F16Type> {
  using Weights = F16SplitWeights;
};
template <>
struct AmxWeightsOf<BF16Type> {
  using Weights = StoredBf16Weights;
};

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_AMX_WEIGHTS_INL_H_
