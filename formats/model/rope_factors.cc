#include "formats/model/rope_factors.h"

#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/quoted.h"

namespace tessera {

// In float32 and in this order, so that the values are those of GGUF files.
std::vector<float> Llama3RopeFactors(const ModelConfig& model) {
  const ModelConfig::RopeScaling& scaling = model.rope_scaling();
  if (scaling.rope_type() != "llama3") return {};
  const auto context =
      static_cast<float>(scaling.original_max_position_embeddings());
  const float low = scaling.low_freq_factor();
  const float high = scaling.high_freq_factor();
  const uint64_t dimensions = model.rope_dimension_count();
  std::vector<float> factors;
  for (uint64_t pair = 0; pair < dimensions / 2; ++pair) {
    const float exponent =
        static_cast<float>(2 * pair) / static_cast<float>(dimensions);
    const auto power = static_cast<float>(
        std::pow(static_cast<double>(model.rope_theta()), exponent));
    const float frequency = 1 / power;
    const float wavelength = (1 / frequency) * static_cast<float>(2 * M_PI);
    float factor = 1;
    if (wavelength > context / low) {
      factor = scaling.factor();
    } else if (wavelength >= context / high) {
      const float smooth = ((1 / wavelength) * context - low) / (high - low);
      factor = 1 / ((1 - smooth) / scaling.factor() + smooth);
    }
    factors.push_back(factor);
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

absl::Status CheckRopeDivisors(absl::string_view name,
                               absl::Span<const float> divisors) {
  for (const float divisor : divisors) {
    if (divisor > 0) continue;
    return absl::DataLossError(absl::StrCat("tensor ", Quoted(name), " holds ",
                                            divisor,
                                            ", expected positive divisors"));
  }
  return absl::OkStatus();
}

}  // namespace tessera
