#include "formats/quant/affine_block_codecs.h"

#include <algorithm>
#include <limits>

#include "formats/dtype/float16.h"
#include "formats/quant/bit_fields.h"
#include "formats/quant/block_layouts.h"
#include "formats/quant/block_rows.h"
#include "formats/quant/rounding.h"
#include "formats/quant/scale_search.h"

namespace tessera {
namespace {

constexpr int kBlock = 32;
constexpr InverseScaleGrid kGrid = {-0.9f, 0.05f, 36};

// The block's quants, 0 to limit, and its scale and minimum before rounding.
struct AffineQuants {
  AffineFit fit;
  uint8_t quants[kBlock];
};

// Quant 0 is the smallest value and quant `limit` the largest. Of equal minima
// the first is kept, which shows where zeros differ in sign.
AffineQuants QuantizeRange(const float* values, int limit) {
  float min = std::numeric_limits<float>::max();
  float max = -std::numeric_limits<float>::max();
  for (int i = 0; i < kBlock; ++i) {
    if (values[i] < min) min = values[i];
    if (values[i] > max) max = values[i];
  }
  AffineQuants result;
  const float scale = (max - min) / static_cast<float>(limit);
  result.fit = {scale, min};
  const float inverse = scale != 0.0f ? 1.0f / scale : 0.0f;
  for (int i = 0; i < kBlock; ++i) {
    const int quant = TruncateOrZero((values[i] - min) * inverse + 0.5f);
    result.quants[i] = static_cast<uint8_t>(std::min(limit, quant));
  }
  return result;
}

AffineQuants QuantizeByImportance(const float* values, const float* importance,
                                  float mean_square, int limit) {
  float weights[kBlock];
  WeighErrors(values, importance, kBlock, mean_square, weights);
  AffineQuants result;
  result.fit = FitAffine(values, weights, kBlock, limit, kGrid, result.quants);
  return result;
}

BlockQ4_1 PackQ4_1(const AffineQuants& quants) {
  BlockQ4_1 block;
  block.scale = F32ToF16(quants.fit.scale);
  block.min = F32ToF16(quants.fit.min);
  PackFields<4, 16>(quants.quants, block.quants);
  return block;
}

BlockQ5_1 PackQ5_1(const AffineQuants& quants) {
  BlockQ5_1 block;
  block.scale = F32ToF16(quants.fit.scale);
  block.min = F32ToF16(quants.fit.min);
  PackFifthBits(quants.quants, block.fifth_bits);
  PackFields<4, 16>(quants.quants, block.quants);
  return block;
}

template <typename Block, Block (*kPack)(const AffineQuants&)>
void QuantizeRow(const float* values, int64_t elements, const float* importance,
                 int limit, uint8_t* blocks) {
  const float mean_square =
      importance == nullptr
          ? 0.0f
          : SumOfSquares(values, elements) / static_cast<float>(elements);
  EncodeBlocks<Block>(
      values, elements, importance, blocks,
      [&](const float* block_values, const float* block_importance) {
        return kPack(block_importance == nullptr
                         ? QuantizeRange(block_values, limit)
                         : QuantizeByImportance(block_values, block_importance,
                                                mean_square, limit));
      });
}

void DecodeAffine(const uint8_t* quants, uint16_t scale_bits, uint16_t min_bits,
                  float* __restrict values) {
  const float scale = F16ToF32(scale_bits);
  const float min = F16ToF32(min_bits);
  for (int i = 0; i < kBlock; ++i) {
    values[i] = static_cast<float>(quants[i]) * scale + min;
  }
}

}  // namespace

void DequantizeQ4_1(const uint8_t* blocks, int64_t elements, float* values) {
  DecodeBlocks<BlockQ4_1>(blocks, elements, values,
                          [](const BlockQ4_1& block, float* block_values) {
                            uint8_t quants[kBlock];
                            UnpackFields<4, 16>(block.quants, quants);
                            DecodeAffine(quants, block.scale, block.min,
                                         block_values);
                          });
}

void DequantizeQ5_1(const uint8_t* blocks, int64_t elements, float* values) {
  DecodeBlocks<BlockQ5_1>(blocks, elements, values,
                          [](const BlockQ5_1& block, float* block_values) {
                            uint8_t quants[kBlock];
                            UnpackFields<4, 16>(block.quants, quants);
                            UnpackFifthBits(block.fifth_bits, quants);
                            DecodeAffine(quants, block.scale, block.min,
                                         block_values);
                          });
}

void QuantizeQ4_1(const float* values, int64_t elements,
                  const float* importance, uint8_t* blocks) {
  QuantizeRow<BlockQ4_1, PackQ4_1>(values, elements, importance, 15, blocks);
}

void QuantizeQ5_1(const float* values, int64_t elements,
                  const float* importance, uint8_t* blocks) {
  QuantizeRow<BlockQ5_1, PackQ5_1>(values, elements, importance, 31, blocks);
}

}  // namespace tessera
