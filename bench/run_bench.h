// The bench tool without its command line.
#ifndef BENCH_RUN_BENCH_H_
#define BENCH_RUN_BENCH_H_

#include "absl/status/statusor.h"
#include "bench/bench_report.h"
#include "bench/bench_request.h"
#include "bench/progress_fn.h"

namespace tessera {

// Does what `request` asks for. Synthetic models are made type by type, and
// removed before the next one unless they are to be kept, so that disk space
// for one type is enough.
absl::StatusOr<BenchReport> RunBench(const BenchRequest& request,
                                     ProgressFn progress);

}  // namespace tessera

#endif  // BENCH_RUN_BENCH_H_
