#include "formats/quant/symmetric_super_block_codecs.h"

#include <algorithm>
#include <cmath>

#include "formats/dtype/float16.h"
#include "formats/quant/bit_fields.h"
#include "formats/quant/block_rows.h"
#include "formats/quant/rounding.h"
#include "formats/quant/scale_search.h"
#include "formats/quant/super_block_layouts.h"

namespace tessera {
namespace {

constexpr int kSuperBlock = 256;
constexpr int kSubBlock = 16;
constexpr int kSubBlocks = 16;

// values[i] = scale * (q[i] - limit), for one sub-block.
void DecodeSubBlock(const uint8_t* quants, float scale, int limit,
                    float* __restrict values) {
  for (int i = 0; i < kSubBlock; ++i) {
    values[i] = scale * static_cast<float>(quants[i] - limit);
  }
}

void DecodeQ3_K(const BlockQ3_K& block, float* values) {
  uint8_t quants[kSuperBlock];
  for (int run = 0; run < 2; ++run) {
    UnpackFields<2, 32>(block.low_bits[run], quants + 128 * run);
  }
  UnpackFields<1, 32, 2>(block.high_bits, quants);

  uint8_t scales[kSubBlocks];
  UnpackFields<4, 8>(block.scales_low, scales);
  UnpackFields<2, 4, 4>(block.scales_high, scales);

  const float scale = F16ToF32(block.scale);
  for (int j = 0; j < kSubBlocks; ++j) {
    DecodeSubBlock(quants + kSubBlock * j,
                   scale * static_cast<float>(scales[j] - 32), 4,
                   values + kSubBlock * j);
  }
}

void DecodeQ6_K(const BlockQ6_K& block, float* values) {
  uint8_t quants[kSuperBlock];
  for (int run = 0; run < 2; ++run) {
    UnpackFields<4, 64>(block.low_bits[run], quants + 128 * run);
    UnpackFields<2, 32, 4>(block.high_bits[run], quants + 128 * run);
  }
  const float scale = F16ToF32(block.scale);
  for (int j = 0; j < kSubBlocks; ++j) {
    DecodeSubBlock(quants + kSubBlock * j, scale * block.scales[j], 32,
                   values + kSubBlock * j);
  }
}

// Fits a scale to every sub-block; returns the one of largest magnitude. Error
// weights are the importance, or x^2 without one.
float FitSubBlocks(const float* values, const float* importance, float* scales,
                   uint8_t* quants) {
  float extreme = 0.0f;
  for (int j = 0; j < kSubBlocks; ++j) {
    const int first = kSubBlock * j;
    float weights[kSubBlock];
    for (int i = 0; i < kSubBlock; ++i) {
      weights[i] = importance != nullptr
                       ? importance[first + i]
                       : values[first + i] * values[first + i];
    }
    scales[j] =
        FitSymmetric(values + first, weights, kSubBlock, 32, quants + first);
    if (std::fabs(scales[j]) > std::fabs(extreme)) extreme = scales[j];
  }
  return extreme;
}

// Rounds the values again, now with the scales as they are stored. A sub-block
// whose stored scale is zero keeps the quants of its fit.
void RequantizeSubBlocks(const float* values, const BlockQ6_K& block,
                         uint8_t* quants) {
  for (int j = 0; j < kSubBlocks; ++j) {
    const float scale = F16ToF32(block.scale) * block.scales[j];
    if (scale == 0.0f) continue;
    for (int i = kSubBlock * j; i < kSubBlock * (j + 1); ++i) {
      const int quant = NearestInt(values[i] / scale);
      quants[i] = static_cast<uint8_t>(32 + std::clamp(quant, -32, 31));
    }
  }
}

BlockQ6_K EncodeQ6_K(const float* values, const float* importance) {
  uint8_t quants[kSuperBlock];
  float scales[kSubBlocks];
  const float extreme = FitSubBlocks(values, importance, scales, quants);
  BlockQ6_K block = {};
  if (std::fabs(extreme) < kNegligible) return block;

  const float inverse = -128.0f / extreme;
  block.scale = F32ToF16(1.0f / inverse);
  for (int j = 0; j < kSubBlocks; ++j) {
    const int quant = NearestInt(inverse * scales[j]);
    block.scales[j] = static_cast<int8_t>(std::min(127, quant));
  }
  RequantizeSubBlocks(values, block, quants);
  for (int run = 0; run < 2; ++run) {
    PackFields<4, 64>(quants + 128 * run, block.low_bits[run]);
    PackFields<2, 32, 4>(quants + 128 * run, block.high_bits[run]);
  }
  return block;
}

}  // namespace

void DequantizeQ3_K(const uint8_t* blocks, int64_t elements, float* values) {
  DecodeBlocks<BlockQ3_K>(blocks, elements, values, DecodeQ3_K);
}

void DequantizeQ6_K(const uint8_t* blocks, int64_t elements, float* values) {
  DecodeBlocks<BlockQ6_K>(blocks, elements, values, DecodeQ6_K);
}

void QuantizeQ6_K(const float* values, int64_t elements,
                  const float* importance, uint8_t* blocks) {
  EncodeBlocks<BlockQ6_K>(values, elements, importance, blocks, EncodeQ6_K);
}

}  // namespace tessera
