// Instructions that kernels execute.
#ifndef BENCH_GATE_INSTRUCTION_COUNTS_H_
#define BENCH_GATE_INSTRUCTION_COUNTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bench/gate/counts.h"

namespace tessera {

// Instructions of each kernel on AVX2, as callgrind counts them (valgrind knows
// no AMX and little AVX-512), for a tile of 16 rows x 256 columns: one vector
// (gemv), or 16 (gemm). They are the same in each run of the same machine code.
// Kernels that valgrind cannot run are left out: 3.19 does not know all forms
// of vmovq. So are those that `filter` does not leave (see MatchesFilter);
// if that is all, nothing is run. `bench` is the path of this program.
// Unavailable, saying what to install, without valgrind.
absl::StatusOr<Counts> CountInstructions(const std::string& bench,
                                         const std::string& filter);

// What CountInstructions runs under valgrind: multiplies once by each kernel
// and prints its name, in the order in which the counts are taken.
absl::Status RunCountedKernels(absl::string_view filter);

}  // namespace tessera

#endif  // BENCH_GATE_INSTRUCTION_COUNTS_H_
