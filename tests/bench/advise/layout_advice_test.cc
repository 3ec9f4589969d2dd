#include "bench/advise/layout_advice.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr int64_t kTokens[] = {1, 512};

// Times of so many rounds with a machine that gets slower and a noise of
// `noise`, which `seed` shifts.
std::vector<double> Rounds(double seconds, double noise, int seed,
                           int rounds = 20) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const double drift = 1 + 0.5 * i;
    times.push_back(seconds * drift * (1 + noise * std::sin(i * 7 + seed)));
  }
  return times;
}

LayoutTimes Times(LayoutOrder layout, double gemv, double gemm, int seed,
                  double noise = 0.01, int rounds = 20) {
  return {layout,
          {Rounds(gemv, noise, seed, rounds),
           Rounds(gemm, noise, seed + 1, rounds)}};
}

LayoutTimes Interleaved() { return Times(LayoutOrder::kInterleaved, 1, 10, 0); }

TEST(LayoutAdviceTest, ChoosesByDuty) {
  // Transposed is faster for one vector, and so much slower for many that it
  // is slower on the whole.
  const std::vector<LayoutTimes> times = {
      Interleaved(), Times(LayoutOrder::kTransposed, 0.8, 20, 2),
      Times(LayoutOrder::kSwizzled, 1.1, 11, 4)};
  const auto gemv = AdviseLayout(MatrixDuty::kGemv, kTokens, times);
  ASSERT_TRUE(gemv.has_value());
  EXPECT_EQ(gemv->layout, LayoutOrder::kTransposed);
  EXPECT_EQ(gemv->evidence.over, LayoutOrder::kInterleaved);
  EXPECT_NEAR(gemv->evidence.ratio, 1.25, 0.02);
  EXPECT_GT(gemv->evidence.lower, 1.2);
  EXPECT_LT(gemv->evidence.upper, 1.3);
  EXPECT_EQ(gemv->evidence.samples, 20u);
  EXPECT_EQ(gemv->gains.size(), 2u);

  // sqrt(1 * 10) against sqrt(0.8 * 20) and sqrt(1.1 * 11).
  const auto gemm = AdviseLayout(MatrixDuty::kGemm, kTokens, times);
  ASSERT_TRUE(gemm.has_value());
  EXPECT_EQ(gemm->layout, LayoutOrder::kInterleaved);
  EXPECT_EQ(gemm->evidence.over, LayoutOrder::kSwizzled);
  EXPECT_NEAR(gemm->evidence.ratio, 1.1, 0.02);
  EXPECT_NEAR(gemm->gains[0].estimate.ratio, std::sqrt(10.0 / 16), 0.02);
}

TEST(LayoutAdviceTest, ChoosesTheFastestOfSeveral) {
  const auto advice =
      AdviseLayout(MatrixDuty::kGemv, kTokens,
                   {Interleaved(), Times(LayoutOrder::kTransposed, 0.9, 10, 2),
                    Times(LayoutOrder::kSwizzled, 0.7, 10, 4),
                    Times(LayoutOrder::kRowMajor, 0.8, 10, 6)});
  EXPECT_EQ(advice->layout, LayoutOrder::kSwizzled);
}

TEST(LayoutAdviceTest, KeepsInterleavedForSmallGains) {
  const auto advice = AdviseLayout(
      MatrixDuty::kGemv, kTokens,
      {Interleaved(), Times(LayoutOrder::kSwizzled, 0.985, 10, 2, 0.001)});
  EXPECT_EQ(advice->layout, LayoutOrder::kInterleaved);
  EXPECT_LT(advice->evidence.ratio, 1);
}

TEST(LayoutAdviceTest, KeepsInterleavedForGainsThatAreNotSure) {
  // 10 % faster, but noise of 60 %.
  const auto noisy = AdviseLayout(
      MatrixDuty::kGemv, kTokens,
      {Interleaved(), Times(LayoutOrder::kSwizzled, 0.9, 10, 2, 0.6)});
  EXPECT_EQ(noisy->layout, LayoutOrder::kInterleaved);
  // Twice as fast, in too few rounds for an interval.
  const auto few = AdviseLayout(
      MatrixDuty::kGemv, kTokens,
      {Interleaved(),
       Times(LayoutOrder::kSwizzled, 0.5, 10, 2, 0.01, kLeastRounds - 1)});
  EXPECT_EQ(few->layout, LayoutOrder::kInterleaved);
  const auto enough = AdviseLayout(
      MatrixDuty::kGemv, kTokens,
      {Interleaved(),
       Times(LayoutOrder::kSwizzled, 0.5, 10, 2, 0.01, kLeastRounds)});
  EXPECT_EQ(enough->layout, LayoutOrder::kSwizzled);
}

TEST(LayoutAdviceTest, SaysNothingOfWhatWasNotMeasured) {
  const std::vector<LayoutTimes> both = {
      Interleaved(), Times(LayoutOrder::kSwizzled, 1, 1, 2)};
  EXPECT_FALSE(AdviseLayout(MatrixDuty::kGemm, {1}, both).has_value());
  EXPECT_FALSE(AdviseLayout(MatrixDuty::kGemv, {8, 512}, both).has_value());
  EXPECT_FALSE(AdviseLayout(MatrixDuty::kGemv, kTokens, {both[0]}).has_value());
  EXPECT_FALSE(
      AdviseLayout(MatrixDuty::kGemv, kTokens, {both[1], both[1]}).has_value());
  EXPECT_FALSE(AdviseLayout(MatrixDuty::kGemv, kTokens, {}).has_value());
}

TEST(LayoutAdviceTest, RulesAreForExactlyThatMatrix) {
  const auto advice = AdviseLayout(
      MatrixDuty::kGemv, kTokens,
      {Interleaved(), Times(LayoutOrder::kTransposed, 0.5, 10, 2)});
  const LayoutRule rule = RuleFor({DType::kF16, 128, 64}, *advice);
  EXPECT_TRUE(rule.AppliesTo(DType::kF16, MatrixDuty::kGemv, 128, 64));
  EXPECT_FALSE(rule.AppliesTo(DType::kF16, MatrixDuty::kGemm, 128, 64));
  EXPECT_FALSE(rule.AppliesTo(DType::kF16, MatrixDuty::kGemv, 129, 64));
  const auto parsed = ParseLayoutRule(LayoutRuleText(rule));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->layout, LayoutOrder::kTransposed);
}

}  // namespace
}  // namespace tessera
