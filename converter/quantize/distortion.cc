#include "converter/quantize/distortion.h"

#include <algorithm>
#include <cmath>

namespace tessera {

void Distortion::Add(const float* original, const float* stored,
                     int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const double error = double{stored[i]} - double{original[i]};
    squared_error_ += error * error;
    squared_signal_ += double{original[i]} * double{original[i]};
    max_abs_ = std::max(max_abs_, std::abs(error));
  }
  count_ += count;
}

void Distortion::Merge(const Distortion& other) {
  squared_error_ += other.squared_error_;
  squared_signal_ += other.squared_signal_;
  max_abs_ = std::max(max_abs_, other.max_abs_);
  count_ += other.count_;
}

QuantizationError Distortion::Summary() const {
  QuantizationError summary;
  if (count_ == 0) return summary;
  summary.set_rmse(std::sqrt(squared_error_ / static_cast<double>(count_)));
  summary.set_max_abs(max_abs_);
  summary.set_snr_db(10 * std::log10(squared_signal_ / squared_error_));
  return summary;
}

}  // namespace tessera
