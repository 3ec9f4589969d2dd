#include "runtime/llm/logit_scores.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

// log(sum(exp(logits))) is top + log_sum.
struct Normalizer {
  int64_t top_token;
  float top;
  double sum;
  double log_sum;

  double LogProbability(float logit) const {
    return double{logit} - double{top} - log_sum;
  }
};

Normalizer NormalizerOf(absl::Span<const float> logits) {
  const auto top = std::max_element(logits.begin(), logits.end());
  Normalizer result = {top - logits.begin(), *top, 0, 0};
  for (float logit : logits) result.sum += std::exp(logit - *top);
  result.log_sum = std::log(result.sum);
  return result;
}

}  // namespace

TokenScore ScoreToken(absl::Span<const float> logits, int32_t target) {
  TokenScore score;
  score.nll = -NormalizerOf(logits).LogProbability(logits[target]);
  return score;
}

TokenScore CompareToken(absl::Span<const float> logits,
                        absl::Span<const float> base, int32_t target) {
  const Normalizer ours = NormalizerOf(logits);
  const Normalizer theirs = NormalizerOf(base);
  TokenScore score;
  score.nll = -ours.LogProbability(logits[target]);
  score.base_nll = -theirs.LogProbability(base[target]);
  score.probability_difference =
      std::exp(-score.nll) - std::exp(-score.base_nll);
  score.same_top = ours.top_token == theirs.top_token;
  double sum = 0;
  for (size_t i = 0; i < base.size(); ++i) {
    const float weight = std::exp(base[i] - theirs.top);
    // A token that the base excludes adds nothing, whatever we think of it.
    if (weight == 0) continue;
    sum += double{weight} *
           (theirs.LogProbability(base[i]) - ours.LogProbability(logits[i]));
  }
  // Rounding may take it below what it can be.
  score.kl_divergence = std::max(0.0, sum / theirs.sum);
  return score;
}

}  // namespace tessera
