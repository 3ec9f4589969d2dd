// Times rows of two builds in turn, until it can tell or gives up.
#ifndef BENCH_GATE_BUILD_COMPARISON_H_
#define BENCH_GATE_BUILD_COMPARISON_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/gate/decide.h"
#include "bench/gate/gate_result.h"
#include "bench/gate/gate_row.h"
#include "bench/gate/worker_process.h"
#include "bench/progress_fn.h"

namespace tessera {

struct BuildComparisonOptions {
  std::string before;  // the bench of the baseline
  std::string after;   // the bench that is judged
  int threads = 0;     // for models; 0: one per CPU
  GateRules rules;
  double slot_seconds = 0.01;  // of one build, before it is the other's turn
  // A block is A B B A or B A A B, with rows that are opened anew; it makes one
  // pair of times.
  int least_blocks = 16;
  int most_blocks = 64;
  // No row is begun later than this after Run was called; those that are left
  // are kNoisy. 0: no limit.
  double time_limit_s = 0;
};

// Not thread-safe.
class BuildComparison {
 public:
  // Starts the builds. Errors as WorkerProcess::Start.
  static absl::StatusOr<std::unique_ptr<BuildComparison>> Start(
      const BuildComparisonOptions& options);

  // For each row: the new build against itself in two processes, which shows
  // the noise of this minute, then the baseline against the new build. A row
  // that comes out slower is measured once more with processes started afresh,
  // and counts only if it does so again. A row that the baseline lacks is kNew.
  absl::StatusOr<std::vector<GateResult>> Run(const std::vector<GateRow>& rows,
                                              ProgressFn progress);

 private:
  explicit BuildComparison(const BuildComparisonOptions& options)
      : options_(options) {}

  absl::Status StartWorkers();
  absl::StatusOr<GateResult> RunRow(const GateRow& row, int rows);
  // Adds the pair of a block: A B B A, or B A A B for an odd `block`.
  absl::Status RunBlock(const GateRow& row, int block, WorkerProcess& before,
                        WorkerProcess& after, PairedTimes* times);

  const BuildComparisonOptions options_;
  std::unique_ptr<WorkerProcess> before_;
  std::unique_ptr<WorkerProcess> after_;
  std::unique_ptr<WorkerProcess> same_;  // the new build once more
};

}  // namespace tessera

#endif  // BENCH_GATE_BUILD_COMPARISON_H_
