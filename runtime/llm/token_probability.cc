#include "runtime/llm/token_probability.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tessera {
namespace {

float LogitOf(float logit) {
  // The largest float stands for infinity, less which is a number.
  constexpr float kMost = std::numeric_limits<float>::max();
  return std::isnan(logit) ? -std::numeric_limits<float>::infinity()
                           : std::min(logit, kMost);
}

}  // namespace

std::vector<TokenProbability> TokenProbabilities(absl::Span<const float> logits,
                                                 int32_t id, int64_t count) {
  double top = -std::numeric_limits<double>::infinity();
  for (const float logit : logits) {
    top = std::max<double>(top, LogitOf(logit));
  }
  double sum = 0;
  for (const float logit : logits) sum += std::exp(LogitOf(logit) - top);
  const double log_sum = top + std::log(sum);
  const auto probability = [&](int32_t token) {
    const double logprob = LogitOf(logits[token]) - log_sum;
    // Also where no logit is a number.
    return TokenProbability{token, logprob > kLeastLogprob
                                       ? std::min(logprob, 0.0)
                                       : kLeastLogprob};
  };
  std::vector<TokenProbability> result = {probability(id)};
  std::vector<int32_t> ids(count > 0 ? logits.size() : 0);
  for (size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<int32_t>(i);
  const auto kept = std::min<int64_t>(count, static_cast<int64_t>(ids.size()));
  std::partial_sort(ids.begin(), ids.begin() + kept, ids.end(),
                    [&](int32_t a, int32_t b) {
                      const float x = LogitOf(logits[a]);
                      const float y = LogitOf(logits[b]);
                      return x != y ? x > y : a < b;
                    });
  for (int64_t i = 0; i < kept; ++i) result.push_back(probability(ids[i]));
  return result;
}

}  // namespace tessera
