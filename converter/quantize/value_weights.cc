#include "converter/quantize/value_weights.h"

#include <cmath>

namespace tessera {
namespace {

// So that no single square overflows.
constexpr float kLargest = 1e30f;

}  // namespace

absl::Span<const float> WeighByValue(absl::Span<const float> values,
                                     absl::Span<const float> importance,
                                     std::vector<float>* weights) {
  if (importance.empty()) return importance;
  double sum = 0;
  for (float value : values) sum += double{value} * double{value};
  const float mean_square =
      static_cast<float>(sum / static_cast<double>(values.size()));
  if (!(mean_square > 0 && mean_square < kLargest)) return importance;
  weights->resize(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    (*weights)[i] =
        importance[i] * std::sqrt(mean_square + values[i] * values[i]);
  }
  return *weights;
}

}  // namespace tessera
