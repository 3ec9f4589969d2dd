// The searches of Q4_K and Q5_K: scales and mins of sub-blocks, then their
// multiples of a super-block's two units. Included only by codecs_<isa>.cc.
#ifndef FORMATS_QUANT_AFFINE_SUPER_BLOCK_FITS_INL_H_
#define FORMATS_QUANT_AFFINE_SUPER_BLOCK_FITS_INL_H_

#include <algorithm>
#include <cstdint>

#include "formats/quant/lanes-inl.h"
#include "formats/quant/multiples_search-inl.h"
#include "formats/quant/scale_search-inl.h"
#include "formats/quant/super_blocks-inl.h"

namespace tessera {
namespace {

constexpr int kK4SubBlock = 32;  // weights
constexpr int kK4SubBlocks = 8;  // of a super-block

// Super-blocks that are quantized together. Each has two searches for
// multiples, of scales and of mins, so that these fill all lanes.
constexpr int kChunk = kLanes / 2;

// Fits of a chunk. Sub-block j of super-block b is entry kK4SubBlocks * b + j;
// `offsets` are the mins with the sign that is stored: value ~ scale * q -
// offset. Lane b of units and multiples is for the scales of super-block b,
// lane kChunk + b for its offsets.
struct AffineSuperBlockFits {
  float scales[kK4SubBlocks * kChunk];
  float offsets[kK4SubBlocks * kChunk];
  float weights[kK4SubBlocks * kChunk];  // sums of the error weights
  float units[kLanes];
  uint8_t multiples[kK4SubBlocks][kLanes];
  uint8_t quants[kSuperBlock * kChunk];
};

// Twice the mean squares of `chunk` super-blocks, each summed in order; lane b
// is super-block b.
inline Floats VariancesOfSuperBlocks(const float* values, int chunk) {
  constexpr int kStep = 32;
  Floats sum = {};
  for (int first = 0; first < kSuperBlock; first += kStep) {
    Floats x[kStep];
    LoadGroups(values + first, kSuperBlock, chunk, kStep, x);
    for (Floats lanes : x) sum += lanes * lanes;
  }
  return 2.0f * sum / kSuperBlock;
}

// Fits scale and offset of all sub-blocks of a chunk.
template <int kLimit>
inline void FitAffineSubBlocks(const float* values, const float* importance,
                               int chunk, const InverseScaleGrid& grid,
                               AffineSuperBlockFits* fits) {
  constexpr InverseScaleGrid kImportanceGrid = {-0.9f, 0.05f, 36};
  const int sub_blocks = kK4SubBlocks * chunk;
  Floats variances = {};
  if (importance != nullptr) variances = VariancesOfSuperBlocks(values, chunk);
  for (int first = 0; first < kK4SubBlocks * kChunk; first += kLanes) {
    const int count = std::min(kLanes, sub_blocks - first);
    const int64_t offset = int64_t{kK4SubBlock} * first;
    Group<kK4SubBlock> group;
    LoadGroups(values + offset, kK4SubBlock, count, kK4SubBlock, group.values);
    if (importance == nullptr) {
      WeighByMagnitude(&group);
    } else {
      LoadGroups(importance + offset, kK4SubBlock, count, kK4SubBlock,
                 group.weights);
      Floats variance;
      for (int lane = 0; lane < kLanes; ++lane) {
        variance[lane] = variances[(first + lane) / kK4SubBlocks];
      }
      WeighErrors(variance, &group);
    }
    const AffineFit fit = FitAffine<kLimit>(
        group, importance == nullptr ? grid : kImportanceGrid);
    Floats weight = {};
    for (Floats w : group.weights) weight += w;
    Floats quants[kK4SubBlock];
    QuantizeAffine<kLimit>(group.values, fit, quants);
    StoreFloats(fit.scale, fits->scales + first);
    StoreFloats(-fit.min, fits->offsets + first);
    StoreFloats(weight, fits->weights + first);
    StoreQuants(quants, fits->quants + offset);
  }
}

// Sets units and multiples.
inline void FitMultiples(bool by_weight, AffineSuperBlockFits* fits) {
  Group<kK4SubBlocks> group;
  for (int j = 0; j < kK4SubBlocks; ++j) {
    for (int b = 0; b < kChunk; ++b) {
      const int entry = kK4SubBlocks * b + j;
      group.values[j][b] = fits->scales[entry];
      group.values[j][kChunk + b] = fits->offsets[entry];
      group.weights[j][b] = fits->weights[entry];
      group.weights[j][kChunk + b] = fits->weights[entry];
    }
  }
  const Multiples<kK4SubBlocks> found =
      by_weight ? QuantizeByWeight(group) : QuantizeToMaximum(group.values);
  StoreFloats(found.unit, fits->units);
  for (int j = 0; j < kK4SubBlocks; ++j) {
    for (int lane = 0; lane < kLanes; ++lane) {
      fits->multiples[j][lane] =
          static_cast<uint8_t>(static_cast<int>(found.multiples[j][lane]));
    }
  }
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_AFFINE_SUPER_BLOCK_FITS_INL_H_
