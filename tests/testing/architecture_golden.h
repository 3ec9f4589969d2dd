// Reference results of the models in testdata/arch.
#ifndef TESTS_TESTING_ARCHITECTURE_GOLDEN_H_
#define TESTS_TESTING_ARCHITECTURE_GOLDEN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tessera {

// What an exact forward pass gives for one prompt.
struct GoldenPrompt {
  std::vector<int32_t> ids;
  int64_t logit_tokens = 0;            // the last ones of `ids`
  std::vector<float> logits;           // [logit_tokens][vocabulary]
  std::vector<int32_t> greedy_ids;     // that follow the prompt
  std::vector<double> greedy_margins;  // between the best two tokens
};

// Reads PREFIX.json and PREFIX.bin. DataLoss if they do not fit each other.
absl::StatusOr<std::vector<GoldenPrompt>> ReadArchitectureGolden(
    const std::string& prefix);

}  // namespace tessera

#endif  // TESTS_TESTING_ARCHITECTURE_GOLDEN_H_
