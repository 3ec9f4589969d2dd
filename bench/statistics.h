// What repeated measurements say.
#ifndef BENCH_STATISTICS_H_
#define BENCH_STATISTICS_H_

#include <vector>

#include "absl/types/span.h"

namespace tessera {

// 0 for no values.
double Mean(absl::Span<const double> values);

// The deviation of a sample (divided by n - 1), as llama-bench prints it; 0 for
// fewer than two values.
double StandardDeviation(absl::Span<const double> values);

struct Spread {
  double median = 0;  // of an even number of values, the middle of the two
  double min = 0;
  double max = 0;
};

// All 0 for no values.
Spread SpreadOf(std::vector<double> values);

// a[i] / b[i] for each i that both have and where b[i] is not 0.
std::vector<double> Ratios(absl::Span<const double> a,
                           absl::Span<const double> b);

// Each value divided by the one before: what ratios look like when both sides
// are the same thing. Fewer than two values have none.
std::vector<double> SuccessiveRatios(absl::Span<const double> values);

}  // namespace tessera

#endif  // BENCH_STATISTICS_H_
