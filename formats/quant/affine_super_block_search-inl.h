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
#include "formats/quant/lanes-inl.h"
#include "formats/quant/stored_scale-inl.h"
#include "formats/quant/super_blocks-inl.h"

namespace tessera {
namespace {

// A chunk's sub-blocks, kLanes to a batch, in order.
constexpr int kK4Batches = kK4SubBlocks * kChunk / kLanes;
using K4Groups = Group<kK4SubBlock>[kK4Batches];

// What is stored of a chunk but the quants: value ~ (unit * scale) * q -
// (min_unit * min). Units are the same in all lanes of a super-block; scales
// and mins are 0 to kMaxMultiple.
struct K4Choice {
  Floats units[kK4Batches];
  Floats min_units[kK4Batches];
  Floats scales[kK4Batches];
  Floats mins[kK4Batches];
  Floats errors[kK4Batches];  // of the sub-blocks
};

// One number per sub-block of a chunk.
using K4Array = float[kK4Batches * kLanes];

inline void ToArray(const Floats (&lanes)[kK4Batches], K4Array& array) {
  std::memcpy(array, lanes, sizeof(array));
}

inline void FromArray(const K4Array& array, Floats (&lanes)[kK4Batches]) {
  std::memcpy(lanes, array, sizeof(array));
}

// For each super-block b, sets the lanes of its sub-blocks to
// of_super_block(b, j), j being its first sub-block.
template <typename OfSuperBlock>
inline void FillSuperBlocks(OfSuperBlock of_super_block,
                            Floats (&lanes)[kK4Batches]) {
  K4Array array;
  for (int j = 0; j < kChunk * kK4SubBlocks; j += kK4SubBlocks) {
    std::fill_n(array + j, kK4SubBlocks, of_super_block(j));
  }
  FromArray(array, lanes);
}

// Units for which the largest fit of a super-block becomes `largest`.
inline void StartUnits(const Floats (&fits)[kK4Batches], float largest,
                       Floats (&units)[kK4Batches]) {
  K4Array array;
  ToArray(fits, array);
  FillSuperBlocks(
      [&](int first) {
        return *std::max_element(array + first, array + first + kK4SubBlocks) /
               largest;
      },
      units);
  for (Floats& unit : units) unit = RoundToF16(unit);
}

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
    const Floats scale =
        NearestClamped(fit.scale * inverse_unit + static_cast<float>(reach), 0,
                       kMaxMultiple);
    const Floats min =
        SettleMin<kLimit>(group, unit * scale, min_unit, start);
    const Floats error = RoundedAffineError<kLimit>(group, unit * scale,
                                                    -(min_unit * min));
    const Ints better = error < best_error;
    best_scale = better ? scale : best_scale;
    best_min = better ? min : best_min;
    best_error = better ? error : best_error;
  }
  choice->scales[batch] = best_scale;
  choice->mins[batch] = best_min;
  choice->errors[batch] = best_error;
}

// Sums over the quants of sub-blocks, for the regression of a super-block.
struct K4Sums {
  K4Array w, wx, wq, wqq, wxq;
  K4Array scales, mins;
};

template <int kLimit>
inline void SumChunk(const K4Groups& groups, const K4Choice& choice,
                     K4Sums* sums) {
  for (int batch = 0; batch < kK4Batches; ++batch) {
    const Floats scale = choice.units[batch] * choice.scales[batch];
    const Floats min = choice.min_units[batch] * choice.mins[batch];
    const ValueSums values = SumValues(groups[batch]);
    const QuantSums quants =
        SumQuants<kLimit>(groups[batch], InverseOrZero(scale), -min);
    const int first = batch * kLanes;
    StoreFloats(values.w, sums->w + first);
    StoreFloats(values.wx, sums->wx + first);
    StoreFloats(quants.wq, sums->wq + first);
    StoreFloats(quants.wqq, sums->wqq + first);
    StoreFloats(quants.wxq, sums->wxq + first);
  }
  ToArray(choice.scales, sums->scales);
  ToArray(choice.mins, sums->mins);
}

struct Units {
  float unit;
  float min_unit;
};

// The units of the super-block from sub-block `first` on that are best with
// quants and multiples fixed: a weighted regression of x on scale * q and -min
// (2x2 normal equations). `old` if there is none.
inline Units SolveUnits(const K4Sums& sums, int first, const Units& old) {
  double a = 0, b = 0, c = 0, p = 0, r = 0;
  for (int j = first; j < first + kK4SubBlocks; ++j) {
    const double scale = sums.scales[j];
    const double min = sums.mins[j];
    a += scale * scale * sums.wqq[j];
    b += scale * min * sums.wq[j];
    c += min * min * sums.w[j];
    p += scale * sums.wxq[j];
    r += min * sums.wx[j];
  }
  const double determinant = a * c - b * b;
  Units units = old;
  if (determinant > 1e-9 * a * c) {
    units = {static_cast<float>((p * c - b * r) / determinant),
             static_cast<float>((p * b - a * r) / determinant)};
  } else if (a > 0) {
    units.unit = static_cast<float>((p + old.min_unit * b) / a);
  }
  return units.unit > 0.0f && units.min_unit >= 0.0f ? units : old;
}

template <int kLimit>
inline void ImproveUnits(const K4Groups& groups, K4Choice* choice) {
  K4Sums sums;
  SumChunk<kLimit>(groups, *choice, &sums);
  K4Array units, min_units;
  ToArray(choice->units, units);
  ToArray(choice->min_units, min_units);
  const auto solve = [&](int first) {
    return SolveUnits(sums, first, {units[first], min_units[first]});
  };
  FillSuperBlocks([&](int first) { return solve(first).unit; }, choice->units);
  FillSuperBlocks([&](int first) { return solve(first).min_unit; },
                  choice->min_units);
  for (int batch = 0; batch < kK4Batches; ++batch) {
    choice->units[batch] = RoundToF16(choice->units[batch]);
    choice->min_units[batch] = RoundToF16(choice->min_units[batch]);
  }
}

// Replaces the super-blocks of *best that have a larger error.
inline void KeepBetter(const K4Choice& choice, K4Choice* best) {
  K4Array errors, best_errors;
  ToArray(choice.errors, errors);
  ToArray(best->errors, best_errors);
  Floats better_lanes[kK4Batches];
  FillSuperBlocks(
      [&](int first) {
        double error = 0, best_error = 0;
        for (int j = first; j < first + kK4SubBlocks; ++j) {
          error += errors[j];
          best_error += best_errors[j];
        }
        return error < best_error ? 1.0f : 0.0f;
      },
      better_lanes);
  for (int batch = 0; batch < kK4Batches; ++batch) {
    const Ints better = better_lanes[batch] != 0.0f;
    const auto keep = [&](Floats(K4Choice::*lanes)[kK4Batches]) {
      Floats& kept = (best->*lanes)[batch];
      kept = better ? (choice.*lanes)[batch] : kept;
    };
    keep(&K4Choice::units);
    keep(&K4Choice::min_units);
    keep(&K4Choice::scales);
    keep(&K4Choice::mins);
    keep(&K4Choice::errors);
  }
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
