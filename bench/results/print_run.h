// The end of a run: what it measured goes to stdout and into the history.
#ifndef BENCH_RESULTS_PRINT_RUN_H_
#define BENCH_RESULTS_PRINT_RUN_H_

#include <string>

#include "absl/status/status.h"
#include "bench/bench_report.h"
#include "bench/render_report.h"
#include "bench/results/result_file.h"

namespace tessera {

// Prints `report` as `output` says, where JSON is the whole of `run`, and
// appends `run` to the database `history`, if that is not empty. Errors as
// History's.
absl::Status PrintRun(const BenchReport& report, const ResultFile& run,
                      OutputFormat output, const std::string& history);

}  // namespace tessera

#endif  // BENCH_RESULTS_PRINT_RUN_H_
