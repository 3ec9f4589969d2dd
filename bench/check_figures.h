// Tells figures that cannot be.
#ifndef BENCH_CHECK_FIGURES_H_
#define BENCH_CHECK_FIGURES_H_

#include "absl/status/status.h"
#include "bench/bench_report.h"

namespace tessera {

// Internal, naming the worst, if a record of `report` reaches more than 100 %
// of the limit, by more than the limits drifted in the meantime: then the limit
// was measured too low, and all percentages are too high. Two kinds of records
// may: where activations are zero, weights need not be read; and AMX multiplies
// faster than what quantized types are compared with.
absl::Status CheckFigures(const BenchReport& report);

}  // namespace tessera

#endif  // BENCH_CHECK_FIGURES_H_
