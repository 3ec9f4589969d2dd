// A record as something that other runs have measured, too.
#ifndef BENCH_RESULTS_RESULT_ROW_H_
#define BENCH_RESULTS_RESULT_ROW_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/bench_report.h"
#include "bench/results/result_file.h"

namespace tessera {

struct ResultRow {
  // What was measured, and how, but not when and from which commit; unique
  // within a run: "Q4_0 interleaved tinyllama-1.1b token t1 avx2 2 threads".
  // What a run has measured twice is "... #2" the second time.
  std::string name;
  size_t record = 0;  // its index in the result file

  double value = 0;  // as the table shows it
  std::string unit;  // of value: "us" or "t/s"
  double speed = 0;  // in any unit; more is better
  // Of each sample, in any unit, all positive; may be empty.
  std::vector<double> times;

  double score = 0;        // for trends: more is better
  std::string score_unit;  // "% of limit" or "t/s"

  // What the machine could do at that time of what bounds this row, in any
  // unit; 0 if it was not measured.
  double limit = 0;
};

// A row for each record of a table of kernels ("kernel"), of models ("test"),
// of models beside peers ("comparison") or of a gate ("gate", its figures
// alone). Unimplemented for other tables. DataLoss, naming the record and the
// field, if one is missing.
absl::StatusOr<std::vector<ResultRow>> RowsOf(const ResultFile& results);

}  // namespace tessera

#endif  // BENCH_RESULTS_RESULT_ROW_H_
