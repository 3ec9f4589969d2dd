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
  for (int i = 0; i < kDraws; ++i)
    shares[sampler.Sample(logits)] += 1.0 / kDraws;
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

// Logits [4, 3, 2.5] after the tokens 0 0 1, greedy.
int32_t ChoiceAfter001(const SamplerOptions& changed) {
  SamplerOptions options = changed;
  options.temperature = 0;
  Sampler sampler(options, 3);
  for (const int32_t id : {0, 0, 1}) sampler.Accept(id);
  return sampler.Sample({4, 3, 2.5});
}

TEST(SamplerTest, FrequencyCountsAndPresenceDoesNot) {
  SamplerOptions options;
  EXPECT_EQ(ChoiceAfter001(options), 0);
  options.frequency_penalty = 0.9;  // 2.2, 2.1, 2.5
  EXPECT_EQ(ChoiceAfter001(options), 2);
  options.frequency_penalty = 0.7;  // 2.6, 2.3, 2.5
  EXPECT_EQ(ChoiceAfter001(options), 0);
  options.frequency_penalty = 0;
  options.presence_penalty = 1.4;  // 2.6, 1.6, 2.5
  EXPECT_EQ(ChoiceAfter001(options), 0);
  options.presence_penalty = 1.6;  // 2.4, 1.4, 2.5
  EXPECT_EQ(ChoiceAfter001(options), 2);
  options.repeat_penalty = 2;
  options.presence_penalty = -0.6;  // 2.6, 2.1, 2.5: after the division
  EXPECT_EQ(ChoiceAfter001(options), 0);
  options.repeat_last_n = 1;  // 4, 2.1, 2.5
  EXPECT_EQ(ChoiceAfter001(options), 0);
  options.repeat_last_n = 0;
  options.presence_penalty = 100;
  EXPECT_EQ(ChoiceAfter001(options), 0);
}

TEST(SamplerTest, AllTokensCanBeRecentAndForgotten) {
  SamplerOptions options;
  options.temperature = 0;
  options.presence_penalty = 2;
  options.repeat_last_n = -1;
  Sampler sampler(options, 3);
  sampler.Accept(0);
  for (int i = 0; i < 1000; ++i) sampler.Accept(1);
  EXPECT_EQ(sampler.Sample({4, 4, 2.5}), 2);
  sampler.Restart();
  EXPECT_EQ(sampler.Sample({4, 4, 2.5}), 0);
  sampler.Accept(-5);
  sampler.Accept(1000);  // no token of the vocabulary, and no harm
  EXPECT_EQ(sampler.Sample({4, 4, 2.5}), 0);
}

TEST(SamplerTest, BiasesComeBeforePenalties) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  SamplerOptions options;
  options.temperature = 0;
  options.logit_bias = {{1, 5}, {7, 3}};
  EXPECT_EQ(Sampler(options, 3).Sample({4, 0, 1}), 1);
  options.logit_bias = {{0, -kInf}};
  EXPECT_EQ(Sampler(options, 3).Sample({kInf, 0, 1}), 2);
  options.logit_bias = {{0, 6}};
  options.repeat_penalty = 4;  // (4 + 6) / 4, and not 4 / 4 + 6
  options.repeat_last_n = 64;
  EXPECT_EQ(ChoiceAfter001(options), 0);
  options.logit_bias = {{0, 5.9f}};  // 2.475
  EXPECT_EQ(ChoiceAfter001(options), 2);
}

TEST(SamplerTest, DryEndsLoops) {
  SamplerOptions options;
  options.temperature = 0;
  options.dry.multiplier = 1;
  Sampler sampler(options, 3);
  for (const int32_t id : {0, 1, 2, 0, 1}) sampler.Accept(id);
  // Token 2 would repeat 0 1 2: 1 * 1.75 ^ (2 - 2) off its logit.
  EXPECT_EQ(sampler.Sample({0, 1, 1.9f}), 1);
  EXPECT_EQ(sampler.Sample({0, 1, 2.1f}), 2);
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
  EXPECT_TRUE(absl::StartsWith(error([](auto& o) { o.temperature = -1; }),
                               "temperature is -1"));
  EXPECT_TRUE(absl::StartsWith(error([](auto& o) { o.temperature = NAN; }),
                               "temperature"));
  EXPECT_TRUE(absl::StartsWith(error([](auto& o) { o.top_k = -1; }), "top_k"));
  EXPECT_TRUE(absl::StartsWith(error([](auto& o) { o.top_p = 1.5; }), "top_p"));
  EXPECT_TRUE(absl::StartsWith(error([](auto& o) { o.min_p = -1; }), "min_p"));
  EXPECT_TRUE(absl::StartsWith(error([](auto& o) { o.repeat_penalty = 0; }),
                               "repeat_penalty"));
  const auto expect = [&](absl::string_view start, auto change) {
    EXPECT_TRUE(absl::StartsWith(error(change), start)) << error(change);
  };
  expect("presence_penalty", [](auto& o) { o.presence_penalty = 101; });
  expect("frequency_penalty", [](auto& o) { o.frequency_penalty = NAN; });
  expect("dry_multiplier", [](auto& o) { o.dry.multiplier = -1; });
  expect("dry_base", [](auto& o) { o.dry.base = 0.5; });
  expect("dry_allowed_length", [](auto& o) { o.dry.allowed_length = 0; });
  expect("logit_bias: -1", [](auto& o) { o.logit_bias = {{-1, 1}}; });
  expect("logit_bias of token 3 is nan", [](auto& o) {
    o.logit_bias = {{3, NAN}};
  });
  EXPECT_TRUE(absl::StartsWith(error([](auto& o) { o.repeat_last_n = -2; }),
                               "repeat_last_n"));
  SamplerOptions options;
  options.logit_bias = {{3, 1}};
  EXPECT_TRUE(CheckLogitBias(options, 4).ok());
  EXPECT_EQ(CheckLogitBias(options, 3).message(),
            "logit_bias: there is no token 3; the model has those from 0 to 2");
}

}  // namespace
}  // namespace tessera
