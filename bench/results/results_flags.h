// The flags of the bench tool that are about results.
#ifndef BENCH_RESULTS_RESULTS_FLAGS_H_
#define BENCH_RESULTS_RESULTS_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/results/print_run.h"
#include "bench/results/results_request.h"

namespace tessera {

// The flags as a request; call it after ParseCommandLine with the positional
// arguments. With Task::kNone they are left to the other flags.
// InvalidArgument, naming the flag, for wrong usage.
absl::StatusOr<ResultsRequest> ResultsRequestFromFlags(
    const std::vector<std::string>& arguments);

// Where a measurement goes. InvalidArgument for an unknown --output.
absl::StatusOr<RunSinks> RunSinksFromFlags();

}  // namespace tessera

#endif  // BENCH_RESULTS_RESULTS_FLAGS_H_
