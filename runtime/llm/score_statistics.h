// Means over scored tokens, and how sure they are.
#ifndef RUNTIME_LLM_SCORE_STATISTICS_H_
#define RUNTIME_LLM_SCORE_STATISTICS_H_

#include <cstdint>
#include <vector>

#include "runtime/llm/logit_scores.h"

namespace tessera {

// The mean of samples and its standard error, sqrt(variance / (count - 1)), as
// llama-perplexity has it; 0 for less than two samples.
class MeanEstimate {
 public:
  void Add(double sample);

  int64_t count() const { return count_; }
  double mean() const { return mean_; }
  double standard_error() const;

 private:
  int64_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;  // of the differences from the mean (Welford)
};

// Collects the scores of tokens. Not thread-safe.
class ScoreStatistics {
 public:
  void Add(const TokenScore& score);

  const MeanEstimate& nll() const { return nll_; }
  const MeanEstimate& base_nll() const { return base_nll_; }
  const MeanEstimate& kl_divergence() const { return kl_divergence_; }
  const MeanEstimate& same_top() const { return same_top_; }  // share, 0 to 1

  // exp(mean nll).
  double perplexity() const;

  double rms_probability_difference() const;

  // The Kullback-Leibler divergence that a share `q` of the tokens do not
  // exceed, between neighbours interpolated; q = 1: the largest. 0 if there are
  // no tokens.
  double KlQuantile(double q) const;

 private:
  MeanEstimate nll_;
  MeanEstimate base_nll_;
  MeanEstimate kl_divergence_;
  MeanEstimate same_top_;
  MeanEstimate squared_difference_;
  std::vector<float> divergences_;
};

}  // namespace tessera

#endif  // RUNTIME_LLM_SCORE_STATISTICS_H_
