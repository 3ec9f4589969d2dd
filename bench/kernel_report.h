// Timings of kernels as a report.
#ifndef BENCH_KERNEL_REPORT_H_
#define BENCH_KERNEL_REPORT_H_

#include "absl/types/span.h"
#include "bench/bench_report.h"
#include "bench/kernel_timing.h"
#include "bench/machine_limits.h"
#include "bench/model_shape.h"

namespace tessera {

// A report without records.
BenchReport EmptyKernelReport();

// Adds a record for each matrix of `shape` that is among `timings`, all of them
// of one ISA, type, layout and number of tokens, and one called "token" for all
// of these as often as a token needs them. Its samples are sums, too: the first
// of the first samples, and so on.
void AddKernelRecords(const ModelShape& shape,
                      absl::Span<const KernelTiming> timings,
                      const MachineLimits& limits, int threads,
                      BenchReport* report);

}  // namespace tessera

#endif  // BENCH_KERNEL_REPORT_H_
