// Rows of Q4_K and Q5_K with high effort. Included only by codecs_<isa>.cc.
//
// What is minimized is S(w (x - decoded x)^2) of the super-block as it is
// stored; w is the importance, or by magnitude without one.
#ifndef FORMATS_QUANT_AFFINE_SUPER_BLOCK_SEARCH_INL_H_
#define FORMATS_QUANT_AFFINE_SUPER_BLOCK_SEARCH_INL_H_

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "formats/quant/affine_search-inl.h"
#include "formats/quant/affine_super_block_codecs-inl.h"
#include "formats/quant/affine_super_block_fits-inl.h"
#include "formats/quant/affine_super_block_units-inl.h"
#include "formats/quant/lanes-inl.h"
#include "formats/quant/stored_scale-inl.h"
#include "formats/quant/super_blocks-inl.h"

namespace tessera {
namespace {

// The best min for a sub-block whose scale is given, from `min` on, as a
// multiple of `min_unit`: rounding and regression in turn.
template <int kLimit>
inline Floats SettleMin(const Group<kK4SubBlock>& group, Floats scale,
                        Floats min_unit, Floats min) {
  constexpr int kRounds = 2;
  const Floats inverse = InverseOrZero(scale);
  const Floats inverse_unit = InverseOrZero(min_unit);
  for (int round = 0; round < kRounds; ++round) {
    const Floats offset = min_unit * min;
    Floats excess = {};  // S(w (scale * q - x))
    Floats weight = {};
    for (int i = 0; i < kK4SubBlock; ++i) {
      const Floats x = group.values[i];
      const Floats w = group.weights[i];
      const Floats q = NearestClamped(inverse * (x + offset), 0, kLimit);
      excess += w * (scale * q - x);
      weight += w;
    }
    min = NearestClamped(excess / weight * inverse_unit, 0, kMaxMultiple);
  }
  return min;
}

// Chooses the multiples of one batch for given units: scales next to that of
// `fit`, each with the min that suits it. Multiples that are there already are
// kept if nothing is better.
template <int kLimit>
inline void ChooseMultiples(const Group<kK4SubBlock>& group,
                            const AffineCandidate& fit, int batch,
                            K4Choice* choice) {
  constexpr int kReach = 1;
  const Floats unit = choice->units[batch];
  const Floats min_unit = choice->min_units[batch];
  const Floats inverse_unit = InverseOrZero(unit);
  const Floats start =
      NearestClamped(-fit.min * InverseOrZero(min_unit), 0, kMaxMultiple);
  Floats best_scale = choice->scales[batch];
  Floats best_min = choice->mins[batch];
  Floats best_error = RoundedAffineError<kLimit>(group, unit * best_scale,
                                                 -(min_unit * best_min));
  for (int reach = -kReach; reach <= kReach; ++reach) {
    const Floats scale = NearestClamped(
        fit.scale * inverse_unit + static_cast<float>(reach), 0, kMaxMultiple);
    const Floats min = SettleMin<kLimit>(group, unit * scale, min_unit, start);
    const Floats error =
        RoundedAffineError<kLimit>(group, unit * scale, -(min_unit * min));
    const Ints better = error < best_error;
    best_scale = better ? scale : best_scale;
    best_min = better ? min : best_min;
    best_error = better ? error : best_error;
  }
  choice->scales[batch] = best_scale;
  choice->mins[batch] = best_min;
  choice->errors[batch] = best_error;
}

// Alternates between multiples and units, from several units on.
template <int kLimit>
inline K4Choice SearchChunk(const K4Groups& groups) {
  constexpr float kLargest[] = {63.0f, 58.0f, 52.0f};
  constexpr int kRounds = 3;
  AffineCandidate fits[kK4Batches];
  Floats scales[kK4Batches];
  Floats offsets[kK4Batches];
  for (int batch = 0; batch < kK4Batches; ++batch) {
    fits[batch] = SettleAffine<kLimit>(
        groups[batch],
        SearchAffine<kLimit>(groups[batch], /*positive_min_allowed=*/false),
        /*positive_min_allowed=*/false, [](Floats x) { return x; });
    scales[batch] = fits[batch].scale;
    offsets[batch] = -fits[batch].min;
  }
  K4Choice best = {};
  for (Floats& error : best.errors) error = Broadcast(__builtin_inff());
  for (float largest : kLargest) {
    K4Choice choice = {};
    StartUnits(scales, largest, choice.units);
    StartUnits(offsets, largest, choice.min_units);
    for (int round = 0; round < kRounds; ++round) {
      if (round > 0) ImproveUnits<kLimit>(groups, &choice);
      for (int batch = 0; batch < kK4Batches; ++batch) {
        ChooseMultiples<kLimit>(groups[batch], fits[batch], batch, &choice);
      }
      KeepBetter(choice, &best);
    }
  }
  return best;
}

template <int kLimit>
inline void QuantizeChoice(const K4Groups& groups, const K4Choice& choice,
                           uint8_t* quants) {
  for (int batch = 0; batch < kK4Batches; ++batch) {
    const Floats inverse =
        InverseOrZero(choice.units[batch] * choice.scales[batch]);
    const Floats offset = choice.min_units[batch] * choice.mins[batch];
    Floats lanes[kK4SubBlock];
    for (int i = 0; i < kK4SubBlock; ++i) {
      lanes[i] = NearestClamped(inverse * (groups[batch].values[i] + offset), 0,
                                kLimit);
    }
    StoreQuants(lanes, quants + batch * kLanes * kK4SubBlock);
  }
}

inline void LoadChunk(const float* values, const float* importance, int chunk,
                      K4Groups& groups) {
  const int sub_blocks = kK4SubBlocks * chunk;
  for (int batch = 0; batch < kK4Batches; ++batch) {
    const int first = batch * kLanes;
    const int count = std::min(kLanes, sub_blocks - first);
    const int64_t offset = int64_t{kK4SubBlock} * first;
    LoadGroups(values + offset, kK4SubBlock, count, kK4SubBlock,
               groups[batch].values);
    if (importance != nullptr) {
      LoadGroups(importance + offset, kK4SubBlock, count, kK4SubBlock,
                 groups[batch].weights);
    } else {
      WeighByMagnitude(&groups[batch]);
    }
  }
}

template <typename Block, int kLimit>
inline void SearchAffineSuperBlocks(const float* values, int64_t elements,
                                    const float* importance, uint8_t* blocks) {
  const int64_t count = elements / kSuperBlock;
  for (int64_t first = 0; first < count; first += kChunk) {
    const int chunk =
        static_cast<int>(std::min<int64_t>(kChunk, count - first));
    const int64_t offset = first * kSuperBlock;
    K4Groups groups;
    LoadChunk(values + offset,
              importance == nullptr ? nullptr : importance + offset, chunk,
              groups);
    const K4Choice choice = SearchChunk<kLimit>(groups);
    uint8_t quants[kSuperBlock * kChunk];
    QuantizeChoice<kLimit>(groups, choice, quants);
    K4Array units, min_units, scales, mins;
    ToArray(choice.units, units);
    ToArray(choice.min_units, min_units);
    ToArray(choice.scales, scales);
    ToArray(choice.mins, mins);
    for (int b = 0; b < chunk; ++b) {
      const int sub_block = kK4SubBlocks * b;
      Block block = {};
      block.scale = StoreScale(units[sub_block]);
      block.min = StoreScale(min_units[sub_block]);
      for (int j = 0; j < kK4SubBlocks; ++j) {
        SetScaleAndMin({static_cast<uint8_t>(scales[sub_block + j]),
                        static_cast<uint8_t>(mins[sub_block + j])},
                       j, block.scales);
      }
      PackQuants(quants + kSuperBlock * b, &block);
      std::memcpy(blocks + (first + b) * sizeof(block), &block, sizeof(block));
    }
  }
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_AFFINE_SUPER_BLOCK_SEARCH_INL_H_
