// The search for scale and minimum with high effort, one group of weights per
// lane: x ~ scale * q + min. Included only by codecs_<isa>.cc.
#ifndef FORMATS_QUANT_AFFINE_SEARCH_INL_H_
#define FORMATS_QUANT_AFFINE_SEARCH_INL_H_

#include "formats/quant/lanes-inl.h"
#include "formats/quant/origin_search-inl.h"
#include "formats/quant/scale_search-inl.h"

namespace tessera {
namespace {

// Scale and min of every lane and the error S(w (scale q + min - x)^2), up to
// a constant.
struct AffineCandidate {
  Floats scale;
  Floats min;
  Floats error;
};

inline void KeepBetter(const AffineCandidate& candidate,
                       AffineCandidate* best) {
  const Ints better = candidate.error < best->error;
  best->scale = better ? candidate.scale : best->scale;
  best->min = better ? candidate.min : best->min;
  best->error = better ? candidate.error : best->error;
}

// Sums over the values alone.
template <int kCount>
inline ValueSums SumValues(const Group<kCount>& group) {
  ValueSums sums = {};
  for (int i = 0; i < kCount; ++i) {
    sums.w += group.weights[i];
    sums.wx += group.weights[i] * group.values[i];
  }
  return sums;
}

// The other sums that a regression of x on q needs.
struct QuantSums {
  Floats wq;
  Floats wqq;
  Floats wxq;
};

// q[i] = inverse * (x[i] - base), rounded.
template <int kLimit, int kCount>
inline QuantSums SumQuants(const Group<kCount>& group, Floats inverse,
                           Floats base) {
  QuantSums sums = {};
  for (int i = 0; i < kCount; ++i) {
    const Floats x = group.values[i];
    const Floats q = NearestClamped(inverse * (x - base), 0, kLimit);
    const Floats w_q = group.weights[i] * q;
    sums.wq += w_q;
    sums.wqq += w_q * q;
    sums.wxq += w_q * x;
  }
  return sums;
}

// The error of scale and min with the nearest quants.
template <int kLimit, int kCount>
inline Floats RoundedAffineError(const Group<kCount>& group, Floats scale,
                                 Floats min) {
  const Floats inverse = InverseOrZero(scale);
  Floats error = {};
  for (int i = 0; i < kCount; ++i) {
    const Floats x = group.values[i];
    const Floats q = NearestClamped(inverse * (x - min), 0, kLimit);
    const Floats difference = q * scale + min - x;
    error += group.weights[i] * (difference * difference);
  }
  return error;
}

// The regression; where all quants are equal, or min may not be positive and
// is, that through the origin. Sets the error less S(wxx), which does not
// depend on the quants.
inline AffineCandidate SolveAffine(const ValueSums& values,
                                   const QuantSums& quants,
                                   bool positive_min_allowed) {
  const Floats determinant = values.w * quants.wqq - quants.wq * quants.wq;
  const Floats covariance = values.w * quants.wxq - values.wx * quants.wq;
  const Floats slope = covariance / determinant;
  const Floats min = (values.wx - slope * quants.wq) / values.w;
  Ints through_origin = ~(determinant > 0.0f);
  if (!positive_min_allowed) through_origin |= min > 0.0f;
  const Floats origin_slope = quants.wxq / quants.wqq;
  return {through_origin ? origin_slope : slope,
          through_origin ? Floats{} : min,
          through_origin ? -(origin_slope * quants.wxq)
                         : -(slope * quants.wxq + min * values.wx)};
}

struct RangeOfLanes {
  Floats min;
  Floats max;
};

template <int kCount>
inline RangeOfLanes FindRange(const Floats (&values)[kCount]) {
  RangeOfLanes range = {values[0], values[0]};
  for (Floats x : values) {
    range.min = Min(x, range.min);
    range.max = Max(x, range.max);
  }
  return range;
}

// The best regression over a grid of ranges: the smallest value goes to -below,
// the largest to kLimit + above, for several of each. (Clipped values, above
// and below zero, matter where weights differ much.)
template <int kLimit, int kCount>
inline AffineCandidate SearchAffine(const Group<kCount>& group,
                                    bool positive_min_allowed) {
  constexpr float kEnds[] = {-0.8f, -0.4f, 0.0f, 0.4f, 0.8f, 1.4f, 2.2f};
  const ValueSums sums = SumValues(group);
  RangeOfLanes range = FindRange(group.values);
  if (!positive_min_allowed) range.min = Min(range.min, Floats{});
  AffineCandidate best = {{}, range.min, {}};
  for (float below : kEnds) {
    for (float above : kEnds) {
      const float steps = static_cast<float>(kLimit) + below + above;
      const Floats inverse = steps / (range.max - range.min);
      const Floats base = range.min + below / inverse;
      KeepBetter(SolveAffine(sums, SumQuants<kLimit>(group, inverse, base),
                             positive_min_allowed),
                 &best);
    }
  }
  return best;
}

// Rounding and regression in turn. `store` rounds a scale and a min to what is
// stored; a stored scale changes the best min.
template <int kLimit, int kCount, typename Store>
inline AffineCandidate SettleAffine(const Group<kCount>& group,
                                    const AffineCandidate& start,
                                    bool positive_min_allowed, Store store) {
  constexpr int kRounds = 4;
  AffineCandidate best = {store(start.scale), store(start.min), {}};
  best.error = RoundedAffineError<kLimit>(group, best.scale, best.min);
  const ValueSums values = SumValues(group);
  AffineCandidate current = best;
  for (int round = 0; round < kRounds; ++round) {
    const QuantSums quants =
        SumQuants<kLimit>(group, InverseOrZero(current.scale), current.min);
    const AffineCandidate solved =
        SolveAffine(values, quants, positive_min_allowed);
    current.scale = store(solved.scale);
    const Floats min =
        store((values.wx - current.scale * quants.wq) / values.w);
    current.min = solved.min == 0.0f ? Floats{} : min;
    current.error =
        RoundedAffineError<kLimit>(group, current.scale, current.min);
    KeepBetter(current, &best);
  }
  return best;
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_AFFINE_SEARCH_INL_H_
