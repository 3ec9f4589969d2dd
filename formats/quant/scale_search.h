// Searches for the scale (and offset) of a group of weights that minimize the
// weighted squared error of their quants.
#ifndef FORMATS_QUANT_SCALE_SEARCH_H_
#define FORMATS_QUANT_SCALE_SEARCH_H_

#include <cstdint>

namespace tessera {

// The results are those of ggml's reference quantizers to the last bit, so the
// order of the float32 operations is part of the interface. A group has
// `count` >= 1 values x[i] with nonnegative error weights w[i] and gets quants
// q[i]. Nothing is allocated; all functions are thread-safe.

// Groups whose largest magnitude is below this are stored as zeros.
inline constexpr float kNegligible = 1e-15f;

// Largest `count`.
inline constexpr int kMaxGroup = 32;

// sum x[i]^2, added in order.
float SumOfSquares(const float* values, int64_t count);

// Error weights from an importance matrix: importance[i] * sqrt(variance +
// x[i]^2). Large values count more, but not all if the group is small beside
// its surroundings, whose mean square is `variance` up to a factor.
void WeighErrors(const float* values, const float* importance, int count,
                 float variance, float* weights);

// x[i] ~ scale * (q[i] - limit) with 0 <= q[i] < 2 * limit. Returns the scale;
// its sign is that for which the value of largest magnitude is nearly -limit.
//
// Tries 19 scales around -extreme / limit. For each, the quants are fixed by
// rounding, and the best scale for them is a weighted linear regression through
// the origin, S(wxq) / S(wqq), whose error is S(wxx) - S(wxq)^2 / S(wqq).
// Used by Q6_K, and by Q4_0 and Q5_0 with importance.
float FitSymmetric(const float* values, const float* weights, int count,
                   int limit, uint8_t* quants);

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
  float scale;
  float min;
};

// Finds scale, min and quants, 0 <= q[i] <= limit.
//
// Starts from the range of the values. For every candidate the quants are fixed
// by rounding, and scale and min follow from a weighted linear regression (2x2
// normal equations); a positive min is replaced by zero. The fit with the
// smallest error S(w (scale q + min - x)^2) is kept. Candidates after an
// improvement use the improved min. Used by Q4_K and Q5_K, and by Q4_1 and Q5_1
// with importance.
AffineFit FitAffine(const float* values, const float* weights, int count,
                    int limit, const InverseScaleGrid& grid, uint8_t* quants);

// x[i] ~ scale * q[i] with 0 <= q[i] <= limit; returns the scale. Used for the
// sub-block scales and mins of Q4_K and Q5_K with importance.
//
// Tries 9 scales around max / limit, then moves single quants as long as that
// lowers the error, for at most 5 sweeps. A negative x[i] gets quant 0. (The
// fit of a sub-block's scale can come out negative by rounding where at most
// one value has any weight; there the reference wraps around to 255.)
float FitNonnegative(const float* values, const float* weights, int count,
                     int limit, uint8_t* quants);

}  // namespace tessera

#endif  // FORMATS_QUANT_SCALE_SEARCH_H_
