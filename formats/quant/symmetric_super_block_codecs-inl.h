// Rows of Q3_K and Q6_K: super-blocks of 256 weights with a scale per
// sub-block. Signatures as in codec.h; bits in super_block_layouts.h. Included
// only by codecs_<isa>.cc.
#ifndef FORMATS_QUANT_SYMMETRIC_SUPER_BLOCK_CODECS_INL_H_
#define FORMATS_QUANT_SYMMETRIC_SUPER_BLOCK_CODECS_INL_H_

#include <algorithm>
#include <cstdint>

#include "formats/quant/bit_fields-inl.h"
#include "formats/quant/block_quants-inl.h"
#include "formats/quant/block_rows-inl.h"
#include "formats/quant/lanes-inl.h"
#include "formats/quant/rounding-inl.h"
#include "formats/quant/scale_search-inl.h"
#include "formats/quant/stored_scale-inl.h"
#include "formats/quant/super_block_layouts.h"
#include "formats/quant/super_blocks-inl.h"

namespace tessera {
namespace {

// Of Q3_K, too.
constexpr int kQ6SubBlock = 16;
constexpr int kQ6SubBlocks = 16;

// values[i] = scale * (q[i] - limit), for one sub-block.
inline void DecodeSymmetric(const uint8_t* quants, float scale, int limit,
                            float* values) {
  const float offset = static_cast<float>(limit);
  DecodeBytes(LoadBytes(quants), values,
              [=](Floats q) { return scale * (q - offset); });
}

inline void DecodeQ3_K(const BlockQ3_K& block, float* values) {
  uint8_t quants[kSuperBlock];
  for (int run = 0; run < 2; ++run) {
    UnpackFields<2, 32>(block.low_bits[run], quants + 128 * run);
  }
  UnpackFields<1, 32, 2>(block.high_bits, quants);

  uint8_t scales[kQ6SubBlocks];
  UnpackFields<4, 8>(block.scales_low, scales);
  UnpackFields<2, 4, 4>(block.scales_high, scales);

  const float scale = LoadScale(block.scale);
  for (int j = 0; j < kQ6SubBlocks; ++j) {
    DecodeSymmetric(quants + kQ6SubBlock * j,
                    scale * static_cast<float>(scales[j] - 32), 4,
                    values + kQ6SubBlock * j);
  }
}

inline void DecodeQ6_K(const BlockQ6_K& block, float* values) {
  uint8_t quants[kSuperBlock];
  for (int run = 0; run < 2; ++run) {
    UnpackFields<4, 64>(block.low_bits[run], quants + 128 * run);
    UnpackFields<2, 32, 4>(block.high_bits[run], quants + 128 * run);
  }
  const float scale = LoadScale(block.scale);
  for (int j = 0; j < kQ6SubBlocks; ++j) {
    DecodeSymmetric(quants + kQ6SubBlock * j, scale * block.scales[j], 32,
                    values + kQ6SubBlock * j);
  }
}

// The fits of a super-block's sub-blocks.
struct Q6Fits {
  float scales[kQ6SubBlocks];
  float extreme;  // the scale of largest magnitude
  uint8_t quants[kSuperBlock];
};

// Fits a scale to every sub-block. Error weights are the importance, or x^2
// without one.
inline void FitQ6SubBlocks(const float* values, const float* importance,
                           Q6Fits* fits) {
  for (int first = 0; first < kQ6SubBlocks; first += kLanes) {
    const int offset = first * kQ6SubBlock;
    Group<kQ6SubBlock> group;
    LoadGroups(values + offset, kQ6SubBlock, kLanes, kQ6SubBlock, group.values);
    if (importance != nullptr) {
      LoadGroups(importance + offset, kQ6SubBlock, kLanes, kQ6SubBlock,
                 group.weights);
    } else {
      for (int i = 0; i < kQ6SubBlock; ++i) {
        group.weights[i] = group.values[i] * group.values[i];
      }
    }
    const SymmetricFit fit = FitSymmetric<32>(group);
    Floats quants[kQ6SubBlock];
    QuantizeSymmetric<32>(group, fit, quants);
    StoreFloats(fit.scale, fits->scales + first);
    StoreQuants(quants, fits->quants + offset);
  }
  fits->extreme = 0.0f;
  for (float scale : fits->scales) {
    if (__builtin_fabsf(scale) > __builtin_fabsf(fits->extreme)) {
      fits->extreme = scale;
    }
  }
}

// Rounds the values again, now with the scales as they are stored. A sub-block
// whose stored scale is zero keeps the quants of its fit.
inline void RequantizeQ6(const float* __restrict values, const BlockQ6_K& block,
                         uint8_t* __restrict quants) {
  for (int j = 0; j < kQ6SubBlocks; ++j) {
    const float scale = LoadScale(block.scale) * block.scales[j];
    if (scale == 0.0f) continue;
    const int first = kQ6SubBlock * j;
    for (int i = first; i < first + kQ6SubBlock; ++i) {
      const int quant = NearestIntOrZero(values[i] / scale);
      quants[i] = static_cast<uint8_t>(32 + std::clamp(quant, -32, 31));
    }
  }
}

inline void PackQuants(const uint8_t* quants, BlockQ6_K* block) {
  for (int run = 0; run < 2; ++run) {
    PackFields<4, 64>(quants + 128 * run, block->low_bits[run]);
    PackFields<2, 32, 4>(quants + 128 * run, block->high_bits[run]);
  }
}

inline BlockQ6_K EncodeQ6_K(const float* values, const float* importance) {
  Q6Fits fits;
  FitQ6SubBlocks(values, importance, &fits);
  BlockQ6_K block = {};
  if (__builtin_fabsf(fits.extreme) < kNegligible) return block;

  const float inverse = -128.0f / fits.extreme;
  block.scale = StoreScale(1.0f / inverse);
  for (int j = 0; j < kQ6SubBlocks; ++j) {
    const int quant = NearestInt(inverse * fits.scales[j]);
    block.scales[j] = static_cast<int8_t>(std::min(127, quant));
  }
  RequantizeQ6(values, block, fits.quants);
  PackQuants(fits.quants, &block);
  return block;
}

inline void DequantizeQ3_K(const uint8_t* blocks, int64_t elements,
                           float* values) {
  DecodeBlocks<BlockQ3_K>(blocks, elements, values,
                          [](const BlockQ3_K& block, float* block_values) {
                            DecodeQ3_K(block, block_values);
                          });
}

inline void DequantizeQ6_K(const uint8_t* blocks, int64_t elements,
                           float* values) {
  DecodeBlocks<BlockQ6_K>(blocks, elements, values,
                          [](const BlockQ6_K& block, float* block_values) {
                            DecodeQ6_K(block, block_values);
                          });
}

inline void QuantizeQ6_K(const float* values, int64_t elements,
                         const float* importance, uint8_t* blocks) {
  EncodeBlocks<BlockQ6_K>(
      values, elements, importance, blocks,
      [](const float* block_values, const float* block_importance) {
        return EncodeQ6_K(block_values, block_importance);
      });
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_SYMMETRIC_SUPER_BLOCK_CODECS_INL_H_
