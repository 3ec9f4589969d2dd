#include "runtime/llm/token_probability.h"

#include <cmath>
#include <limits>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(TokenProbabilityTest, AreLogarithmsOfTheSoftmax) {
  const std::vector<float> logits = {static_cast<float>(std::log(0.1) + 9),
                                     static_cast<float>(std::log(0.6) + 9),
                                     static_cast<float>(std::log(0.3) + 9)};
  const auto result = TokenProbabilities(logits, 2, 2);
  ASSERT_EQ(result.size(), 3u);
  EXPECT_EQ(result[0].id, 2);
  EXPECT_NEAR(std::exp(result[0].logprob), 0.3, 1e-6);
  EXPECT_EQ(result[1].id, 1);
  EXPECT_NEAR(std::exp(result[1].logprob), 0.6, 1e-6);
  EXPECT_EQ(result[2].id, 2);
  EXPECT_EQ(result[2].logprob, result[0].logprob);
}

TEST(TokenProbabilityTest, EqualsGoByIdAndNotMoreThanThereAre) {
  const auto result = TokenProbabilities({1, 1, 1}, 1, 100);
  ASSERT_EQ(result.size(), 4u);
  EXPECT_EQ(result[1].id, 0);
  EXPECT_EQ(result[3].id, 2);
  EXPECT_NEAR(result[3].logprob, -std::log(3.0), 1e-12);
  EXPECT_EQ(TokenProbabilities({1, 1, 1}, 1, 0).size(), 1u);
}

TEST(TokenProbabilityTest, AreNumbersWhateverTheLogitsAre) {
  const std::vector<float> hostile[] = {
      {kNan, kNan, kNan}, {-kInf, -kInf, -kInf},  {kInf, kInf, 0},
      {kNan, 1, -kInf},   {3e38f, -3e38f, 3e38f}, {-1e30f, -1e30f, -1e30f}};
  for (const std::vector<float>& logits : hostile) {
    for (const TokenProbability& it : TokenProbabilities(logits, 2, 3)) {
      EXPECT_TRUE(std::isfinite(it.logprob));
      EXPECT_LE(it.logprob, 0);
      EXPECT_GE(it.logprob, kLeastLogprob);
    }
  }
  const auto one = TokenProbabilities({kNan, 1, -kInf}, 0, 2);
  EXPECT_EQ(one[0].logprob, kLeastLogprob);
  EXPECT_EQ(one[1].id, 1);
  EXPECT_EQ(one[1].logprob, 0);
  EXPECT_EQ(one[2].logprob, kLeastLogprob);
}

}  // namespace
}  // namespace tessera
