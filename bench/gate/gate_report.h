// The gate's results as a report.
#ifndef BENCH_GATE_GATE_REPORT_H_
#define BENCH_GATE_GATE_REPORT_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "base/isa.h"
#include "bench/bench_report.h"
#include "bench/gate/gate_result.h"
#include "bench/gate/layout_check.h"

namespace tessera {

struct GateOutcome {
  Verdict verdict = Verdict::kPass;
  std::vector<GateResult> results;
  std::vector<LayoutSpeed> speeds;
  std::vector<std::string> notes;  // for people
};

// Verdict first, then the table of layouts if they were timed, then the rows
// that did not pass, or all timed ones if all passed. All rows are records.
BenchReport GateReportOf(const GateOutcome& outcome, Isa isa);

}  // namespace tessera

#endif  // BENCH_GATE_GATE_REPORT_H_
