// The scales or mins of a super-block's sub-blocks as small multiples of one
// number; a super-block per lane. Included only by codecs_<isa>.cc.
#ifndef FORMATS_QUANT_MULTIPLES_SEARCH_INL_H_
#define FORMATS_QUANT_MULTIPLES_SEARCH_INL_H_

#include "formats/quant/lanes-inl.h"
#include "formats/quant/scale_search-inl.h"

namespace tessera {
namespace {

constexpr int kMaxMultiple = 63;

// x[i] ~ unit * multiples[i] with integers 0 <= multiples[i] <= kMaxMultiple.
template <int kCount>
struct Multiples {
  Floats unit;
  Floats multiples[kCount];
};

// std::max over the values and zero.
template <int kCount>
inline Floats LargestPositive(const Floats (&values)[kCount]) {
  Floats max = {};
  for (Floats x : values) max = Max(x, max);
  return max;
}

// The largest becomes kMaxMultiple. Used by Q4_K and Q5_K without importance.
template <int kCount>
inline Multiples<kCount> QuantizeToMaximum(const Floats (&values)[kCount]) {
  constexpr float kMax = kMaxMultiple;
  const Floats max = LargestPositive(values);
  Multiples<kCount> result;
  result.unit = max / kMax;
  const Floats inverse = max > 0.0f ? kMax / max : Floats{};
  for (int j = 0; j < kCount; ++j) {
    result.multiples[j] = NearestClamped(inverse * values[j], 0, kMaxMultiple);
  }
  return result;
}

template <int kCount>
inline Floats NonnegativeError(const Group<kCount>& group, Floats inverse) {
  const Floats unit = 1.0f / inverse;
  Floats error = {};
  for (int i = 0; i < kCount; ++i) {
    const Floats x = group.values[i];
    const Floats difference =
        x - unit * NearestClamped(inverse * x, 0, kMaxMultiple);
    error += group.weights[i] * difference * difference;
  }
  return error;
}

// The inverse unit with the smallest error around kMaxMultiple / max.
template <int kCount>
inline Floats BestInverseUnit(const Group<kCount>& group, Floats max) {
  constexpr float kMax = kMaxMultiple;
  Floats best = kMax / max;
  Floats best_error = NonnegativeError(group, best);
  for (int step = -4; step <= 4; ++step) {
    if (step == 0) continue;
    const Floats inverse = (0.1f * static_cast<float>(step) + kMax) / max;
    const Floats error = NonnegativeError(group, inverse);
    const Ints better = error < best_error;
    best_error = better ? error : best_error;
    best = better ? inverse : best;
  }
  return best;
}

// Weighted sums that a regression through the origin needs.
struct OriginSums {
  Floats wxq;
  Floats wqq;
};

// Gives `quant` the value that is best with all other quants fixed, where that
// lowers the error. Returns the lanes where it did.
inline Ints ImproveQuant(Floats value, Floats weight, Floats* quant,
                         OriginSums* sums) {
  const OriginSums others = {sums->wxq - weight * value * *quant,
                             sums->wqq - weight * *quant * *quant};
  const Floats q =
      NearestClamped(value * others.wqq / others.wxq, 0, kMaxMultiple);
  const OriginSums changed = {others.wxq + weight * value * q,
                              others.wqq + weight * q * q};
  const Ints better = (others.wxq > 0.0f) & (others.wqq > 0.0f) &
                      (q != *quant) &
                      (changed.wxq * changed.wxq * sums->wqq >
                       sums->wxq * sums->wxq * changed.wqq);
  *quant = better ? q : *quant;
  sums->wxq = better ? changed.wxq : sums->wxq;
  sums->wqq = better ? changed.wqq : sums->wqq;
  return better;
}

// Used by Q4_K and Q5_K with importance. Tries 9 units around max /
// kMaxMultiple, then moves single multiples as long as that lowers the error,
// for at most 5 sweeps. A negative x[i] gets 0. (The fit of a sub-block's scale
// can come out negative by rounding where at most one value has any weight;
// there the reference wraps around to 255.)
template <int kCount>
inline Multiples<kCount> QuantizeByWeight(const Group<kCount>& group) {
  constexpr int kMaxSweeps = 5;
  const Floats max = LargestPositive(group.values);
  const Ints negligible = max < kNegligible;
  const Floats inverse = BestInverseUnit(group, max);
  Multiples<kCount> result;
  OriginSums sums = {};
  for (int i = 0; i < kCount; ++i) {
    const Floats x = group.values[i];
    const Floats w = group.weights[i];
    const Floats q = NearestClamped(inverse * x, 0, kMaxMultiple);
    sums.wxq += w * x * q;
    sums.wqq += w * q * q;
    result.multiples[i] = q;
  }
  for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
    Ints improved = {};
    for (int i = 0; i < kCount; ++i) {
      improved |= ImproveQuant(group.values[i], group.weights[i],
                               &result.multiples[i], &sums);
    }
    if (!Any(improved)) break;
  }
  const Floats unit = sums.wqq > 0.0f ? sums.wxq / sums.wqq : Floats{};
  result.unit = negligible ? Floats{} : unit;
  for (Floats& q : result.multiples) q = negligible ? Floats{} : q;
  return result;
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_MULTIPLES_SEARCH_INL_H_
