// How likely a model found the tokens that could have come.
#ifndef RUNTIME_LLM_TOKEN_PROBABILITY_H_
#define RUNTIME_LLM_TOKEN_PROBABILITY_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace tessera {

// By the softmax of the model's logits as they are: before biases, penalties
// and temperature.
struct TokenProbability {
  int32_t id = 0;
  double logprob = 0;  // natural logarithm
};

// That of `id` first, then the `count` likeliest, likeliest first; of equals
// the lower id goes first. Logits that are NaN count as impossible. No logprob
// is less than kLeastLogprob, which stands for what is impossible, so that all
// are numbers.
std::vector<TokenProbability> TokenProbabilities(absl::Span<const float> logits,
                                                 int32_t id, int64_t count);

inline constexpr double kLeastLogprob = -9999;

}  // namespace tessera

#endif  // RUNTIME_LLM_TOKEN_PROBABILITY_H_
