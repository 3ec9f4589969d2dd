#include "runtime/llm/score_statistics.h"

#include <cmath>

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(MeanEstimateTest, MeanAndStandardError) {
  MeanEstimate estimate;
  EXPECT_EQ(estimate.mean(), 0);
  estimate.Add(4);
  EXPECT_EQ(estimate.standard_error(), 0);
  for (double sample : {2.0, 6.0, 8.0}) estimate.Add(sample);
  EXPECT_DOUBLE_EQ(estimate.mean(), 5);
  // Mean square less square of the mean is 30 - 25.
  EXPECT_DOUBLE_EQ(estimate.standard_error(), std::sqrt(5.0 / 3));
}

// The difference of two sums of squares would have no digit left.
TEST(MeanEstimateTest, SmallSpreadOfLargeNumbers) {
  MeanEstimate estimate;
  for (int i = 0; i < 1000; ++i) estimate.Add(1e9 + i % 2);
  EXPECT_NEAR(estimate.standard_error(), 0.5 / std::sqrt(999.0), 1e-6);
}

TEST(ScoreStatisticsTest, EachFigure) {
  ScoreStatistics scores;
  EXPECT_EQ(scores.KlQuantile(0.9), 0);
  for (int i = 0; i < 5; ++i) {
    TokenScore token;
    token.nll = 1 + i;
    token.base_nll = 2;
    token.kl_divergence = (i * 3) % 5;  // 0 3 1 4 2
    token.probability_difference = i % 2 == 0 ? -0.5 : 0.5;
    token.same_top = i != 0;
    scores.Add(token);
  }
  EXPECT_DOUBLE_EQ(scores.nll().mean(), 3);
  EXPECT_DOUBLE_EQ(scores.perplexity(), std::exp(3.0));
  EXPECT_DOUBLE_EQ(scores.base_nll().mean(), 2);
  EXPECT_DOUBLE_EQ(scores.rms_probability_difference(), 0.5);
  EXPECT_DOUBLE_EQ(scores.same_top().mean(), 0.8);
  EXPECT_DOUBLE_EQ(scores.kl_divergence().mean(), 2);
  EXPECT_DOUBLE_EQ(scores.KlQuantile(0), 0);
  EXPECT_DOUBLE_EQ(scores.KlQuantile(0.5), 2);
  EXPECT_DOUBLE_EQ(scores.KlQuantile(0.9), 3.6);
  EXPECT_DOUBLE_EQ(scores.KlQuantile(1), 4);
}

}  // namespace
}  // namespace tessera
