// The reference results of the tiny model, from testdata/tiny/golden.
#ifndef TESTS_TESTING_GOLDEN_MODEL_H_
#define TESTS_TESTING_GOLDEN_MODEL_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tessera {

// What an exact forward pass on one set of weights gives.
struct GoldenResults {
  struct Prompt {
    // After each of the last `kGoldenPositions` tokens of the prompt,
    // [position][vocabulary].
    std::vector<float> logits;
    std::vector<int32_t> greedy_ids;  // 48 of them
  };
  std::vector<Prompt> prompts;
  double nll = 0;              // mean over all windows, nats per token
  double nll_second_half = 0;  // over what follows the middle of each window
};

inline constexpr int64_t kGoldenPositions = 4;

struct GoldenModel {
  int64_t vocabulary = 0;
  std::vector<std::string> texts;                // of the prompts
  std::vector<std::vector<int32_t>> prompt_ids;  // begin-of-text included
  std::vector<int32_t> eval_ids;                 // whole windows
  int64_t window = 0;
  std::map<std::string, GoldenResults> by_type;  // "Q4_K_M", "Q4_0-pure", ...
};

// Reads FOLDER/logits.json, logits.bin and eval.json.
absl::StatusOr<GoldenModel> ReadGoldenModel(const std::string& folder);

}  // namespace tessera

#endif  // TESTS_TESTING_GOLDEN_MODEL_H_
