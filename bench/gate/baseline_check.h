// Holds a build to the committed baseline: counts, and floors of speed.
#ifndef BENCH_GATE_BASELINE_CHECK_H_
#define BENCH_GATE_BASELINE_CHECK_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "bench/gate/baseline_file.h"
#include "bench/gate/counts.h"
#include "bench/gate/gate_result.h"
#include "bench/gate/layout_check.h"

namespace tessera {

// A result for each count: kPass if it is that of the baseline (file sizes
// within 2 %), kChanged if not, kNew or kMissing if only one side has it; a new
// count fails, too, until the baseline has it. Instructions and file sizes that
// another compiler made are kNoisy: they say nothing about the change.
std::vector<GateResult> CheckCounts(const GateBaseline& baseline,
                                    const Counts& counts,
                                    absl::string_view compiler,
                                    absl::string_view filter);

// What was measured, for later comparisons.
std::vector<GateResult> FiguresOf(absl::Span<const LayoutSpeed> speeds,
                                  absl::string_view filter);

// A result for each interleaved kernel: kPass at or above its floor,
// kRegression if even the upper end of its percentage, widened by the noise, is
// below, kNoisy between; kNew without a floor.
std::vector<GateResult> CheckFloors(const SpeedFloors& floors,
                                    absl::Span<const LayoutSpeed> speeds,
                                    absl::string_view filter);

// Turns regressions of rows that are known to be slower into kKnown, as long as
// their ratio is not certainly above the one that is known.
void ExcuseKnown(const KnownSlower& known_slower,
                 std::vector<GateResult>* results);

// Floors to commit for a class of CPUs that has none: 85 % of what was
// measured, of which more than the limit counts as the limit.
SpeedFloors ProposeFloors(absl::string_view cpu, absl::string_view isa,
                          absl::Span<const LayoutSpeed> speeds);

}  // namespace tessera

#endif  // BENCH_GATE_BASELINE_CHECK_H_
