// Runs an arena of the tiny model and compares it with the golden results.
#ifndef TESTS_TESTING_MODEL_EVALUATION_H_
#define TESTS_TESTING_MODEL_EVALUATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/isa.h"
#include "base/thread_pool.h"
#include "tests/testing/golden_model.h"

namespace tessera {

struct EvaluationOptions {
  Isa isa = Isa::kScalar;
  ThreadPool* pool = nullptr;  // required
  bool exact = false;          // float32 throughout
  bool nll = true;             // the slow part
};

struct Evaluation {
  double max_logit_difference = 0;  // over all prompts and positions
  std::vector<int> equal_greedy;    // leading equal tokens, per prompt
  double nll = 0;                   // nats per token
  // All logits and tokens that were computed, for comparing two runs.
  std::vector<float> logits;
  std::vector<int32_t> greedy_ids;
};

// Evaluates the arena at `path` against the results of one type.
absl::StatusOr<Evaluation> EvaluateArena(const std::string& path,
                                         const GoldenModel& golden,
                                         const GoldenResults& expected,
                                         const EvaluationOptions& options);

}  // namespace tessera

#endif  // TESTS_TESTING_MODEL_EVALUATION_H_
