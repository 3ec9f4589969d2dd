// Holds figures of now to those of an earlier run.
#ifndef BENCH_GATE_STORED_CHECK_H_
#define BENCH_GATE_STORED_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "bench/gate/decide.h"
#include "bench/gate/gate_result.h"
#include "bench/results/result_file.h"

namespace tessera {

// A slowdown of less than this does not count, whatever the rules say: the same
// build differs by so much from run to run, although its times are divided by
// those of the limits of the same minute.
inline constexpr double kLeastStoredEffect = 0.10;

// `earlier` is what a gate wrote as JSON. A kStored result for each kFigure
// among `figures`: kNew if the earlier run does not have it. InvalidArgument if
// `earlier` holds no figures; or, unless `any_machine`, if it is from another
// class of machines, with another instruction set or number of threads.
absl::StatusOr<std::vector<GateResult>> CheckStored(
    const ResultFile& earlier, const ResultFile& now,
    absl::Span<const GateResult> figures, const GateRules& rules,
    bool any_machine);

}  // namespace tessera

#endif  // BENCH_GATE_STORED_CHECK_H_
