#include "runtime/model/rope_table.h"

#include <cmath>

namespace tessera {

RopeTable::RopeTable(const LlamaConfig& config,
                     absl::Span<const float> rope_freqs)
    : frequency_(config.rope_dim / 2) {
  for (size_t i = 0; i < frequency_.size(); ++i) {
    const double exponent = -2.0 * static_cast<double>(i) /
                            static_cast<double>(config.rope_dim);
    const double divisor = rope_freqs.empty() ? 1.0 : rope_freqs[i];
    frequency_[i] = std::pow(config.rope_theta, exponent) /
                    (config.rope_linear_factor * divisor);
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
