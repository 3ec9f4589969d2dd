// Prompts of a tiny model, run and compared with reference results.
#ifndef TESTS_TESTING_ARCHITECTURE_RUN_H_
#define TESTS_TESTING_ARCHITECTURE_RUN_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/model/decoder.h"
#include "tests/testing/architecture_golden.h"

namespace tessera {

struct ArchitectureRun {
  std::vector<float> logits;  // of all prompts
  double max_difference = 0;  // to the reference; NaN if a logit is
  // Of each prompt, how many of the golden tokens are the best ones after what
  // is before them.
  std::vector<int64_t> equal_greedy;
};

absl::StatusOr<ArchitectureRun> RunPrompts(
    Decoder& decoder, absl::Span<const GoldenPrompt> prompts);

}  // namespace tessera

#endif  // TESTS_TESTING_ARCHITECTURE_RUN_H_
