#include "formats/quant/scale_search.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "formats/quant/rounding.h"

namespace tessera {
namespace {

// Weighted sums that a regression through the origin needs.
struct OriginSums {
  float wxq = 0.0f;
  float wqq = 0.0f;

  void Add(float weight, float value, float quant) {
    wxq += weight * value * quant;
    wqq += weight * quant * quant;
  }
};

int SymmetricQuant(float value, float inverse_scale, int limit) {
  return std::clamp(NearestInt(inverse_scale * value), -limit, limit - 1);
}

OriginSums SumSymmetric(const float* values, const float* weights, int count,
                        float inverse_scale, int limit) {
  OriginSums sums;
  for (int i = 0; i < count; ++i) {
    const int quant = SymmetricQuant(values[i], inverse_scale, limit);
    sums.Add(weights[i], values[i], static_cast<float>(quant));
  }
  return sums;
}

// The value of largest magnitude, the first of equals.
float Extreme(const float* values, int count) {
  float magnitude = 0.0f;
  float extreme = 0.0f;
  for (int i = 0; i < count; ++i) {
    if (std::fabs(values[i]) > magnitude) {
      magnitude = std::fabs(values[i]);
      extreme = values[i];
    }
  }
  return extreme;
}

}  // namespace

float SumOfSquares(const float* values, int64_t count) {
  float sum = 0.0f;
  for (int64_t i = 0; i < count; ++i) sum += values[i] * values[i];
  return sum;
}

void WeighErrors(const float* values, const float* importance, int count,
                 float variance, float* weights) {
  for (int i = 0; i < count; ++i) {
    weights[i] = importance[i] * std::sqrt(variance + values[i] * values[i]);
  }
}

float FitSymmetric(const float* values, const float* weights, int count,
                   int limit, uint8_t* quants) {
  const float extreme = Extreme(values, count);
  if (std::fabs(extreme) < kNegligible) {
    std::fill_n(quants, count, uint8_t{0});
    return 0.0f;
  }
  float best_inverse = -static_cast<float>(limit) / extreme;
  OriginSums sums = SumSymmetric(values, weights, count, best_inverse, limit);
  float scale = sums.wqq != 0.0f ? sums.wxq / sums.wqq : 0.0f;
  float explained = scale * sums.wxq;  // S(wxx) minus the error
  for (int step = -9; step <= 9; ++step) {
    if (step == 0) continue;
    const float inverse =
        -(static_cast<float>(limit) + 0.1f * static_cast<float>(step)) /
        extreme;
    sums = SumSymmetric(values, weights, count, inverse, limit);
    if (sums.wqq > 0.0f && sums.wxq * sums.wxq > explained * sums.wqq) {
      scale = sums.wxq / sums.wqq;
      explained = scale * sums.wxq;
      best_inverse = inverse;
    }
  }
  for (int i = 0; i < count; ++i) {
    quants[i] = static_cast<uint8_t>(
        limit + SymmetricQuant(values[i], best_inverse, limit));
  }
  return scale;
}

namespace {

void QuantizeAffine(const float* values, int count, float inverse_scale,
                    float min, int limit, uint8_t* quants) {
  for (int i = 0; i < count; ++i) {
    const int quant = NearestInt(inverse_scale * (values[i] - min));
    quants[i] = static_cast<uint8_t>(std::clamp(quant, 0, limit));
  }
}

float AffineError(const float* values, const float* weights,
                  const uint8_t* quants, int count, const AffineFit& fit) {
  float error = 0.0f;
  for (int i = 0; i < count; ++i) {
    const float quant = static_cast<float>(quants[i]);
    const float difference = fit.scale * quant + fit.min - values[i];
    error += weights[i] * (difference * difference);
  }
  return error;
}

// Weighted sums over the values alone; they do not depend on the quants.
struct ValueSums {
  float w;
  float wx;
};

// The regression of `values` on `quants`, or nullopt if all quants are equal.
std::optional<AffineFit> Regress(const float* values, const float* weights,
                                 const uint8_t* quants, int count,
                                 const ValueSums& sums) {
  float wq = 0.0f;
  float wqq = 0.0f;
  float wqx = 0.0f;
  for (int i = 0; i < count; ++i) {
    const float quant = static_cast<float>(quants[i]);
    wq += weights[i] * quant;
    wqq += weights[i] * quant * quant;
    wqx += weights[i] * quant * values[i];
  }
  const float determinant = sums.w * wqq - wq * wq;
  if (!(determinant > 0.0f)) return std::nullopt;
  AffineFit fit = {(sums.w * wqx - sums.wx * wq) / determinant,
                   (wqq * sums.wx - wq * wqx) / determinant};
  if (fit.min > 0.0f) fit = {wqx / wqq, 0.0f};
  return fit;
}

}  // namespace

AffineFit FitAffine(const float* values, const float* weights, int count,
                    int limit, const InverseScaleGrid& grid, uint8_t* quants) {
  float min = values[0];
  float max = values[0];
  ValueSums sums = {weights[0], weights[0] * values[0]};
  for (int i = 1; i < count; ++i) {
    if (values[i] < min) min = values[i];
    if (values[i] > max) max = values[i];
    sums.w += weights[i];
    sums.wx += weights[i] * values[i];
  }
  if (min > 0.0f) min = 0.0f;
  if (max <= min) {
    std::fill_n(quants, count, uint8_t{0});
    return {0.0f, min};
  }

  float inverse = static_cast<float>(limit) / (max - min);
  AffineFit best = {1.0f / inverse, min};
  QuantizeAffine(values, count, inverse, min, limit, quants);
  float best_error = AffineError(values, weights, quants, count, best);

  uint8_t candidate[kMaxGroup];
  for (int i = 0; i <= grid.steps; ++i) {
    inverse = (grid.first + grid.step * static_cast<float>(i) +
               static_cast<float>(limit)) /
              (max - best.min);
    QuantizeAffine(values, count, inverse, best.min, limit, candidate);
    const std::optional<AffineFit> fit =
        Regress(values, weights, candidate, count, sums);
    if (!fit.has_value()) continue;
    const float error = AffineError(values, weights, candidate, count, *fit);
    if (error < best_error) {
      best_error = error;
      best = *fit;
      std::copy_n(candidate, count, quants);
    }
  }
  return best;
}

namespace {

int NonnegativeQuant(float value, float inverse_scale, int limit) {
  return std::clamp(NearestInt(inverse_scale * value), 0, limit);
}

float NonnegativeError(const float* values, const float* weights, int count,
                       float inverse_scale, int limit) {
  const float scale = 1.0f / inverse_scale;
  float error = 0.0f;
  for (int i = 0; i < count; ++i) {
    const int quant = NonnegativeQuant(values[i], inverse_scale, limit);
    const float difference = values[i] - scale * static_cast<float>(quant);
    error += weights[i] * difference * difference;
  }
  return error;
}

// The inverse scale with the smallest error around limit / max.
float BestInverseScale(const float* values, const float* weights, int count,
                       float max, int limit) {
  float best = static_cast<float>(limit) / max;
  float best_error = NonnegativeError(values, weights, count, best, limit);
  for (int step = -4; step <= 4; ++step) {
    if (step == 0) continue;
    const float inverse =
        (0.1f * static_cast<float>(step) + static_cast<float>(limit)) / max;
    const float error =
        NonnegativeError(values, weights, count, inverse, limit);
    if (error < best_error) {
      best_error = error;
      best = inverse;
    }
  }
  return best;
}

// Gives quants[i] the value that is best with all other quants fixed, if that
// lowers the error. Returns whether it did.
bool ImproveQuant(float value, float weight, int limit, uint8_t* quant,
                  OriginSums* sums) {
  const float old_quant = static_cast<float>(*quant);
  OriginSums others = {sums->wxq - weight * value * old_quant,
                       sums->wqq - weight * old_quant * old_quant};
  if (!(others.wxq > 0.0f && others.wqq > 0.0f)) return false;
  const int new_quant =
      std::clamp(NearestInt(value * others.wqq / others.wxq), 0, limit);
  if (new_quant == *quant) return false;
  others.Add(weight, value, static_cast<float>(new_quant));
  if (!(others.wxq * others.wxq * sums->wqq >
        sums->wxq * sums->wxq * others.wqq)) {
    return false;
  }
  *quant = static_cast<uint8_t>(new_quant);
  *sums = others;
  return true;
}

}  // namespace

float FitNonnegative(const float* values, const float* weights, int count,
                     int limit, uint8_t* quants) {
  constexpr int kMaxSweeps = 5;
  float max = 0.0f;
  for (int i = 0; i < count; ++i) max = std::max(max, values[i]);
  if (max < kNegligible) {
    std::fill_n(quants, count, uint8_t{0});
    return 0.0f;
  }
  const float inverse = BestInverseScale(values, weights, count, max, limit);
  OriginSums sums;
  for (int i = 0; i < count; ++i) {
    const int quant = NonnegativeQuant(values[i], inverse, limit);
    quants[i] = static_cast<uint8_t>(quant);
    sums.Add(weights[i], values[i], static_cast<float>(quant));
  }
  for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
    bool improved = false;
    for (int i = 0; i < count; ++i) {
      improved |= ImproveQuant(values[i], weights[i], limit, &quants[i], &sums);
    }
    if (!improved) break;
  }
  return sums.wqq > 0.0f ? sums.wxq / sums.wqq : 0.0f;
}

}  // namespace tessera
