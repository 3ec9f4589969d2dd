#include "bench/gate/rank_test.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

// exp of each value: times whose logarithms are these.
std::vector<double> Times(std::vector<double> logarithms) {
  for (double& value : logarithms) value = std::exp(value);
  return logarithms;
}

TEST(PairedRatioTest, IsTheMedianOfWalshAverages) {
  // Walsh averages of 1, 2, 4, 8 are 1 1.5 2 2.5 3 4 4.5 5 6 8.
  const RatioEstimate estimate =
      PairedRatio(Times({0, 0, 0, 0}), Times({1, 2, 4, 8}), 0.5);
  EXPECT_NEAR(std::log(estimate.ratio), 3.5, 1e-12);
  EXPECT_EQ(estimate.samples, 4);
}

// The tables of Hollander and Wolfe: for n = 10, P(T+ >= 47) = 0.024 and
// P(T+ >= 46) = 0.032, so the interval of 95 % runs from the 9th smallest to
// the 9th greatest of the 55 averages.
TEST(PairedRatioTest, CutsAsTheTablesSay) {
  std::vector<double> a(10, 1.0);
  std::vector<double> logarithms;
  for (int i = 0; i < 10; ++i) logarithms.push_back(std::pow(2, i));
  const RatioEstimate estimate = PairedRatio(a, Times(logarithms), 0.95);
  std::vector<double> averages;
  for (int i = 0; i < 10; ++i) {
    for (int j = 0; j <= i; ++j) {
      averages.push_back((logarithms[i] + logarithms[j]) / 2);
    }
  }
  std::sort(averages.begin(), averages.end());
  EXPECT_NEAR(std::log(estimate.lower), averages[8], 1e-9);
  EXPECT_NEAR(std::log(estimate.upper), averages[55 - 9], 1e-9);
}

TEST(PairedRatioTest, FewPairsTellNothing) {
  const RatioEstimate estimate = PairedRatio({1, 1, 1}, {2, 2, 2}, 0.99);
  EXPECT_DOUBLE_EQ(estimate.ratio, 2);
  EXPECT_EQ(estimate.lower, 0);
  EXPECT_TRUE(std::isinf(estimate.upper));
  EXPECT_EQ(PairedRatio({}, {}, 0.99).samples, 0);
}

TEST(PairedRatioTest, AnOutlierIsOneOfMany) {
  std::vector<double> a(20, 1.0);
  std::vector<double> b(20, 1.1);
  b[3] = 50;
  const RatioEstimate estimate = PairedRatio(a, b, 0.99);
  EXPECT_NEAR(estimate.ratio, 1.1, 1e-9);
  EXPECT_NEAR(estimate.lower, 1.1, 1e-9);
}

// Exact and normal cut-offs meet where one takes over from the other.
TEST(PairedRatioTest, IntervalsShrinkSteadily) {
  double before = 1e9;
  for (int n = 16; n < 40; n += 4) {
    std::vector<double> logarithms;
    for (int i = 0; i < n; ++i) {
      logarithms.push_back((i % 2 == 0 ? 1.0 : -1.0) * (i + 1.0) / n);
    }
    const RatioEstimate estimate =
        PairedRatio(std::vector<double>(n, 1.0), Times(logarithms), 0.99);
    const double width = std::log(estimate.upper / estimate.lower);
    EXPECT_LT(width, before * 1.02) << n;
    before = width;
  }
}

TEST(UnpairedRatioTest, IsTheMedianShift) {
  const RatioEstimate estimate =
      UnpairedRatio(Times({0, 1}), Times({3, 5, 7}), 0.5);
  // Differences: 3 5 7 2 4 6.
  EXPECT_NEAR(std::log(estimate.ratio), 4.5, 1e-12);
  EXPECT_EQ(estimate.samples, 2);
}

// For n = 5, m = 5: P(U <= 2) = 0.016, P(U <= 3) = 0.028: 95 % leaves out two
// of 25 differences at each end.
TEST(UnpairedRatioTest, CutsAsTheTablesSay) {
  std::vector<double> differences;
  std::vector<double> a;
  std::vector<double> b;
  for (int i = 0; i < 5; ++i) {
    a.push_back(std::pow(1.7, i));
    b.push_back(10 + std::pow(2.3, i));
  }
  for (const double of_a : a) {
    for (const double of_b : b) differences.push_back(of_b - of_a);
  }
  std::sort(differences.begin(), differences.end());
  const RatioEstimate estimate = UnpairedRatio(Times(a), Times(b), 0.95);
  EXPECT_NEAR(std::log(estimate.lower), differences[2], 1e-9);
  EXPECT_NEAR(std::log(estimate.upper), differences[25 - 3], 1e-9);
}

// Each time of one run is compared with each of the other.
TEST(RankTest, ManyTimesDoNotTakeForEver) {
  const std::vector<double> a(1'000'000, 2);
  std::vector<double> b(1'000'000, 3);
  b.back() = 1e300;
  const RatioEstimate estimate = UnpairedRatio(a, b, 0.99);
  EXPECT_NEAR(estimate.ratio, 1.5, 1e-9);
  EXPECT_NEAR(estimate.lower, 1.5, 1e-9);
  EXPECT_NEAR(estimate.upper, 1.5, 1e-9);
}

// What an interval is for: it holds the truth as often as it says.
TEST(RankTest, IntervalsHoldTheTruth) {
  std::mt19937 random(1);
  std::cauchy_distribution<double> noise(0, 0.01);  // heavy tails
  int paired = 0;
  int unpaired = 0;
  constexpr int kTrials = 400;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> a;
    std::vector<double> b;
    for (int i = 0; i < 12; ++i) {
      a.push_back(std::exp(noise(random)));
      b.push_back(1.2 * std::exp(noise(random)));
    }
    const RatioEstimate of_pairs = PairedRatio(a, b, 0.9);
    const RatioEstimate of_groups = UnpairedRatio(a, b, 0.9);
    paired += of_pairs.lower <= 1.2 && 1.2 <= of_pairs.upper;
    unpaired += of_groups.lower <= 1.2 && 1.2 <= of_groups.upper;
  }
  EXPECT_GE(paired, 0.87 * kTrials);
  EXPECT_GE(unpaired, 0.87 * kTrials);
  EXPECT_LE(paired, 0.96 * kTrials);
  EXPECT_LE(unpaired, 0.96 * kTrials);
}

}  // namespace
}  // namespace tessera
