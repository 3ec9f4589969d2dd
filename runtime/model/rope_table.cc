#include "runtime/model/rope_table.h"

#include <cmath>

namespace tessera {

RopeTable::RopeTable(const HyperParameters& parameters,
                     absl::Span<const float> factors)
    : frequency_(parameters.rope_dim / 2) {
  for (size_t i = 0; i < frequency_.size(); ++i) {
    const double exponent = -2.0 * static_cast<double>(i) /
                            static_cast<double>(parameters.rope_dim);
    const double divisor = factors.empty() ? 1.0 : factors[i];
    frequency_[i] = std::pow(parameters.rope_theta, exponent) /
                    (parameters.rope_linear_factor * divisor);
  }
}

void RopeTable::Angles(int64_t position, float* cosines, float* sines) const {
  for (size_t i = 0; i < frequency_.size(); ++i) {
    const double angle = static_cast<double>(position) * frequency_[i];
    cosines[i] = static_cast<float>(std::cos(angle));
    sines[i] = static_cast<float>(std::sin(angle));
  }
}

}  // namespace tessera
