#include "runtime/llm/score_statistics.h"

#include <algorithm>
#include <cmath>

namespace tessera {

void MeanEstimate::Add(double sample) {
  ++count_;
  const double difference = sample - mean_;
  mean_ += difference / static_cast<double>(count_);
  squares_ += difference * (sample - mean_);
}

double MeanEstimate::standard_error() const {
  if (count_ < 2) return 0;
  const auto count = static_cast<double>(count_);
  return std::sqrt(squares_ / count / (count - 1));
}

void ScoreStatistics::Add(const TokenScore& score) {
  nll_.Add(score.nll);
  base_nll_.Add(score.base_nll);
  kl_divergence_.Add(score.kl_divergence);
  same_top_.Add(score.same_top ? 1 : 0);
  squared_difference_.Add(score.probability_difference *
                          score.probability_difference);
  divergences_.push_back(static_cast<float>(score.kl_divergence));
}

double ScoreStatistics::perplexity() const { return std::exp(nll_.mean()); }

double ScoreStatistics::rms_probability_difference() const {
  return std::sqrt(squared_difference_.mean());
}

double ScoreStatistics::KlQuantile(double q) const {
  if (divergences_.empty()) return 0;
  std::vector<float> sorted = divergences_;
  std::sort(sorted.begin(), sorted.end());
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  const double share = place - static_cast<double>(below);
  return (1 - share) * double{sorted[below]} + share * double{sorted[above]};
}

}  // namespace tessera
