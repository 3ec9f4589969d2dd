// Tells what a change has made slower from what is slow on this machine anyway.
#ifndef BENCH_GATE_LAYOUTS_BEFORE_H_
#define BENCH_GATE_LAYOUTS_BEFORE_H_

#include <vector>

#include "absl/status/status.h"
#include "bench/gate/decide.h"
#include "bench/gate/gate_result.h"
#include "bench/results/result_file.h"

namespace tessera {

// `before` is what a gate of an older build wrote as JSON, on this machine and
// in these minutes. A kLayout, kAuto or kFloor of `results` that fails or is
// noisy becomes kKnown if it was as bad there, to within rules.least_effect,
// but at least 7 %, and the noise. InvalidArgument if `before` holds no
// layouts, or if `now`, which is this run, is of another class of machines or
// instruction set.
absl::Status ExcuseAsBefore(const ResultFile& before, const ResultFile& now,
                            const GateRules& rules,
                            std::vector<GateResult>* results);

}  // namespace tessera

#endif  // BENCH_GATE_LAYOUTS_BEFORE_H_
