#include "formats/model/rope_factors.h"

#include <cmath>
#include <cstdint>

namespace tessera {

std::vector<float> Llama3RopeFactors(const ModelConfig& model) {
  const ModelConfig::RopeScaling& scaling = model.rope_scaling();
  if (scaling.rope_type() != "llama3") return {};
  const double context =
      static_cast<double>(scaling.original_max_position_embeddings());
  const double longest = context / scaling.low_freq_factor();
  const double shortest = context / scaling.high_freq_factor();
  const uint64_t dimensions = model.rope_dimension_count();
  std::vector<float> factors;
  for (uint64_t pair = 0; pair < dimensions / 2; ++pair) {
    const double exponent =
        2.0 * static_cast<double>(pair) / static_cast<double>(dimensions);
    const double wavelength =
        2 * M_PI * std::pow(static_cast<double>(model.rope_theta()), exponent);
    double factor = 1;
    if (wavelength > longest) {
      factor = scaling.factor();
    } else if (wavelength > shortest) {
      const double smooth =
          (context / wavelength - scaling.low_freq_factor()) /
          (scaling.high_freq_factor() - scaling.low_freq_factor());
      factor = 1 / ((1 - smooth) / scaling.factor() + smooth);
    }
    factors.push_back(static_cast<float>(factor));
  }
  return factors;
}

double YarnAttentionFactor(double factor) {
  return factor <= 1 ? 1 : 0.1 * std::log(factor) + 1;
}

double LongRopeAttentionFactor(double factor, double original_context) {
  if (factor <= 1 || original_context <= 1) return 1;
  return std::sqrt(1 + std::log(factor) / std::log(original_context));
}

}  // namespace tessera
