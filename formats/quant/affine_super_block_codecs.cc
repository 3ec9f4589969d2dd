#include "formats/quant/affine_super_block_codecs.h"

#include <algorithm>
#include <cmath>

#include "formats/dtype/float16.h"
#include "formats/quant/bit_fields.h"
#include "formats/quant/block_rows.h"
#include "formats/quant/packed_scales.h"
#include "formats/quant/rounding.h"
#include "formats/quant/scale_search.h"
#include "formats/quant/super_block_layouts.h"

namespace tessera {
namespace {

constexpr int kSuperBlock = 256;
constexpr int kSubBlock = 32;  // of Q4_K and Q5_K
constexpr int kSubBlocks = 8;
constexpr int kMaxScale = 63;

// What differs between the quantizers of Q4_K and Q5_K.
struct QuantizerOptions {
  int limit;              // largest quant
  InverseScaleGrid grid;  // without importance
};

constexpr QuantizerOptions kQ4_KOptions = {15, {-1.0f, 0.1f, 20}};
constexpr QuantizerOptions kQ5_KOptions = {31, {-0.5f, 0.1f, 15}};
constexpr InverseScaleGrid kImportanceGrid = {-0.9f, 0.05f, 36};

// The fits of a super-block's sub-blocks. `offsets` are the mins with the sign
// that is stored: value ~ scale * q - offset.
struct SubBlockFits {
  float scales[kSubBlocks];
  float offsets[kSubBlocks];
  float weights[kSubBlocks];  // sums of the error weights
};

// Error weights of a sub-block without importance: its root mean square + |x|.
void WeighByMagnitude(const float* values, float* weights) {
  const float mean_square = SumOfSquares(values, kSubBlock) / kSubBlock;
  const float root_mean_square = std::sqrt(mean_square);
  for (int i = 0; i < kSubBlock; ++i) {
    weights[i] = root_mean_square + std::fabs(values[i]);
  }
}

SubBlockFits FitSubBlocks(const float* values, const float* importance,
                          const QuantizerOptions& options, uint8_t* quants) {
  const float variance =
      importance == nullptr
          ? 0.0f
          : 2.0f * SumOfSquares(values, kSuperBlock) / kSuperBlock;
  SubBlockFits fits;
  for (int j = 0; j < kSubBlocks; ++j) {
    const int first = kSubBlock * j;
    float weights[kSubBlock];
    if (importance != nullptr) {
      WeighErrors(values + first, importance + first, kSubBlock, variance,
                  weights);
    } else {
      WeighByMagnitude(values + first, weights);
    }
    const AffineFit fit = FitAffine(
        values + first, weights, kSubBlock, options.limit,
        importance != nullptr ? kImportanceGrid : options.grid, quants + first);
    fits.scales[j] = fit.scale;
    fits.offsets[j] = -fit.min;
    fits.weights[j] = 0.0f;
    for (float weight : weights) fits.weights[j] += weight;
  }
  return fits;
}

// Eight nonnegative numbers as six-bit multiples of one.
struct SixBitMultiples {
  float unit;
  uint8_t multiples[kSubBlocks];
};

// The largest becomes 63.
SixBitMultiples QuantizeToMaximum(const float* values) {
  float max = 0.0f;
  for (int j = 0; j < kSubBlocks; ++j) max = std::max(max, values[j]);
  SixBitMultiples result;
  result.unit = max / 63.0f;
  const float inverse = max > 0.0f ? 63.0f / max : 0.0f;
  for (int j = 0; j < kSubBlocks; ++j) {
    const int multiple = NearestInt(inverse * values[j]);
    result.multiples[j] =
        static_cast<uint8_t>(std::clamp(multiple, 0, kMaxScale));
  }
  return result;
}

SixBitMultiples QuantizeByWeight(const float* values, const float* weights) {
  SixBitMultiples result;
  result.unit =
      FitNonnegative(values, weights, kSubBlocks, kMaxScale, result.multiples);
  return result;
}

// Rounds the values again, now with the scales and mins as they are stored. A
// sub-block whose stored scale is zero keeps the quants of its fit.
void RequantizeSubBlocks(const float* values, uint16_t scale_bits,
                         uint16_t min_bits, const uint8_t* packed_scales,
                         int limit, uint8_t* quants) {
  for (int j = 0; j < kSubBlocks; ++j) {
    const ScaleAndMin stored = GetScaleAndMin(packed_scales, j);
    const float scale = F16ToF32(scale_bits) * stored.scale;
    if (scale == 0.0f) continue;
    const float offset = F16ToF32(min_bits) * stored.min;
    for (int i = kSubBlock * j; i < kSubBlock * (j + 1); ++i) {
      const int quant = NearestInt((values[i] + offset) / scale);
      quants[i] = static_cast<uint8_t>(std::clamp(quant, 0, limit));
    }
  }
}

// Everything of the block but the quants' bits, and the quants.
template <typename Block>
Block QuantizeSuperBlock(const float* values, const float* importance,
                         const QuantizerOptions& options, uint8_t* quants) {
  const SubBlockFits fits = FitSubBlocks(values, importance, options, quants);
  const bool by_weight = importance != nullptr;
  const SixBitMultiples scales =
      by_weight ? QuantizeByWeight(fits.scales, fits.weights)
                : QuantizeToMaximum(fits.scales);
  const SixBitMultiples mins =
      by_weight ? QuantizeByWeight(fits.offsets, fits.weights)
                : QuantizeToMaximum(fits.offsets);
  Block block = {};
  block.scale = F32ToF16(scales.unit);
  block.min = F32ToF16(mins.unit);
  for (int j = 0; j < kSubBlocks; ++j) {
    SetScaleAndMin({scales.multiples[j], mins.multiples[j]}, j, block.scales);
  }
  RequantizeSubBlocks(values, block.scale, block.min, block.scales,
                      options.limit, quants);
  return block;
}

BlockQ4_K EncodeQ4_K(const float* values, const float* importance) {
  uint8_t quants[kSuperBlock];
  BlockQ4_K block =
      QuantizeSuperBlock<BlockQ4_K>(values, importance, kQ4_KOptions, quants);
  for (int run = 0; run < 4; ++run) {
    PackFields<4, 32>(quants + 64 * run, block.quants[run]);
  }
  return block;
}

BlockQ5_K EncodeQ5_K(const float* values, const float* importance) {
  uint8_t quants[kSuperBlock];
  BlockQ5_K block =
      QuantizeSuperBlock<BlockQ5_K>(values, importance, kQ5_KOptions, quants);
  PackFields<1, 32, 4>(quants, block.fifth_bits);
  for (int run = 0; run < 4; ++run) {
    PackFields<4, 32>(quants + 64 * run, block.quants[run]);
  }
  return block;
}

// values[i] = scale * q[i] - min, for one sub-block.
void DecodeSubBlock(const uint8_t* quants, int count, float scale, float min,
                    float* __restrict values) {
  for (int i = 0; i < count; ++i) {
    values[i] = scale * static_cast<float>(quants[i]) - min;
  }
}

// For Q4_K and Q5_K, whose scales are packed alike.
template <typename Block>
void DecodeSuperBlock(const Block& block, const uint8_t* quants,
                      float* values) {
  const float scale = F16ToF32(block.scale);
  const float min = F16ToF32(block.min);
  for (int j = 0; j < kSubBlocks; ++j) {
    const ScaleAndMin packed = GetScaleAndMin(block.scales, j);
    DecodeSubBlock(quants + kSubBlock * j, kSubBlock, scale * packed.scale,
                   min * packed.min, values + kSubBlock * j);
  }
}

void DecodeQ2_K(const BlockQ2_K& block, float* values) {
  constexpr int kQ2SubBlock = 16;
  uint8_t quants[kSuperBlock];
  for (int run = 0; run < 2; ++run) {
    UnpackFields<2, 32>(block.quants[run], quants + 128 * run);
  }
  const float scale = F16ToF32(block.scale);
  const float min = F16ToF32(block.min);
  for (int j = 0; j < kSuperBlock / kQ2SubBlock; ++j) {
    const int first = kQ2SubBlock * j;
    DecodeSubBlock(quants + first, kQ2SubBlock, scale * (block.scales[j] & 0xf),
                   min * (block.scales[j] >> 4), values + first);
  }
}

void DecodeQ4_K(const BlockQ4_K& block, float* values) {
  uint8_t quants[kSuperBlock];
  for (int run = 0; run < 4; ++run) {
    UnpackFields<4, 32>(block.quants[run], quants + 64 * run);
  }
  DecodeSuperBlock(block, quants, values);
}

void DecodeQ5_K(const BlockQ5_K& block, float* values) {
  uint8_t quants[kSuperBlock];
  for (int run = 0; run < 4; ++run) {
    UnpackFields<4, 32>(block.quants[run], quants + 64 * run);
  }
  UnpackFields<1, 32, 4>(block.fifth_bits, quants);
  DecodeSuperBlock(block, quants, values);
}

}  // namespace

void DequantizeQ2_K(const uint8_t* blocks, int64_t elements, float* values) {
  DecodeBlocks<BlockQ2_K>(blocks, elements, values, DecodeQ2_K);
}

void DequantizeQ4_K(const uint8_t* blocks, int64_t elements, float* values) {
  DecodeBlocks<BlockQ4_K>(blocks, elements, values, DecodeQ4_K);
}

void DequantizeQ5_K(const uint8_t* blocks, int64_t elements, float* values) {
  DecodeBlocks<BlockQ5_K>(blocks, elements, values, DecodeQ5_K);
}

void QuantizeQ4_K(const float* values, int64_t elements,
                  const float* importance, uint8_t* blocks) {
  EncodeBlocks<BlockQ4_K>(values, elements, importance, blocks, EncodeQ4_K);
}

void QuantizeQ5_K(const float* values, int64_t elements,
                  const float* importance, uint8_t* blocks) {
  EncodeBlocks<BlockQ5_K>(values, elements, importance, blocks, EncodeQ5_K);
}

}  // namespace tessera
