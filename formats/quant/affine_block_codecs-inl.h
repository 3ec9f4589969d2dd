// Rows of Q4_1 and Q5_1: blocks of 32 weights with a scale and a minimum.
// Signatures as in codec.h; bits in block_layouts.h. Included only by
// codecs_<isa>.cc.
#ifndef FORMATS_QUANT_AFFINE_BLOCK_CODECS_INL_H_
#define FORMATS_QUANT_AFFINE_BLOCK_CODECS_INL_H_

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

// Quant 0 is the smallest value and quant kLimit the largest.
template <typename Block, int kLimit>
inline void QuantizeRange(const float* values, uint8_t* block) {
  const Range range = RangeOfBlock(values);
  const float scale = (range.max - range.min) / static_cast<float>(kLimit);
  const float inverse = scale != 0.0f ? 1.0f / scale : 0.0f;
  const float min = range.min;
  StoreScaleAt(scale, block + offsetof(Block, scale));
  StoreScaleAt(min, block + offsetof(Block, min));
  PackQuants<Block>(RoundBlock(values,
                               [=](Floats x) {
                                 const Floats q = (x - min) * inverse + 0.5f;
                                 return Min(TruncateOrZero(q), Ints{} + kLimit);
                               }),
                    block);
}

// Blocks of a row by importance, kLanes of them at a time.
template <typename Block, int kLimit>
inline void QuantizeAffineByImportance(const float* values, int64_t elements,
                                       const float* importance,
                                       uint8_t* blocks) {
  constexpr InverseScaleGrid kGrid = {-0.9f, 0.05f, 36};
  const Floats mean_square = Broadcast(MeanSquare(values, elements));
  ForEachBlockGroup(
      values, importance, elements,
      [&](BlockGroup* group, int64_t first, int count) {
        WeighErrors(mean_square, group);
        const AffineFit fit = FitAffine<kLimit>(*group, kGrid);
        Floats quants[kBlock];
        QuantizeAffine<kLimit>(group->values, fit, quants);
        const BlockQuants rows(quants);
        for (int g = 0; g < count; ++g) {
          uint8_t* const block = blocks + (first + g) * sizeof(Block);
          StoreScaleAt(fit.scale[g], block + offsetof(Block, scale));
          StoreScaleAt(fit.min[g], block + offsetof(Block, min));
          PackQuants<Block>(LoadQuants(rows.quants[g]), block);
        }
      });
}

template <typename Block, int kLimit>
inline void QuantizeAffineRow(const float* values, int64_t elements,
                              const float* importance, uint8_t* blocks) {
  if (importance != nullptr) {
    QuantizeAffineByImportance<Block, kLimit>(values, elements, importance,
                                              blocks);
    return;
  }
  EncodeInPlace<Block>(values, elements, blocks, QuantizeRange<Block, kLimit>);
}

template <typename Block>
inline void DequantizeAffineRow(const uint8_t* blocks, int64_t elements,
                                float* values) {
  DecodeInPlace<Block>(
      blocks, elements, values, [](const uint8_t* block, float* block_values) {
        const float scale = LoadScaleAt(block + offsetof(Block, scale));
        const float min = LoadScaleAt(block + offsetof(Block, min));
        DecodeHalves(UnpackQuants<Block>(block), block_values,
                     [=](Floats q) { return q * scale + min; });
      });
}

inline void DequantizeQ4_1(const uint8_t* blocks, int64_t elements,
                           float* values) {
  DequantizeAffineRow<BlockQ4_1>(blocks, elements, values);
}

inline void DequantizeQ5_1(const uint8_t* blocks, int64_t elements,
                           float* values) {
  DequantizeAffineRow<BlockQ5_1>(blocks, elements, values);
}

inline void QuantizeQ4_1(const float* values, int64_t elements,
                         const float* importance, uint8_t* blocks) {
  QuantizeAffineRow<BlockQ4_1, 15>(values, elements, importance, blocks);
}

inline void QuantizeQ5_1(const float* values, int64_t elements,
                         const float* importance, uint8_t* blocks) {
  QuantizeAffineRow<BlockQ5_1, 31>(values, elements, importance, blocks);
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_AFFINE_BLOCK_CODECS_INL_H_
