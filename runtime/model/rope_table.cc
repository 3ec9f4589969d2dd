#include "runtime/model/rope_table.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

// How much of each frequency YaRN divides: 0 for the first pairs, 1 for the
// last.
class YarnRamp {
 public:
  YarnRamp(const Yarn& yarn, const RopeParameters& rope) {
    // The pair that turns that often within the original positions.
    const auto pair = [&](double turns) {
      return static_cast<double>(rope.dim) *
             std::log(yarn.original_positions / (2 * M_PI * turns)) /
             (2 * std::log(rope.theta));
    };
    low_ = pair(yarn.beta_fast);
    high_ = pair(yarn.beta_slow);
    if (yarn.rounded) {
      low_ = std::floor(low_);
      high_ = std::ceil(high_);
    }
    low_ = std::max(low_, 0.0);
    high_ = std::min(high_, static_cast<double>(rope.dim - 1));
    if (low_ == high_) high_ += 0.001;
  }

  double operator()(size_t pair) const {
    return std::clamp((static_cast<double>(pair) - low_) / (high_ - low_), 0.0,
                      1.0);
  }

 private:
  double low_;
  double high_;
};

}  // namespace

RopeTable::RopeTable(const RopeParameters& parameters,
                     absl::Span<const float> factors)
    : frequency_(parameters.dim / 2),
      attention_factor_(parameters.attention_factor) {
  for (size_t i = 0; i < frequency_.size(); ++i) {
    const double exponent =
        -2.0 * static_cast<double>(i) / static_cast<double>(parameters.dim);
    const double divisor = factors.empty() ? 1.0 : factors[i];
    frequency_[i] = std::pow(parameters.theta, exponent) /
                    (parameters.linear_factor * divisor);
  }
  if (!parameters.yarn.has_value()) return;
  const Yarn& yarn = *parameters.yarn;
  const YarnRamp ramp(yarn, parameters);
  for (size_t i = 0; i < frequency_.size(); ++i) {
    frequency_[i] *= 1 - ramp(i) + ramp(i) / yarn.factor;
  }
}

void RopeTable::Angles(int64_t position, float* cosines, float* sines) const {
  for (size_t i = 0; i < frequency_.size(); ++i) {
    const double angle = static_cast<double>(position) * frequency_[i];
    cosines[i] = static_cast<float>(std::cos(angle) * attention_factor_);
    sines[i] = static_cast<float>(std::sin(angle) * attention_factor_);
  }
}

ModelRope::ModelRope(const HyperParameters& parameters, const Factors& factors)
    : global_(parameters.rope, factors.short_contexts.empty()
                                   ? factors.all
                                   : factors.short_contexts),
      original_(parameters.original_positions) {
  if (!factors.long_contexts.empty()) {
    long_.emplace(parameters.rope, factors.long_contexts);
  }
  if (parameters.local_rope.has_value()) {
    local_.emplace(*parameters.local_rope, absl::Span<const float>());
  }
}

}  // namespace tessera
