// The end of a run: what it measured goes to stdout and into the history.
#ifndef BENCH_RESULTS_PRINT_RUN_H_
#define BENCH_RESULTS_PRINT_RUN_H_

#include <string>

#include "absl/status/status.h"
#include "bench/bench_report.h"
#include "bench/render_report.h"
#include "bench/results/result_file.h"

namespace tessera {

// Where a run's results go.
struct RunSinks {
  OutputFormat output = OutputFormat::kMarkdown;  // on stdout
  std::string json;     // a file that gets them as JSON; or empty
  std::string history;  // a database that gets them, too; or empty
};

// Fails early where PrintRun would at the end: opens what it will write to.
absl::Status CheckSinks(const RunSinks& sinks);

// Prints `report`, where JSON is the whole of `run`, and puts `run` into the
// files. Errors as History's and AtomicFile's.
absl::Status PrintRun(const BenchReport& report, const ResultFile& run,
                      const RunSinks& sinks);

}  // namespace tessera

#endif  // BENCH_RESULTS_PRINT_RUN_H_
