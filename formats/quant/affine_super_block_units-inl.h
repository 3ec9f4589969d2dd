// The units of Q4_K and Q5_K with high effort, and what is chosen with them.
// Included only by codecs_<isa>.cc.
#ifndef FORMATS_QUANT_AFFINE_SUPER_BLOCK_UNITS_INL_H_
#define FORMATS_QUANT_AFFINE_SUPER_BLOCK_UNITS_INL_H_

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "formats/quant/affine_search-inl.h"
#include "formats/quant/affine_super_block_fits-inl.h"
#include "formats/quant/lanes-inl.h"
#include "formats/quant/origin_search-inl.h"
#include "formats/quant/scale_search-inl.h"
#include "formats/quant/stored_scale-inl.h"

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

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_AFFINE_SUPER_BLOCK_UNITS_INL_H_
