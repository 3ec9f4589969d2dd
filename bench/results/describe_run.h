// The run that is going on, as a result file.
#ifndef BENCH_RESULTS_DESCRIBE_RUN_H_
#define BENCH_RESULTS_DESCRIBE_RUN_H_

#include "absl/strings/string_view.h"
#include "bench/bench_report.h"
#include "bench/bench_request.h"
#include "bench/results/result_file.h"

namespace tessera {

// Time, build, machine and options; call it before anything is measured. Flags
// that say only where results go are left out.
ResultFile DescribeRun(const BenchRequest& request);

// The same for a run of something else, with these options; threads 0 means one
// per CPU.
ResultFile DescribeRun(absl::string_view isa, int threads,
                       absl::string_view huge_pages);

// Puts what was measured into `run`.
void AddReport(const BenchReport& report, ResultFile* run);

}  // namespace tessera

#endif  // BENCH_RESULTS_DESCRIBE_RUN_H_
