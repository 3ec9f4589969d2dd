// Rows of Q4_0, Q5_0 and Q8_0: blocks of 32 weights with a scale. Signatures as
// in codec.h; bits in block_layouts.h. Included only by codecs_<isa>.cc.
#ifndef FORMATS_QUANT_SYMMETRIC_BLOCK_CODECS_INL_H_
#define FORMATS_QUANT_SYMMETRIC_BLOCK_CODECS_INL_H_

#include <cstddef>
#include <cstdint>

#include "formats/quant/block_groups-inl.h"
#include "formats/quant/block_layouts.h"
#include "formats/quant/block_quants-inl.h"
#include "formats/quant/block_range-inl.h"
#include "formats/quant/block_rows-inl.h"
#include "formats/quant/byte_lanes-inl.h"
#include "formats/quant/lanes-inl.h"
#include "formats/quant/rounding-inl.h"
#include "formats/quant/scale_search-inl.h"
#include "formats/quant/stored_scale-inl.h"

namespace tessera {
namespace {

// Quants are 0 to 2 * kLimit - 1. The value of largest magnitude becomes quant
// 0, that is exactly -kLimit; a value as large of the other sign is clamped to
// kLimit - 1.
template <typename Block, int kLimit>
inline void QuantizeToExtreme(const float* values, uint8_t* block) {
  const float scale = ExtremeOfBlock(values) / static_cast<float>(-kLimit);
  const float inverse = scale != 0.0f ? 1.0f / scale : 0.0f;
  const float offset = static_cast<float>(kLimit) + 0.5f;
  StoreScaleAt(scale, block + offsetof(Block, scale));
  PackQuants<Block>(RoundBlock(values,
                               [=](Floats x) {
                                 return Min(
                                     TruncateOrZero(x * inverse + offset),
                                     Ints{} + (2 * kLimit - 1));
                               }),
                    block);
}

// Blocks of a row by importance, kLanes of them at a time.
template <typename Block, int kLimit>
inline void QuantizeSymmetricByImportance(const float* values, int64_t elements,
                                          const float* importance,
                                          uint8_t* blocks) {
  const Floats mean_square = Broadcast(MeanSquare(values, elements));
  ForEachBlockGroup(
      values, importance, elements,
      [&](BlockGroup* group, int64_t first, int count) {
        WeighErrors(mean_square, group);
        const SymmetricFit fit = FitSymmetric<kLimit>(*group);
        Floats quants[kBlock];
        QuantizeSymmetric<kLimit>(*group, fit, quants);
        const BlockQuants rows(quants);
        for (int g = 0; g < count; ++g) {
          uint8_t* const block = blocks + (first + g) * sizeof(Block);
          StoreScaleAt(fit.scale[g], block + offsetof(Block, scale));
          PackQuants<Block>(LoadQuants(rows.quants[g]), block);
        }
      });
}

template <typename Block, int kLimit>
inline void QuantizeSymmetricRow(const float* values, int64_t elements,
                                 const float* importance, uint8_t* blocks) {
  if (importance != nullptr) {
    QuantizeSymmetricByImportance<Block, kLimit>(values, elements, importance,
                                                 blocks);
    return;
  }
  EncodeInPlace<Block>(values, elements, blocks,
                       QuantizeToExtreme<Block, kLimit>);
}

template <typename Block, int kLimit>
inline void DequantizeSymmetricRow(const uint8_t* blocks, int64_t elements,
                                   float* values) {
  DecodeInPlace<Block>(
      blocks, elements, values, [](const uint8_t* block, float* block_values) {
        const float scale = LoadScaleAt(block + offsetof(Block, scale));
        const float offset = static_cast<float>(kLimit);
        DecodeHalves(UnpackQuants<Block>(block), block_values,
                     [=](Floats q) { return (q - offset) * scale; });
      });
}

inline void DequantizeQ4_0(const uint8_t* blocks, int64_t elements,
                           float* values) {
  DequantizeSymmetricRow<BlockQ4_0, 8>(blocks, elements, values);
}

inline void DequantizeQ5_0(const uint8_t* blocks, int64_t elements,
                           float* values) {
  DequantizeSymmetricRow<BlockQ5_0, 16>(blocks, elements, values);
}

inline void DequantizeQ8_0(const uint8_t* blocks, int64_t elements,
                           float* values) {
  DecodeInPlace<BlockQ8_0>(
      blocks, elements, values, [](const uint8_t* block, float* block_values) {
        const float scale = LoadScaleAt(block + offsetof(BlockQ8_0, scale));
        const uint8_t* quants = block + offsetof(BlockQ8_0, quants);
        for (int i = 0; i < kBlock; i += 16) {
          DecodeSignedBytes(LoadBytes(quants + i), block_values + i,
                            [scale](Floats q) { return q * scale; });
        }
      });
}

inline void QuantizeQ4_0(const float* values, int64_t elements,
                         const float* importance, uint8_t* blocks) {
  QuantizeSymmetricRow<BlockQ4_0, 8>(values, elements, importance, blocks);
}

inline void QuantizeQ5_0(const float* values, int64_t elements,
                         const float* importance, uint8_t* blocks) {
  QuantizeSymmetricRow<BlockQ5_0, 16>(values, elements, importance, blocks);
}

inline void QuantizeQ8_0(const float* values, int64_t elements,
                         const float* /*importance*/, uint8_t* blocks) {
  EncodeInPlace<BlockQ8_0>(
      values, elements, blocks, [](const float* block_values, uint8_t* block) {
        const float scale = MagnitudeOfBlock(block_values) / 127.0f;
        const float inverse = scale != 0.0f ? 1.0f / scale : 0.0f;
        const QuantHalves quants = RoundBlock(
            block_values,
            [inverse](Floats x) { return RoundHalfAway(x * inverse); });
        StoreScaleAt(scale, block + offsetof(BlockQ8_0, scale));
        StoreBytes(quants.low, block + offsetof(BlockQ8_0, quants));
        StoreBytes(quants.high, block + offsetof(BlockQ8_0, quants) + 16);
      });
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_SYMMETRIC_BLOCK_CODECS_INL_H_
