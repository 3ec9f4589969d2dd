// The flags of the bench tool.
#ifndef BENCH_BENCH_FLAGS_H_
#define BENCH_BENCH_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/flag_alias.h"
#include "bench/bench_request.h"

namespace tessera {

// What --help shows above the flags.
absl::string_view BenchUsage();

// Short names, and llama-bench's names.
absl::Span<const FlagAlias> BenchAliases();

// Whether the flags name something to measure.
bool AsksToMeasure();

// The flags as a request; call it after ParseCommandLine with the positional
// arguments. InvalidArgument or NotFound, naming the flag, for wrong usage.
absl::StatusOr<BenchRequest> BenchRequestFromFlags(
    const std::vector<std::string>& arguments);

}  // namespace tessera

#endif  // BENCH_BENCH_FLAGS_H_
