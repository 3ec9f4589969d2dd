// What logits say about the token that really came.
#ifndef RUNTIME_LLM_LOGIT_SCORES_H_
#define RUNTIME_LLM_LOGIT_SCORES_H_

#include <cstdint>

#include "absl/types/span.h"

namespace tessera {

// Logits are unnormalized log probabilities of all tokens of a vocabulary;
// their softmax is the distribution that they stand for. Values are in nats.
struct TokenScore {
  double nll = 0;  // negative log likelihood of the token that came

  // Against the logits of another model, the base; 0 without one.
  double base_nll = 0;
  double kl_divergence = 0;  // of the base's distribution from this one
  double probability_difference = 0;  // of that token, less the base's
  bool same_top = false;              // both think the same token likeliest
};

// The score of `target`, 0 <= target < logits.size(). Sums are in double, in
// the order of the tokens.
TokenScore ScoreToken(absl::Span<const float> logits, int32_t target);

// The same with a comparison; `base` has as many logits.
TokenScore CompareToken(absl::Span<const float> logits,
                        absl::Span<const float> base, int32_t target);

}  // namespace tessera

#endif  // RUNTIME_LLM_LOGIT_SCORES_H_
