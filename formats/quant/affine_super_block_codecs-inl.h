// Rows of Q2_K, Q4_K and Q5_K: super-blocks of 256 weights with a scale and a
// minimum per sub-block. Signatures as in codec.h; bits in
// super_block_layouts.h. Included only by codecs_<isa>.cc.
#ifndef FORMATS_QUANT_AFFINE_SUPER_BLOCK_CODECS_INL_H_
#define FORMATS_QUANT_AFFINE_SUPER_BLOCK_CODECS_INL_H_

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "formats/quant/affine_super_block_fits-inl.h"
#include "formats/quant/bit_fields-inl.h"
#include "formats/quant/block_quants-inl.h"
#include "formats/quant/block_rows-inl.h"
#include "formats/quant/lanes-inl.h"
#include "formats/quant/packed_scales-inl.h"
#include "formats/quant/rounding-inl.h"
#include "formats/quant/stored_scale-inl.h"
#include "formats/quant/super_block_layouts.h"
#include "formats/quant/super_blocks-inl.h"

namespace tessera {
namespace {

inline void PackQuants(const uint8_t* quants, BlockQ4_K* block) {
  for (int run = 0; run < 4; ++run) {
    PackFields<4, 32>(quants + 64 * run, block->quants[run]);
  }
}

inline void PackQuants(const uint8_t* quants, BlockQ5_K* block) {
  PackFields<1, 32, 4>(quants, block->fifth_bits);
  for (int run = 0; run < 4; ++run) {
    PackFields<4, 32>(quants + 64 * run, block->quants[run]);
  }
}

inline void UnpackQuants(const BlockQ4_K& block, uint8_t* quants) {
  for (int run = 0; run < 4; ++run) {
    UnpackFields<4, 32>(block.quants[run], quants + 64 * run);
  }
}

inline void UnpackQuants(const BlockQ5_K& block, uint8_t* quants) {
  for (int run = 0; run < 4; ++run) {
    UnpackFields<4, 32>(block.quants[run], quants + 64 * run);
  }
  UnpackFields<1, 32, 4>(block.fifth_bits, quants);
}

// Rounds the values again, now with the scales and mins as they are stored. A
// sub-block whose stored scale is zero keeps the quants of its fit.
template <int kLimit>
inline void RequantizeAffine(const float* __restrict values,
                             uint16_t scale_bits, uint16_t min_bits,
                             const uint8_t* packed_scales,
                             uint8_t* __restrict quants) {
  for (int j = 0; j < kK4SubBlocks; ++j) {
    const ScaleAndMin stored = GetScaleAndMin(packed_scales, j);
    const float scale = LoadScale(scale_bits) * stored.scale;
    if (scale == 0.0f) continue;
    const float offset = LoadScale(min_bits) * stored.min;
    const int first = kK4SubBlock * j;
    for (int i = first; i < first + kK4SubBlock; ++i) {
      const int quant = NearestIntOrZero((values[i] + offset) / scale);
      quants[i] = static_cast<uint8_t>(std::clamp(quant, 0, kLimit));
    }
  }
}

template <typename Block, int kLimit>
inline void QuantizeAffineSuperBlocks(const float* values, int64_t elements,
                                      const float* importance,
                                      const InverseScaleGrid& grid,
                                      uint8_t* blocks) {
  const int64_t count = elements / kSuperBlock;
  for (int64_t first = 0; first < count; first += kChunk) {
    const int chunk =
        static_cast<int>(std::min<int64_t>(kChunk, count - first));
    const float* chunk_values = values + first * kSuperBlock;
    AffineSuperBlockFits fits;
    FitAffineSubBlocks<kLimit>(
        chunk_values,
        importance == nullptr ? nullptr : importance + first * kSuperBlock,
        chunk, grid, &fits);
    FitMultiples(importance != nullptr, &fits);
    for (int b = 0; b < chunk; ++b) {
      Block block = {};
      block.scale = StoreScale(fits.units[b]);
      block.min = StoreScale(fits.units[kChunk + b]);
      for (int j = 0; j < kK4SubBlocks; ++j) {
        SetScaleAndMin({fits.multiples[j][b], fits.multiples[j][kChunk + b]}, j,
                       block.scales);
      }
      uint8_t* quants = fits.quants + kSuperBlock * b;
      RequantizeAffine<kLimit>(chunk_values + kSuperBlock * b, block.scale,
                               block.min, block.scales, quants);
      PackQuants(quants, &block);
      std::memcpy(blocks + (first + b) * sizeof(block), &block, sizeof(block));
    }
  }
}

// values[i] = scale * q[i] - min, for one sub-block.
inline void DecodeAffine(const uint8_t* quants, int count, float scale,
                         float min, float* values) {
  for (int i = 0; i < count; i += 16) {
    DecodeBytes(LoadBytes(quants + i), values + i,
                [=](Floats q) { return scale * q - min; });
  }
}

inline void DecodeQ2_K(const BlockQ2_K& block, float* values) {
  constexpr int kQ2SubBlock = 16;
  uint8_t quants[kSuperBlock];
  for (int run = 0; run < 2; ++run) {
    UnpackFields<2, 32>(block.quants[run], quants + 128 * run);
  }
  const float scale = LoadScale(block.scale);
  const float min = LoadScale(block.min);
  for (int j = 0; j < kSuperBlock / kQ2SubBlock; ++j) {
    const int first = kQ2SubBlock * j;
    DecodeAffine(quants + first, kQ2SubBlock, scale * (block.scales[j] & 0xf),
                 min * (block.scales[j] >> 4), values + first);
  }
}

// For Q4_K and Q5_K, whose scales are packed alike.
template <typename Block>
inline void DecodeK4(const Block& block, float* values) {
  uint8_t quants[kSuperBlock];
  UnpackQuants(block, quants);
  const float scale = LoadScale(block.scale);
  const float min = LoadScale(block.min);
  for (int j = 0; j < kK4SubBlocks; ++j) {
    const ScaleAndMin packed = GetScaleAndMin(block.scales, j);
    DecodeAffine(quants + kK4SubBlock * j, kK4SubBlock, scale * packed.scale,
                 min * packed.min, values + kK4SubBlock * j);
  }
}

inline void DequantizeQ2_K(const uint8_t* blocks, int64_t elements,
                           float* values) {
  DecodeBlocks<BlockQ2_K>(blocks, elements, values,
                          [](const BlockQ2_K& block, float* block_values) {
                            DecodeQ2_K(block, block_values);
                          });
}

inline void DequantizeQ4_K(const uint8_t* blocks, int64_t elements,
                           float* values) {
  DecodeBlocks<BlockQ4_K>(blocks, elements, values,
                          [](const BlockQ4_K& block, float* block_values) {
                            DecodeK4(block, block_values);
                          });
}

inline void DequantizeQ5_K(const uint8_t* blocks, int64_t elements,
                           float* values) {
  DecodeBlocks<BlockQ5_K>(blocks, elements, values,
                          [](const BlockQ5_K& block, float* block_values) {
                            DecodeK4(block, block_values);
                          });
}

inline void QuantizeQ4_K(const float* values, int64_t elements,
                         const float* importance, uint8_t* blocks) {
  QuantizeAffineSuperBlocks<BlockQ4_K, 15>(values, elements, importance,
                                           {-1.0f, 0.1f, 20}, blocks);
}

inline void QuantizeQ5_K(const float* values, int64_t elements,
                         const float* importance, uint8_t* blocks) {
  QuantizeAffineSuperBlocks<BlockQ5_K, 31>(values, elements, importance,
                                           {-0.5f, 0.1f, 15}, blocks);
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_AFFINE_SUPER_BLOCK_CODECS_INL_H_
