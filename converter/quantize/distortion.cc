#include "converter/quantize/distortion.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "absl/status/statusor.h"

namespace tessera {
namespace {

using AccumulateFn = void (*)(const float* original, const float* stored,
                              int64_t count, DistortionSums* sums);

AccumulateFn FindAccumulate(Isa isa) {
  switch (isa) {
    case Isa::kScalar:
      return distortion_sums::scalar::Accumulate;
    case Isa::kAvx2:
      return distortion_sums::avx2::Accumulate;
    case Isa::kAvx512:
    case Isa::kAvx512Vnni:
    case Isa::kAmx:
      return distortion_sums::avx512::Accumulate;
  }
  return distortion_sums::scalar::Accumulate;
}

AccumulateFn BestAccumulate() {
  const absl::StatusOr<Isa> chosen = ChooseIsa();
  return FindAccumulate(chosen.ok() ? *chosen : SupportedIsas().back());
}

// In order.
double Sum(const double* accumulators) {
  double sum = 0;
  for (int i = 0; i < kDistortionAccumulators; ++i) sum += accumulators[i];
  return sum;
}

}  // namespace

void Distortion::Add(const float* original, const float* stored,
                     int64_t count) {
  static const AccumulateFn accumulate = BestAccumulate();
  accumulate(original, stored, count, &sums_);
  count_ += count;
}

void Distortion::Add(const float* original, const float* stored, int64_t count,
                     Isa isa) {
  FindAccumulate(isa)(original, stored, count, &sums_);
  count_ += count;
}

void Distortion::Merge(const Distortion& other) {
  for (int i = 0; i < kDistortionAccumulators; ++i) {
    sums_.squared_error[i] += other.sums_.squared_error[i];
    sums_.squared_signal[i] += other.sums_.squared_signal[i];
    sums_.max_abs[i] = std::max(sums_.max_abs[i], other.sums_.max_abs[i]);
  }
  count_ += other.count_;
}

// Squares of floats do not overflow a double, nor do their sums.
bool Distortion::IsFinite() const {
  return std::isfinite(Sum(sums_.squared_error) + Sum(sums_.squared_signal));
}

QuantizationError Distortion::Summary() const {
  QuantizationError summary;
  if (count_ == 0) return summary;
  const double count = static_cast<double>(count_);
  const double squared_error = Sum(sums_.squared_error);
  const double squared_signal = Sum(sums_.squared_signal);
  summary.set_rmse(std::sqrt(squared_error / count));
  summary.set_max_abs(
      *std::max_element(std::begin(sums_.max_abs), std::end(sums_.max_abs)));
  summary.set_snr_db(10 * std::log10(squared_signal / squared_error));
  return summary;
}

}  // namespace tessera
