// How much slower one thing is than another, from noisy times: rank tests.
#ifndef BENCH_GATE_RANK_TEST_H_
#define BENCH_GATE_RANK_TEST_H_

#include <cstddef>

#include "absl/types/span.h"

namespace tessera {

// The ratio of b's times to a's: 1.1 if b takes 10 % longer. The interval holds
// the true ratio with the confidence that was asked for, whatever the shape of
// the noise; it is [0, infinity] if there are too few samples to tell.
struct RatioEstimate {
  double ratio = 1;
  double lower = 0;
  double upper = 0;
  int samples = 0;  // pairs, or the smaller of the two groups
};

// From times that were taken in pairs, a[i] beside b[i]: the Hodges-Lehmann
// estimate (median of the Walsh averages of the logarithms of b[i] / a[i]) with
// the interval of Wilcoxon's signed-rank test (Hollander and Wolfe,
// Nonparametric Statistical Methods, 3.2 and 3.3). All times must be positive;
// the longer span is cut. `confidence` is two-sided, such as 0.99.
RatioEstimate PairedRatio(absl::Span<const double> a,
                          absl::Span<const double> b, double confidence);

// From times of two runs that have nothing to do with each other: the
// Hodges-Lehmann shift of the logarithms with the interval of the Mann-Whitney
// test (the same book, 4.2 and 4.3). Of more than kMostUnpaired times of a run,
// so many count, evenly spread: each is compared with each.
inline constexpr size_t kMostUnpaired = 1024;
RatioEstimate UnpairedRatio(absl::Span<const double> a,
                            absl::Span<const double> b, double confidence);

}  // namespace tessera

#endif  // BENCH_GATE_RANK_TEST_H_
