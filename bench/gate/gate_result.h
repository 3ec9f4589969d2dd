// What the gate found for one row.
#ifndef BENCH_GATE_GATE_RESULT_H_
#define BENCH_GATE_GATE_RESULT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "bench/gate/decide.h"
#include "bench/gate/gate_row.h"

namespace tessera {

// A plain value.
struct GateResult {
  enum class Kind {
    kKernel,  // a kernel against that of another build
    kModel,   // a model's test likewise
    kLayout,  // interleaved against the fastest of the other layouts
    kAuto,    // what --layout=auto takes against the fastest of all
    kFigure,  // percent of the limit, as it is now
    kFloor,   // the same against the committed floor
    kStored,  // the same against that of an earlier run
    kCount,   // a count against the committed one
  };
  enum class Unit { kRatio, kPercent, kCount };

  std::string name;
  Kind kind = Kind::kKernel;
  Unit unit = Unit::kRatio;
  GateRow row;  // what was timed; nothing for counts

  double value = 0;  // ratio, percent or count
  double lower = 0;  // interval of `value`; the value itself for counts
  double upper = 0;
  double baseline = 1;  // what `value` is compared with
  double noise = 1;     // the noise floor, as a ratio >= 1
  int samples = 0;
  Verdict verdict = Verdict::kNoisy;
  std::string why;  // in words, where the numbers do not say it

  // Times in nanoseconds that stand behind `value`, for later comparisons.
  std::vector<double> samples_ns;
  std::vector<double> limit_samples_ns;
};

// "kernel", "model", "layout", "auto", "figure", "floor", "stored", "count".
absl::string_view GateResultKindName(GateResult::Kind kind);

// Of the whole gate: kRegression if a row regressed or changed or is missing,
// else kNoisy if one is too noisy to tell, else kPass.
Verdict VerdictOf(const std::vector<GateResult>& results);

}  // namespace tessera

#endif  // BENCH_GATE_GATE_RESULT_H_
