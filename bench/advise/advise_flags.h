// The flags of bench --advise.
#ifndef BENCH_ADVISE_ADVISE_FLAGS_H_
#define BENCH_ADVISE_ADVISE_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/advise/run_advice.h"
#include "bench/kernel_suite.h"

namespace tessera {

// True if --advise names a file.
bool AdviceIsAsked();

// What --advise and its companions ask for; `kernels` is what the flags that it
// shares with --kernels say, and `types` the words of --types. InvalidArgument,
// naming the flag, for a mistake. Reads the model of --advise_for.
absl::StatusOr<AdviceRequest> AdviceFromFlags(
    const KernelSuiteOptions& kernels, const std::vector<std::string>& types);

}  // namespace tessera

#endif  // BENCH_ADVISE_ADVISE_FLAGS_H_
