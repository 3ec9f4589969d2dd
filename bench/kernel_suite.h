// Measures the kernels of the table over the matrices of real models.
#ifndef BENCH_KERNEL_SUITE_H_
#define BENCH_KERNEL_SUITE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/isa.h"
#include "base/thread_pool.h"
#include "bench/bench_report.h"
#include "bench/model_shape.h"
#include "bench/progress_fn.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/tensor_layout.h"

namespace tessera {

struct KernelSuiteOptions {
  std::vector<ModelShape> shapes;
  std::vector<DType> types;
  std::vector<LayoutOrder> layouts;
  std::vector<Isa> isas;        // supported by this machine
  std::vector<int64_t> tokens;  // 1 is gemv
  double zero_share = 0;        // of the activations
  double seconds = 0.3;         // for each kernel, matrix and number of tokens
  double limit_seconds = 0.02;  // see LimitMeter
  uint64_t memory_bytes = 0;    // to measure in; 0: see ColdBytes
};

// All types that have kernels of their own, as kernels.inc lists them.
std::vector<DType> KernelTypes();

// The report has a record for each combination and matrix, and one, called
// "token", for all matrices of a shape as often as a token needs them.
// Combinations that do not exist are left out and named in the report. The
// limits are measured before and after each (ISA, type, layout), and
// percentages are of their middle.
absl::StatusOr<BenchReport> RunKernelSuite(const KernelSuiteOptions& options,
                                           ThreadPool& pool,
                                           ProgressFn progress);

}  // namespace tessera

#endif  // BENCH_KERNEL_SUITE_H_
