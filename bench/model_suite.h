// Measures prefill and decode of whole models.
#ifndef BENCH_MODEL_SUITE_H_
#define BENCH_MODEL_SUITE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/thread_pool.h"
#include "bench/bench_report.h"
#include "bench/benched_model.h"
#include "bench/cold_buffer.h"
#include "bench/machine_limits.h"
#include "bench/model_test_case.h"
#include "bench/progress_fn.h"

namespace tessera {

struct ModelSuiteOptions {
  std::vector<ModelTestCase> tests;
  int repetitions = 5;
  // ctx_size is set to what the tests need.
  ModelOptions model;
  double limit_seconds = 0.02;  // see LimitMeter
  uint64_t memory_bytes = 0;    // to measure limits in; 0: see ColdBytes
};

// Not thread-safe.
class ModelSuite {
 public:
  // `pool` must outlive the suite. ResourceExhausted without memory.
  static absl::StatusOr<std::unique_ptr<ModelSuite>> Create(
      const ModelSuiteOptions& options, ThreadPool& pool);

  // Runs all tests on all of `arenas`. They are open together and take turns,
  // repetition by repetition and back and forth, so that the machine's moods
  // hit all alike. The limits are measured before and after each test. May be
  // called several times.
  absl::Status Run(absl::Span<const std::string> arenas, ProgressFn progress);

  // A record for each test and arena so far, with llama-bench's field names
  // where it has the same field.
  BenchReport Finish();

 private:
  ModelSuite(const ModelSuiteOptions& options, ThreadPool& pool,
             std::unique_ptr<ColdBuffer> memory);

  absl::Status RunTest(const ModelTestCase& test,
                       absl::Span<const std::unique_ptr<BenchedModel>> models,
                       ProgressFn progress);

  const ModelSuiteOptions options_;
  ThreadPool& pool_;
  const std::unique_ptr<ColdBuffer> memory_;
  LimitMeter meter_;
  MachineLimits limits_;  // the newest
  double drift_ = 0;
  std::vector<std::string> page_notes_;
  BenchReport report_;
};

// The most positions that any of `tests` needs.
int64_t PositionsOf(const std::vector<ModelTestCase>& tests);

}  // namespace tessera

#endif  // BENCH_MODEL_SUITE_H_
