#include "formats/quant/codebook_codecs.h"

#include <array>
#include <bit>
#include <cmath>

#include "formats/dtype/float16.h"
#include "formats/quant/bit_fields.h"
#include "formats/quant/block_layouts.h"
#include "formats/quant/block_rows.h"
#include "formats/quant/scale_search.h"
#include "formats/quant/super_block_layouts.h"

namespace tessera {
namespace {

constexpr int kBlock = 32;

// values[i] = scale * table[q[i]] for 16 bytes of 4-bit fields.
void DecodeFields(const uint8_t* fields, const int8_t* table, float scale,
                  float* values) {
  uint8_t quants[kBlock];
  UnpackFields<4, 16>(fields, quants);
  for (int i = 0; i < kBlock; ++i) {
    values[i] = scale * static_cast<float>(table[quants[i]]);
  }
}

void DecodeIQ4_NL(const BlockIQ4_NL& block, float* values) {
  DecodeFields(block.quants, kIq4Values, F16ToF32(block.scale), values);
}

void DecodeIQ4_XS(const BlockIQ4_XS& block, float* values) {
  const float scale = F16ToF32(block.scale);
  for (int j = 0; j < BlockIQ4_XS::kElements / kBlock; ++j) {
    const int low = (block.scales_low[j / 2] >> (4 * (j % 2))) & 0xf;
    const int high = (block.scales_high >> (2 * j)) & 3;
    const int sub_scale = (low | (high << 4)) - 32;
    DecodeFields(block.quants[j], kIq4Values,
                 scale * static_cast<float>(sub_scale), values + kBlock * j);
  }
}

// 2^(exponent - 128), which is denormal for 0 and 1.
float HalfPowerOfTwo(uint8_t exponent) {
  const uint32_t bits = exponent < 2
                            ? 0x00200000u << exponent
                            : static_cast<uint32_t>(exponent - 1) << 23;
  return std::bit_cast<float>(bits);
}

void DecodeMXFP4(const BlockMXFP4& block, float* values) {
  DecodeFields(block.quants, kDoubledFp4Values, HalfPowerOfTwo(block.exponent),
               values);
}

// Halfway between neighbours of kIq4Values.
constexpr std::array<float, 15> kIq4Midpoints = [] {
  std::array<float, 15> midpoints = {};
  for (int i = 0; i < 15; ++i) {
    midpoints[i] = static_cast<float>(kIq4Values[i] + kIq4Values[i + 1]) / 2;
  }
  return midpoints;
}();

// The index of the value of kIq4Values nearest to `value`, the upper of two.
int NearestIq4(float value) {
  int index = 0;
  for (float midpoint : kIq4Midpoints) index += !(value < midpoint);
  return index;
}

// Weighted sums of the regression of the values x on the table's values v.
struct CodebookSums {
  float wvx = 0.0f;
  float wvv = 0.0f;
};

CodebookSums SumCodebook(const float* values, const float* weights,
                         float inverse_scale) {
  CodebookSums sums;
  for (int i = 0; i < kBlock; ++i) {
    const float entry = kIq4Values[NearestIq4(inverse_scale * values[i])];
    sums.wvx += weights[i] * entry * values[i];
    sums.wvv += weights[i] * entry * entry;
  }
  return sums;
}

// The scale for which x ~ scale * kIq4Values[q] has the smallest weighted
// squared error, as FitSymmetric finds it: for each of 15 scales around that
// which maps `extreme`, the value of largest magnitude, to the table's first
// entry, entries are fixed by rounding and the scale follows by regression.
float FitCodebookScale(const float* values, const float* weights,
                       float extreme) {
  constexpr int kSteps = 7;
  const float start = -extreme / static_cast<float>(kIq4Values[0]);
  CodebookSums sums = SumCodebook(values, weights, 1.0f / start);
  float scale = sums.wvv > 0.0f ? sums.wvx / sums.wvv : 0.0f;
  float explained = scale * sums.wvx;
  for (int step = -kSteps; step <= kSteps; ++step) {
    const float inverse = static_cast<float>(step + kIq4Values[0]) / extreme;
    sums = SumCodebook(values, weights, inverse);
    if (sums.wvv > 0.0f && sums.wvx * sums.wvx > explained * sums.wvv) {
      scale = sums.wvx / sums.wvv;
      explained = scale * sums.wvx;
    }
  }
  return scale;
}

float Extreme(const float* values) {
  float extreme = 0.0f;
  for (int i = 0; i < kBlock; ++i) {
    if (std::fabs(values[i]) > std::fabs(extreme)) extreme = values[i];
  }
  return extreme;
}

BlockIQ4_NL EncodeIQ4_NL(const float* values, const float* importance) {
  float weights[kBlock];
  if (importance != nullptr) {
    const float variance = SumOfSquares(values, kBlock) * (2.0f / kBlock);
    WeighErrors(values, importance, kBlock, variance, weights);
  } else {
    for (int i = 0; i < kBlock; ++i) weights[i] = values[i] * values[i];
  }
  const float extreme = Extreme(values);
  const float scale = std::fabs(extreme) < kNegligible
                          ? 0.0f
                          : FitCodebookScale(values, weights, extreme);
  const float inverse = scale != 0.0f ? 1.0f / scale : 0.0f;
  uint8_t quants[kBlock];
  for (int i = 0; i < kBlock; ++i) {
    quants[i] = static_cast<uint8_t>(NearestIq4(inverse * values[i]));
  }
  BlockIQ4_NL block;
  block.scale = F32ToF16(scale);
  PackFields<4, 16>(quants, block.quants);
  return block;
}

}  // namespace

void DequantizeIQ4_NL(const uint8_t* blocks, int64_t elements, float* values) {
  DecodeBlocks<BlockIQ4_NL>(blocks, elements, values, DecodeIQ4_NL);
}

void DequantizeIQ4_XS(const uint8_t* blocks, int64_t elements, float* values) {
  DecodeBlocks<BlockIQ4_XS>(blocks, elements, values, DecodeIQ4_XS);
}

void DequantizeMXFP4(const uint8_t* blocks, int64_t elements, float* values) {
  DecodeBlocks<BlockMXFP4>(blocks, elements, values, DecodeMXFP4);
}

void QuantizeIQ4_NL(const float* values, int64_t elements,
                    const float* importance, uint8_t* blocks) {
  EncodeBlocks<BlockIQ4_NL>(values, elements, importance, blocks, EncodeIQ4_NL);
}

}  // namespace tessera
