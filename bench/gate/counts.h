// Figures that do not depend on the minute: what a build reads, pads, waits
// for and allocates.
#ifndef BENCH_GATE_COUNTS_H_
#define BENCH_GATE_COUNTS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/thread_pool.h"
#include "bench/progress_fn.h"

namespace tessera {

// By name, such as "gemv Q4_0 interleaved: instructions".
using Counts = std::map<std::string, double>;

// For each type that has kernels and each layout: bytes of weights that one
// token of TinyLlama's shape reads, and how many of them are padding.
Counts CountWeightBytes();

// Of a small model of random weights with two threads, for Q4_0 and F16: what
// one generated token waits at (barriers), allocates and reads, and the size of
// its arena. The models are made by `pool`, in a temporary folder; those of
// which `filter` leaves nothing (see MatchesFilter) are not made.
absl::StatusOr<Counts> CountModels(ThreadPool& pool, absl::string_view filter);

// Sizes of files, by their names without folders. NotFound if one is missing.
absl::StatusOr<Counts> CountFileBytes(const std::vector<std::string>& paths);

}  // namespace tessera

#endif  // BENCH_GATE_COUNTS_H_
