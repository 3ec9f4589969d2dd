// What two runs have measured, row by row.
#ifndef BENCH_RESULTS_COMPARE_RESULTS_H_
#define BENCH_RESULTS_COMPARE_RESULTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bench/results/result_file.h"

namespace tessera {

// One row that both runs have. Ratios are of speeds, new / old: 1.1 is faster.
struct RowChange {
  enum class Verdict {
    kUnknown,  // too few samples
    kSame,     // as far as can be told
    kFaster,   // the interval is beyond the noise
    kSlower,
  };

  std::string name;
  std::string unit;  // of the two values
  double old_value = 0;
  double new_value = 0;
  double ratio = 1;
  // The interval of the ratio, if has_interval; see CompareResults.
  bool has_interval = false;
  double lower = 0;
  double upper = 0;
  int samples = 0;  // of the run that has fewer
  // How the limit of the machine that bounds this row has changed; 1 if it was
  // not measured.
  double limit_ratio = 1;
  Verdict verdict = Verdict::kUnknown;
};

struct ResultComparison {
  std::vector<std::string> differences;  // see RunDifferences
  std::vector<RowChange> changes;        // in the order of the new run
  std::vector<std::string> only_old;     // names of rows
  std::vector<std::string> only_new;
};

// "unknown", "same", "faster", "slower".
absl::string_view VerdictName(RowChange::Verdict verdict);

// Rows are matched by ResultRow::name. The interval holds the ratio with a
// confidence of 99 %, by the test of Mann and Whitney on the samples. Noise is
// what the limits of the machine have moved between the runs, at least 2 %: a
// row is faster or slower if its whole interval is farther from 1 than that.
//
// InvalidArgument if the tables are of two kinds, or if the machines are of two
// classes and `any_machine` is false.
absl::StatusOr<ResultComparison> CompareResults(const ResultFile& older,
                                                const ResultFile& newer,
                                                bool any_machine);

}  // namespace tessera

#endif  // BENCH_RESULTS_COMPARE_RESULTS_H_
