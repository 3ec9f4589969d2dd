#include "bench/gate/decide.h"

#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

// `pairs` pairs of a build and one that takes `slowdown` times as long, each
// with noise of about `noise`.
PairedTimes Make(int pairs, double slowdown, double noise, int seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, noise);
  PairedTimes times;
  for (int i = 0; i < pairs; ++i) {
    times.before.push_back(std::exp(normal(random)));
    times.after.push_back(slowdown * std::exp(normal(random)));
  }
  return times;
}

TEST(DecideTest, AClearSlowdownFails) {
  const Decision decision =
      Decide(Make(16, 1.15, 0.01, 1), 1.01, 60, GateRules());
  EXPECT_EQ(decision.verdict, Verdict::kRegression);
  EXPECT_NEAR(decision.slowdown.ratio, 1.15, 0.02);
  EXPECT_GT(decision.slowdown.lower, 1.01);
}

TEST(DecideTest, TheSameSpeedPasses) {
  EXPECT_EQ(Decide(Make(16, 1, 0.01, 1), 1.01, 60, GateRules()).verdict,
            Verdict::kPass);
  EXPECT_EQ(Decide(Make(16, 0.8, 0.01, 1), 1.01, 60, GateRules()).verdict,
            Verdict::kPass);
}

TEST(DecideTest, WhatDoesNotMatterPasses) {
  EXPECT_EQ(Decide(Make(40, 1.015, 0.005, 1), 1.005, 60, GateRules()).verdict,
            Verdict::kPass);
}

TEST(DecideTest, FewSamplesTellNothing) {
  EXPECT_EQ(Decide(Make(3, 2, 0.001, 1), 1.001, 1, GateRules()).verdict,
            Verdict::kNoisy);
  EXPECT_EQ(Decide({}, 1.001, 1, GateRules()).verdict, Verdict::kNoisy);
}

TEST(DecideTest, ASlowdownWithinTheNoiseIsNoVerdict) {
  // The build differs from itself by 20 %.
  EXPECT_EQ(Decide(Make(16, 1.15, 0.01, 1), 1.2, 60, GateRules()).verdict,
            Verdict::kNoisy);
  // Nor is it a pass where nothing could have been found.
  EXPECT_EQ(Decide(Make(16, 1, 0.01, 1), 1.2, 60, GateRules()).verdict,
            Verdict::kNoisy);
}

TEST(DecideTest, TheNoiseFloorCountsBothDirections) {
  EXPECT_NEAR(NoiseFloor(Make(40, 1.1, 0.001, 1)), 1.1, 0.002);
  EXPECT_NEAR(NoiseFloor(Make(40, 1 / 1.1, 0.001, 1)), 1.1, 0.002);
  EXPECT_GE(NoiseFloor(Make(40, 1, 0.01, 1)), 1);
  EXPECT_TRUE(std::isinf(NoiseFloor({})));
}

TEST(DecideTest, LooksDoubleUntilTheLast) {
  EXPECT_EQ(LooksBetween(16, 64), (std::vector<int>{16, 32, 64}));
  EXPECT_EQ(LooksBetween(12, 40), (std::vector<int>{12, 24, 40}));
  EXPECT_EQ(LooksBetween(16, 16), (std::vector<int>{16}));
}

// A row that is looked at three times passes a slowdown of least_effect no more
// often than promised.
TEST(DecideTest, MissesAreAsRareAsPromised) {
  constexpr int kRows = 2000;
  const std::vector<int> looks = LooksBetween(16, 64);
  GateRules rules;
  rules.looks = static_cast<int>(looks.size());
  int passed = 0;
  for (int seed = 0; seed < kRows; ++seed) {
    const PairedTimes all = Make(64, 1.04, 0.03, seed);
    for (const int look : looks) {
      PairedTimes times = all;
      times.before.resize(look);
      times.after.resize(look);
      const Verdict verdict = Decide(times, 1.01, 60, rules).verdict;
      if (verdict == Verdict::kNoisy) continue;
      passed += verdict == Verdict::kPass;
      break;
    }
  }
  EXPECT_LE(passed, 0.05 * kRows);
}

// What the rules promise: of many gates over a build that did not change, a
// share of false_alarms fails at most, however wide the noise.
TEST(DecideTest, FalseAlarmsAreAsRareAsPromised) {
  constexpr int kGates = 2000;
  constexpr int kRows = 5;
  for (const double noise : {0.02, 0.1}) {
    int alarms = 0;
    for (int gate = 0; gate < kGates; ++gate) {
      for (int row = 0; row < kRows; ++row) {
        const int seed = gate * kRows + row;
        const double floor = NoiseFloor(Make(8, 1, noise, seed + 1000000));
        alarms += Decide(Make(16, 1, noise, seed), floor, kRows, GateRules())
                      .verdict == Verdict::kRegression;
      }
    }
    EXPECT_LE(alarms, 0.02 * kGates) << noise;
  }
}

// And a slowdown of 15 % is found, if the machine is not much worse than usual.
TEST(DecideTest, ASlowdownOf15PercentIsFound) {
  constexpr int kGates = 500;
  int found = 0;
  for (int seed = 0; seed < kGates; ++seed) {
    const double floor = NoiseFloor(Make(8, 1, 0.03, seed + 1000000));
    found +=
        Decide(Make(16, 1.15, 0.03, seed), floor, 60, GateRules()).verdict ==
        Verdict::kRegression;
  }
  EXPECT_GE(found, 0.95 * kGates);
}

}  // namespace
}  // namespace tessera
