// bench --advise: measures layouts and writes the profile for convert.
#ifndef BENCH_ADVISE_RUN_ADVICE_H_
#define BENCH_ADVISE_RUN_ADVICE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/thread_pool.h"
#include "bench/advise/advised_matrices.h"
#include "bench/advise/layout_turns.h"
#include "bench/bench_report.h"
#include "bench/progress_fn.h"

namespace tessera {

struct AdviceRequest {
  std::string path;  // of the profile, which is replaced
  std::vector<AdvisedMatrix> matrices;
  TurnOptions turns;
  uint64_t memory_bytes = 0;  // to measure in; 0: see ColdBytes
};

// The report has a record for each matrix, duty and layout but interleaved: how
// fast it was against that. Matrices that cannot be measured are left out and
// named in the report. The profile appears when all is measured, or not at all.
absl::StatusOr<BenchReport> RunAdvice(const AdviceRequest& request,
                                      ThreadPool& pool, ProgressFn progress);

}  // namespace tessera

#endif  // BENCH_ADVISE_RUN_ADVICE_H_
