// Searches for the scale (and offset) of groups of weights, one group per
// lane, that minimize the weighted squared error of their quants. Included
// only by codecs_<isa>.cc, as lanes-inl.h.
#ifndef FORMATS_QUANT_SCALE_SEARCH_INL_H_
#define FORMATS_QUANT_SCALE_SEARCH_INL_H_

#include <stdint.h>

#include "formats/quant/lanes-inl.h"

namespace tessera {
namespace {

// The results are those of ggml's reference quantizers to the last bit, so the
// order of the float32 operations is part of the interface. A group has kCount
// values x[i] with nonnegative error weights w[i] and gets quants q[i].
// Branches of the reference are selections here, as lanes decide differently.

// Groups whose largest magnitude is below this are stored as zeros.
constexpr float kNegligible = 1e-15f;

// x and w of a group.
template <int kCount>
struct Group {
  Floats values[kCount];
  Floats weights[kCount];
};

// sum x[i]^2, added in order.
template <int kCount>
inline Floats SumOfSquares(const Group<kCount>& group) {
  Floats sum = {};
  for (Floats x : group.values) sum += x * x;
  return sum;
}

// The value of largest magnitude, the first of equals.
template <int kCount>
inline Floats Extreme(const Floats (&values)[kCount]) {
  Floats magnitude = {};
  Floats extreme = {};
  for (Floats x : values) {
    const Ints larger = Abs(x) > magnitude;
    magnitude = larger ? Abs(x) : magnitude;
    extreme = larger ? x : extreme;
  }
  return extreme;
}

// Replaces an importance in `weights` by importance[i] * sqrt(variance +
// x[i]^2). Large values count more, but not all if the group is small beside
// its surroundings, whose mean square is `variance` up to a factor.
template <int kCount>
inline void WeighErrors(Floats variance, Group<kCount>* group) {
  for (int i = 0; i < kCount; ++i) {
    const Floats x = group->values[i];
    group->weights[i] *= Sqrt(variance + x * x);
  }
}

// Error weights without importance: the group's root mean square + |x|. Used by
// Q4_K and Q5_K, and by all searches with high effort.
template <int kCount>
inline void WeighByMagnitude(Group<kCount>* group) {
  const Floats root_mean_square = Sqrt(SumOfSquares(*group) / kCount);
  for (int i = 0; i < kCount; ++i) {
    group->weights[i] = root_mean_square + Abs(group->values[i]);
  }
}

// x[i] ~ scale * (q[i] - limit) with 0 <= q[i] < 2 * limit. The scale's sign is
// that for which the value of largest magnitude is nearly -limit.
struct SymmetricFit {
  Floats scale;
  Floats inverse;   // what the values were multiplied with before rounding
  Ints negligible;  // groups of zeros; all quants are 0
};

// Tries 19 scales around -extreme / limit. For each, the quants are fixed by
// rounding, and the best scale for them is a weighted linear regression through
// the origin, S(wxq) / S(wqq), whose error is S(wxx) - S(wxq)^2 / S(wqq).
// Used by Q6_K, and by Q4_0 and Q5_0 with importance.
template <int kLimit, int kCount>
inline SymmetricFit FitSymmetric(const Group<kCount>& group) {
  const Floats extreme = Extreme(group.values);
  SymmetricFit fit = {{}, {}, Abs(extreme) < kNegligible};
  Floats explained = {};  // S(wxx) minus the error
  constexpr int kSteps = 9;
  // The reference's start is step 0, whatever its sums.
  for (int i = 0; i <= 2 * kSteps; ++i) {
    const int step = i == 0 ? 0 : i <= kSteps ? i - 1 - kSteps : i - kSteps;
    const Floats inverse =
        -(static_cast<float>(kLimit) + 0.1f * static_cast<float>(step)) /
        extreme;
    Floats wxq = {};
    Floats wqq = {};
    for (int k = 0; k < kCount; ++k) {
      const Floats x = group.values[k];
      const Floats w = group.weights[k];
      const Floats q = NearestClamped(inverse * x, -kLimit, kLimit - 1);
      wxq += w * x * q;
      wqq += w * q * q;
    }
    const Floats scale = wxq / wqq;
    if (step == 0) {
      fit.inverse = inverse;
      fit.scale = wqq != 0.0f ? scale : Floats{};
      explained = fit.scale * wxq;
      continue;
    }
    const Ints better = (wqq > 0.0f) & (wxq * wxq > explained * wqq);
    fit.scale = better ? scale : fit.scale;
    explained = better ? scale * wxq : explained;
    fit.inverse = better ? inverse : fit.inverse;
  }
  fit.scale = fit.negligible ? Floats{} : fit.scale;
  return fit;
}

// The quants that `fit` stands for.
template <int kLimit, int kCount>
inline void QuantizeSymmetric(const Group<kCount>& group,
                              const SymmetricFit& fit, Floats* quants) {
  for (int i = 0; i < kCount; ++i) {
    const Floats q =
        NearestClamped(fit.inverse * group.values[i], -kLimit, kLimit - 1) +
        static_cast<float>(kLimit);
    quants[i] = fit.negligible ? Floats{} : q;
  }
}

// Candidates for 1 / scale in FitAffine: (limit + first + step * i) / range,
// for 0 <= i <= steps.
struct InverseScaleGrid {
  float first;
  float step;
  int steps;
};

// x[i] ~ scale * q[i] + min. `min` is never above zero, so that zero lies in
// the range; `scale` is not negative but for rounding.
struct AffineFit {
  Floats scale;
  Floats min;
  // q[i] is inverse * (x[i] - base), rounded, but 0 where `flat`.
  Floats inverse;
  Floats base;
  Ints flat;
};

template <int kLimit, int kCount>
inline void QuantizeAffine(const Floats (&values)[kCount], const AffineFit& fit,
                           Floats* quants) {
  for (int i = 0; i < kCount; ++i) {
    const Floats q =
        NearestClamped(fit.inverse * (values[i] - fit.base), 0, kLimit);
    quants[i] = fit.flat ? Floats{} : q;
  }
}

// Sums over the values alone; they do not depend on the quants.
struct ValueSums {
  Floats w;
  Floats wx;
};

// Rounds with fit->inverse and fit->base, and sets scale and min to the
// weighted regression of the values on those quants. Returns the lanes that
// have one; all quants of the others are equal.
template <int kLimit, int kCount>
inline Ints Regress(const Group<kCount>& group, const ValueSums& sums,
                    Floats* quants, AffineFit* fit) {
  Floats wq = {};
  Floats wqq = {};
  Floats wqx = {};
  for (int i = 0; i < kCount; ++i) {
    const Floats x = group.values[i];
    const Floats q = NearestClamped(fit->inverse * (x - fit->base), 0, kLimit);
    const Floats w_q = group.weights[i] * q;
    wq += w_q;
    wqq += w_q * q;
    wqx += w_q * x;
    quants[i] = q;
  }
  const Floats determinant = sums.w * wqq - wq * wq;
  fit->scale = (sums.w * wqx - sums.wx * wq) / determinant;
  fit->min = (wqq * sums.wx - wq * wqx) / determinant;
  const Ints positive = fit->min > 0.0f;
  fit->scale = positive ? wqx / wqq : fit->scale;
  fit->min = positive ? Floats{} : fit->min;
  return determinant > 0.0f;
}

template <int kCount>
inline Floats AffineError(const Group<kCount>& group, const Floats* quants,
                          const AffineFit& fit) {
  Floats error = {};
  for (int i = 0; i < kCount; ++i) {
    const Floats difference = fit.scale * quants[i] + fit.min - group.values[i];
    error += group.weights[i] * (difference * difference);
  }
  return error;
}

// Finds scale, min and quants, 0 <= q[i] <= kLimit.
//
// Starts from the range of the values. For every candidate the quants are fixed
// by rounding, and scale and min follow from a weighted linear regression (2x2
// normal equations); a positive min is replaced by zero. The fit with the
// smallest error S(w (scale q + min - x)^2) is kept. Candidates after an
// improvement use the improved min. Used by Q4_K and Q5_K, and by Q4_1 and Q5_1
// with importance.
template <int kLimit, int kCount>
inline AffineFit FitAffine(const Group<kCount>& group,
                           const InverseScaleGrid& grid) {
  Floats min = group.values[0];
  Floats max = group.values[0];
  ValueSums sums = {group.weights[0], group.weights[0] * group.values[0]};
  for (int i = 1; i < kCount; ++i) {
    const Floats x = group.values[i];
    min = Min(x, min);
    max = Max(x, max);
    sums.w += group.weights[i];
    sums.wx += group.weights[i] * x;
  }
  min = min > 0.0f ? Floats{} : min;

  AffineFit best;
  best.flat = max <= min;
  best.inverse = static_cast<float>(kLimit) / (max - min);
  best.base = min;
  best.scale = 1.0f / best.inverse;
  best.min = min;
  Floats quants[kCount];
  for (int i = 0; i < kCount; ++i) {
    quants[i] =
        NearestClamped(best.inverse * (group.values[i] - min), 0, kLimit);
  }
  Floats best_error = AffineError(group, quants, best);

  for (int i = 0; i <= grid.steps; ++i) {
    AffineFit fit;
    fit.base = best.min;
    fit.inverse = (grid.first + grid.step * static_cast<float>(i) +
                   static_cast<float>(kLimit)) /
                  (max - best.min);
    const Ints solved = Regress<kLimit>(group, sums, quants, &fit);
    const Floats error = AffineError(group, quants, fit);
    const Ints better = solved & (error < best_error);
    best_error = better ? error : best_error;
    best.scale = better ? fit.scale : best.scale;
    best.min = better ? fit.min : best.min;
    best.inverse = better ? fit.inverse : best.inverse;
    best.base = better ? fit.base : best.base;
  }
  best.scale = best.flat ? Floats{} : best.scale;
  best.min = best.flat ? min : best.min;
  return best;
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_SCALE_SEARCH_INL_H_
