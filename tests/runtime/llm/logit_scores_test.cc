#include "runtime/llm/logit_scores.h"

#include <cmath>
#include <limits>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Logits of these probabilities, shifted, which changes nothing.
std::vector<float> Logits(const std::vector<double>& probabilities,
                          double shift) {
  std::vector<float> logits;
  for (double p : probabilities) {
    logits.push_back(static_cast<float>(std::log(p) + shift));
  }
  return logits;
}

TEST(LogitScoresTest, LikelihoodOfTheTokenThatCame) {
  for (double shift : {0.0, 7.0, -100.0}) {
    const std::vector<float> logits = Logits({0.5, 0.125, 0.375}, shift);
    EXPECT_NEAR(ScoreToken(logits, 0).nll, -std::log(0.5), 1e-5);
    EXPECT_NEAR(ScoreToken(logits, 1).nll, -std::log(0.125), 1e-5);
  }
  // Far apart, and as large as floats get.
  EXPECT_NEAR(ScoreToken({1000.0f, 0.0f}, 1).nll, 1000, 1e-9);
  EXPECT_EQ(ScoreToken({3e38f, -3e38f}, 0).nll, 0);
  EXPECT_EQ(ScoreToken({0.0f, -kInfinity}, 0).nll, 0);
}

TEST(LogitScoresTest, DivergenceByHand) {
  const std::vector<double> p = {0.5, 0.25, 0.25};
  const std::vector<double> q = {0.25, 0.5, 0.25};
  const TokenScore score = CompareToken(Logits(q, 3), Logits(p, -2), 0);
  EXPECT_NEAR(score.kl_divergence, 0.5 * std::log(2.0) + 0.25 * std::log(0.5),
              1e-6);
  EXPECT_NEAR(score.nll, -std::log(0.25), 1e-6);
  EXPECT_NEAR(score.base_nll, -std::log(0.5), 1e-6);
  EXPECT_NEAR(score.probability_difference, -0.25, 1e-6);
  EXPECT_FALSE(score.same_top);
}

TEST(LogitScoresTest, NoDivergenceFromItself) {
  std::vector<float> logits;
  for (int i = 0; i < 1000; ++i) {
    logits.push_back(std::sin(static_cast<float>(i)) * 20);
  }
  const TokenScore score = CompareToken(logits, logits, 17);
  EXPECT_EQ(score.kl_divergence, 0);
  EXPECT_EQ(score.probability_difference, 0);
  EXPECT_TRUE(score.same_top);
}

TEST(LogitScoresTest, TokensThatTheBaseExcludesAddNothing) {
  const TokenScore score =
      CompareToken({0.0f, 0.0f, -kInfinity}, {0.0f, -kInfinity, -kInfinity}, 0);
  EXPECT_NEAR(score.kl_divergence, std::log(2.0), 1e-6);
}

}  // namespace
}  // namespace tessera
