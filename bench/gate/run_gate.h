// The gate without its command line.
#ifndef BENCH_GATE_RUN_GATE_H_
#define BENCH_GATE_RUN_GATE_H_

#include "absl/status/statusor.h"
#include "bench/gate/gate_report.h"
#include "bench/gate/gate_request.h"
#include "bench/progress_fn.h"
#include "bench/results/result_file.h"

namespace tessera {

// Does the checks that are asked for. `run` says what build and machine this
// is. NotFound for a filter that leaves nothing.
absl::StatusOr<GateOutcome> RunGate(const GateRequest& request,
                                    const ResultFile& run, ProgressFn progress);

// Writes the counts of this build to request.counts; keeps floors, and adds
// proposed ones for a class of CPUs that has none. The commit stays, unless
// there is none or request.advance is set: then it is that of this build, and
// FailedPrecondition if that is unknown or had changes.
absl::Status UpdateBaseline(const GateRequest& request, ProgressFn progress);

}  // namespace tessera

#endif  // BENCH_GATE_RUN_GATE_H_
