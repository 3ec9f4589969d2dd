#include "formats/quant/symmetric_block_codecs.h"

#include <algorithm>
#include <cmath>

#include "formats/dtype/float16.h"
#include "formats/quant/bit_fields.h"
#include "formats/quant/block_layouts.h"
#include "formats/quant/block_rows.h"
#include "formats/quant/rounding.h"
#include "formats/quant/scale_search.h"

namespace tessera {
namespace {

constexpr int kBlock = 32;

// The block's quants, 0 to 2 * limit - 1, and its scale before rounding to F16.
struct SymmetricQuants {
  float scale;
  uint8_t quants[kBlock];
};

// The value of largest magnitude becomes quant 0, that is exactly -limit; a
// value as large of the other sign is clamped to limit - 1.
SymmetricQuants QuantizeToExtreme(const float* values, int limit) {
  float magnitude = 0.0f;
  float extreme = 0.0f;
  for (int i = 0; i < kBlock; ++i) {
    if (magnitude < std::fabs(values[i])) {
      magnitude = std::fabs(values[i]);
      extreme = values[i];
    }
  }
  SymmetricQuants result;
  result.scale = extreme / static_cast<float>(-limit);
  const float inverse = result.scale != 0.0f ? 1.0f / result.scale : 0.0f;
  const float offset = static_cast<float>(limit) + 0.5f;
  for (int i = 0; i < kBlock; ++i) {
    const int quant = TruncateOrZero(values[i] * inverse + offset);
    result.quants[i] = static_cast<uint8_t>(std::min(2 * limit - 1, quant));
  }
  return result;
}

SymmetricQuants QuantizeByImportance(const float* values,
                                     const float* importance, float mean_square,
                                     int limit) {
  float weights[kBlock];
  WeighErrors(values, importance, kBlock, mean_square, weights);
  SymmetricQuants result;
  result.scale = FitSymmetric(values, weights, kBlock, limit, result.quants);
  return result;
}

BlockQ4_0 PackQ4_0(const SymmetricQuants& quants) {
  BlockQ4_0 block;
  block.scale = F32ToF16(quants.scale);
  PackFields<4, 16>(quants.quants, block.quants);
  return block;
}

BlockQ5_0 PackQ5_0(const SymmetricQuants& quants) {
  BlockQ5_0 block;
  block.scale = F32ToF16(quants.scale);
  PackFifthBits(quants.quants, block.fifth_bits);
  PackFields<4, 16>(quants.quants, block.quants);
  return block;
}

template <typename Block, Block (*kPack)(const SymmetricQuants&)>
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
                         ? QuantizeToExtreme(block_values, limit)
                         : QuantizeByImportance(block_values, block_importance,
                                                mean_square, limit));
      });
}

void DecodeSymmetric(const uint8_t* quants, int limit, uint16_t scale_bits,
                     float* __restrict values) {
  const float scale = F16ToF32(scale_bits);
  for (int i = 0; i < kBlock; ++i) {
    values[i] = static_cast<float>(quants[i] - limit) * scale;
  }
}

}  // namespace

void DequantizeQ4_0(const uint8_t* blocks, int64_t elements, float* values) {
  DecodeBlocks<BlockQ4_0>(blocks, elements, values,
                          [](const BlockQ4_0& block, float* block_values) {
                            uint8_t quants[kBlock];
                            UnpackFields<4, 16>(block.quants, quants);
                            DecodeSymmetric(quants, 8, block.scale,
                                            block_values);
                          });
}

void DequantizeQ5_0(const uint8_t* blocks, int64_t elements, float* values) {
  DecodeBlocks<BlockQ5_0>(blocks, elements, values,
                          [](const BlockQ5_0& block, float* block_values) {
                            uint8_t quants[kBlock];
                            UnpackFields<4, 16>(block.quants, quants);
                            UnpackFifthBits(block.fifth_bits, quants);
                            DecodeSymmetric(quants, 16, block.scale,
                                            block_values);
                          });
}

void DequantizeQ8_0(const uint8_t* blocks, int64_t elements, float* values) {
  DecodeBlocks<BlockQ8_0>(
      blocks, elements, values,
      [](const BlockQ8_0& block, float* __restrict block_values) {
        const float scale = F16ToF32(block.scale);
        for (int i = 0; i < kBlock; ++i) {
          block_values[i] = static_cast<float>(block.quants[i]) * scale;
        }
      });
}

void QuantizeQ4_0(const float* values, int64_t elements,
                  const float* importance, uint8_t* blocks) {
  QuantizeRow<BlockQ4_0, PackQ4_0>(values, elements, importance, 8, blocks);
}

void QuantizeQ5_0(const float* values, int64_t elements,
                  const float* importance, uint8_t* blocks) {
  QuantizeRow<BlockQ5_0, PackQ5_0>(values, elements, importance, 16, blocks);
}

void QuantizeQ8_0(const float* values, int64_t elements,
                  const float* importance, uint8_t* blocks) {
  EncodeBlocks<BlockQ8_0>(
      values, elements, importance, blocks,
      [](const float* block_values, const float* /*importance*/) {
        float magnitude = 0.0f;
        for (int i = 0; i < kBlock; ++i) {
          magnitude = std::max(magnitude, std::fabs(block_values[i]));
        }
        const float scale = magnitude / 127.0f;
        const float inverse = scale != 0.0f ? 1.0f / scale : 0.0f;
        BlockQ8_0 block;
        block.scale = F32ToF16(scale);
        for (int i = 0; i < kBlock; ++i) {
          block.quants[i] =
              static_cast<int8_t>(RoundHalfAway(block_values[i] * inverse));
        }
        return block;
      });
}

}  // namespace tessera
