// Does what the flags about results ask for.
#ifndef BENCH_RESULTS_RUN_RESULTS_H_
#define BENCH_RESULTS_RUN_RESULTS_H_

#include <string>

#include "absl/status/statusor.h"
#include "bench/results/results_request.h"

namespace tessera {

// Returns what goes to stdout. For tasks other than kNone. InvalidArgument is
// the caller's mistake: results that cannot be compared.
absl::StatusOr<std::string> RunResults(const ResultsRequest& request);

}  // namespace tessera

#endif  // BENCH_RESULTS_RUN_RESULTS_H_
