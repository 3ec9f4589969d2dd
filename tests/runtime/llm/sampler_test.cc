#include "runtime/llm/sampler.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr int kDraws = 20000;

// Everything off: draws from the softmax of the logits.
SamplerOptions PlainOptions() {
  SamplerOptions options;
  options.temperature = 1;
  options.top_k = 0;
  options.top_p = 1;
  options.min_p = 0;
  options.seed = 42;
  return options;
}

// How often each id came, in kDraws draws from `logits`.
std::map<int32_t, double> Shares(const SamplerOptions& options,
                                 const std::vector<float>& logits) {
  Sampler sampler(options, static_cast<int64_t>(logits.size()));
  std::map<int32_t, double> shares;
  for (int i = 0; i < kDraws; ++i) shares[sampler.Sample(logits)] += 1.0 / kDraws;
  return shares;
}

// Logits whose softmax is `probabilities`.
std::vector<float> LogitsOf(const std::vector<double>& probabilities) {
  std::vector<float> logits;
  for (const double p : probabilities) {
    logits.push_back(static_cast<float>(std::log(p) + 3));
  }
  return logits;
}

TEST(SamplerTest, DrawsFromTheSoftmax) {
  const auto shares = Shares(PlainOptions(), LogitsOf({0.1, 0.6, 0.3}));
  EXPECT_NEAR(shares.at(0), 0.1, 0.015);
  EXPECT_NEAR(shares.at(1), 0.6, 0.015);
  EXPECT_NEAR(shares.at(2), 0.3, 0.015);
}

TEST(SamplerTest, TemperatureSharpensAndFlattens) {
  SamplerOptions options = PlainOptions();
  options.temperature = 0.5;  // squares the probabilities
  EXPECT_NEAR(Shares(options, LogitsOf({0.75, 0.25})).at(1), 0.1, 0.015);
  options.temperature = 2;  // square roots
  EXPECT_NEAR(Shares(options, LogitsOf({0.8, 0.2})).at(1), 1.0 / 3, 0.02);
}

TEST(SamplerTest, TemperatureZeroTakesTheFirstOfTheLikeliest) {
  SamplerOptions options;
  options.temperature = 0;
  Sampler sampler(options, 5);
  EXPECT_EQ(sampler.Sample({1, 3, -2, 3, 0}), 1);
  EXPECT_EQ(sampler.Sample({-5, -4, -3, -2, -1}), 4);
}

TEST(SamplerTest, TopKKeepsTheLikeliestAndLowerIdsOfEquals) {
  SamplerOptions options = PlainOptions();
  options.top_k = 2;
  const auto shares = Shares(options, LogitsOf({0.1, 0.3, 0.3, 0.3}));
  ASSERT_EQ(shares.size(), 2u);
  EXPECT_NEAR(shares.at(1), 0.5, 0.02);
  EXPECT_NEAR(shares.at(2), 0.5, 0.02);
  options.top_k = 100;
  EXPECT_EQ(Shares(options, LogitsOf({0.5, 0.5})).size(), 2u);
}

TEST(SamplerTest, TopPKeepsTheFewestThatReachTheMass) {
  SamplerOptions options = PlainOptions();
  const std::vector<float> logits = LogitsOf({0.05, 0.5, 0.15, 0.3});
  options.top_p = 0.75;
  EXPECT_EQ(Shares(options, logits).size(), 2u);
  options.top_p = 0.9;
  EXPECT_EQ(Shares(options, logits).size(), 3u);
  options.top_p = 0;
  EXPECT_EQ(Shares(options, logits).size(), 1u);
  EXPECT_EQ(Shares(options, logits).count(1), 1u);
}

TEST(SamplerTest, MinPIsRelativeToTheLikeliest) {
  SamplerOptions options = PlainOptions();
  const std::vector<float> logits = LogitsOf({0.02, 0.6, 0.28, 0.1});
  options.min_p = 0.4;
  EXPECT_EQ(Shares(options, logits).size(), 2u);
  options.min_p = 0.1;
  EXPECT_EQ(Shares(options, logits).size(), 3u);
  options.min_p = 1;
  EXPECT_EQ(Shares(options, logits).size(), 1u);
}

TEST(SamplerTest, RepeatPenaltyWeakensRecentTokensOnly) {
  SamplerOptions options;
  options.temperature = 0;
  options.repeat_penalty = 2;
  options.repeat_last_n = 2;
  Sampler sampler(options, 3);
  const std::vector<float> positive = {1.5, 2, 1};
  EXPECT_EQ(sampler.Sample(positive), 1);
  sampler.Accept(1);
  EXPECT_EQ(sampler.Sample(positive), 0);
  // A negative logit moves away from zero, too.
  EXPECT_EQ(sampler.Sample({-1.5, -1, -3}), 0);
  sampler.Accept(1);
  EXPECT_EQ(sampler.Sample(positive), 0);  // twice recent is not worse
  sampler.Accept(2);
  sampler.Accept(2);
  EXPECT_EQ(sampler.Sample(positive), 1);  // forgotten
}

TEST(SamplerTest, EqualSeedsGiveEqualTokens) {
  SamplerOptions options;
  const std::vector<float> logits = LogitsOf({0.2, 0.2, 0.2, 0.2, 0.2});
  const auto draw = [&](uint64_t seed) {
    options.seed = seed;
    Sampler sampler(options, 5);
    std::vector<int32_t> ids;
    for (int i = 0; i < 32; ++i) ids.push_back(sampler.Sample(logits));
    return ids;
  };
  EXPECT_EQ(draw(1), draw(1));
  EXPECT_NE(draw(1), draw(2));
  // std::mt19937_64 is specified to the bit, so this holds everywhere.
  const std::vector<int32_t> ids = draw(7);
  EXPECT_EQ(std::vector<int32_t>(ids.begin(), ids.begin() + 6),
            (std::vector<int32_t>{3, 4, 0, 4, 0, 0}));
}

TEST(SamplerTest, ChoosesSomethingWhateverTheLogitsAre) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  for (const double temperature : {0.0, 0.8}) {
    SamplerOptions options;
    options.temperature = temperature;
    Sampler sampler(options, 3);
    EXPECT_EQ(sampler.Sample({kNan, 1, kNan}), 1);
    EXPECT_EQ(sampler.Sample({-kInf, 2, -kInf}), 1);
    for (const std::vector<float>& logits :
         {std::vector<float>{kNan, kNan, kNan},
          std::vector<float>{-kInf, -kInf, -kInf},
          std::vector<float>{kInf, kInf, 0}}) {
      const int32_t id = sampler.Sample(logits);
      EXPECT_GE(id, 0);
      EXPECT_LT(id, 3);
    }
  }
}

TEST(SamplerTest, NamesTheOptionThatMakesNoSense) {
  const auto error = [](auto change) {
    SamplerOptions options;
    change(options);
    return std::string(CheckSamplerOptions(options).message());
  };
  EXPECT_TRUE(CheckSamplerOptions(SamplerOptions()).ok());
  EXPECT_TRUE(absl::StartsWith(
      error([](auto& o) { o.temperature = -1; }), "temperature is -1"));
  EXPECT_TRUE(absl::StartsWith(
      error([](auto& o) { o.temperature = NAN; }), "temperature"));
  EXPECT_TRUE(absl::StartsWith(error([](auto& o) { o.top_k = -1; }), "top_k"));
  EXPECT_TRUE(absl::StartsWith(error([](auto& o) { o.top_p = 1.5; }), "top_p"));
  EXPECT_TRUE(absl::StartsWith(error([](auto& o) { o.min_p = -1; }), "min_p"));
  EXPECT_TRUE(absl::StartsWith(error([](auto& o) { o.repeat_penalty = 0; }),
                               "repeat_penalty"));
  EXPECT_TRUE(absl::StartsWith(error([](auto& o) { o.repeat_last_n = -1; }),
                               "repeat_last_n"));
}

}  // namespace
}  // namespace tessera
