// The search for a scale with high effort, one group of weights per lane:
// x ~ scale * level, with levels of one's choice. Included only by
// codecs_<isa>.cc.
#ifndef FORMATS_QUANT_ORIGIN_SEARCH_INL_H_
#define FORMATS_QUANT_ORIGIN_SEARCH_INL_H_

#include "formats/quant/lanes-inl.h"
#include "formats/quant/multiples_search-inl.h"
#include "formats/quant/scale_search-inl.h"
#include "formats/quant/stored_scale-inl.h"

namespace tessera {
namespace {

// Where the value of largest magnitude may go: level first + step * i, for
// 0 <= i <= steps. Searches try it at level[0] and at -level[1]: the levels'
// ends differ, so a scale's sign matters.
struct TargetGrid {
  float first;
  float step;
  int steps;
};

inline Floats InverseOrZero(Floats x) {
  return x != 0.0f ? 1.0f / x : Floats{};
}

// `level(x)` is the level nearest to x, in every lane.
template <int kCount, typename Level>
inline OriginSums SumLevels(const Group<kCount>& group, Floats inverse,
                            Level level) {
  OriginSums sums = {};
  for (int i = 0; i < kCount; ++i) {
    const Floats x = group.values[i];
    const Floats q = level(inverse * x);
    const Floats weighted = group.weights[i] * q;
    sums.wxq += weighted * x;
    sums.wqq += weighted * q;
  }
  return sums;
}

// S(w (x - scale * level)^2) for levels as they are decoded.
template <int kCount, typename Level>
inline Floats OriginError(const Group<kCount>& group, Floats scale,
                          Level level) {
  const Floats inverse = InverseOrZero(scale);
  Floats error = {};
  for (int i = 0; i < kCount; ++i) {
    const Floats x = group.values[i];
    const Floats difference = scale * level(inverse * x) - x;
    error += group.weights[i] * (difference * difference);
  }
  return error;
}

// The scale of least error among those of both grids, each followed by the
// regression on its levels.
template <int kCount, typename Level>
inline Floats SearchGrids(const Group<kCount>& group,
                          const TargetGrid (&grids)[2], Level level) {
  const Floats extreme = Extreme(group.values);
  Floats scale = {};
  Floats explained = {};
  for (const TargetGrid& grid : grids) {
    for (int i = 0; i <= grid.steps; ++i) {
      const float target = grid.first + grid.step * static_cast<float>(i);
      const OriginSums sums = SumLevels(group, target / extreme, level);
      const Floats candidate = sums.wxq / sums.wqq;
      const Floats candidate_explained = candidate * sums.wxq;
      const Ints better = candidate_explained > explained;
      scale = better ? candidate : scale;
      explained = better ? candidate_explained : explained;
    }
  }
  return scale;
}

// Rounding to levels and regression in turn, from `scale` on, with the scales
// as they are stored; then the stored scale's neighbours. Returns the best of
// all.
template <int kCount, typename Level>
inline Floats SettleScale(const Group<kCount>& group, Floats scale,
                          Level level) {
  constexpr int kRounds = 3;
  Floats best = RoundToF16(scale);
  Floats best_error = OriginError(group, best, level);
  const auto consider = [&](Floats candidate) {
    const Floats error = OriginError(group, candidate, level);
    const Ints better = error < best_error;
    best = better ? candidate : best;
    best_error = better ? error : best_error;
  };
  for (int round = 0; round < kRounds; ++round) {
    const OriginSums sums = SumLevels(group, InverseOrZero(best), level);
    consider(RoundToF16(sums.wqq > 0.0f ? sums.wxq / sums.wqq : Floats{}));
  }
  const Floats step = Max(Abs(best) * 0x1p-10f, Broadcast(0x1p-24f));
  const Floats middle = best;
  consider(RoundToF16(middle + step));
  consider(RoundToF16(middle - step));
  return best;
}

template <int kCount, typename Level>
inline Floats SearchScale(const Group<kCount>& group,
                          const TargetGrid (&grids)[2], Level level) {
  return SettleScale(group, SearchGrids(group, grids, level), level);
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_ORIGIN_SEARCH_INL_H_
