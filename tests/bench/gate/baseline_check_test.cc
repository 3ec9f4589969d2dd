#include "bench/gate/baseline_check.h"

#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

std::map<std::string, Verdict> Verdicts(
    const std::vector<GateResult>& results) {
  std::map<std::string, Verdict> verdicts;
  for (const GateResult& result : results) {
    verdicts[result.name] = result.verdict;
  }
  return verdicts;
}

GateBaseline Baseline() {
  GateBaseline baseline;
  baseline.compiler = "GCC 12.2.0";
  baseline.counts = {{"gemv: instructions", 200},
                     {"model: barriers per token", 50},
                     {"run: bytes of the file", 1000},
                     {"gone: padding", 1}};
  return baseline;
}

TEST(CheckCountsTest, OneMoreOfAnythingIsFound) {
  const auto verdicts = Verdicts(CheckCounts(Baseline(),
                                             {{"gemv: instructions", 200.25},
                                              {"model: barriers per token", 51},
                                              {"run: bytes of the file", 1019},
                                              {"new: allocations", 0}},
                                             "GCC 12.2.0", ""));
  EXPECT_EQ(verdicts.at("gemv: instructions"), Verdict::kChanged);
  EXPECT_EQ(verdicts.at("model: barriers per token"), Verdict::kChanged);
  EXPECT_EQ(verdicts.at("run: bytes of the file"), Verdict::kPass);
  EXPECT_EQ(verdicts.at("gone: padding"), Verdict::kMissing);
  EXPECT_EQ(verdicts.at("new: allocations"), Verdict::kChanged);
}

TEST(CheckCountsTest, LessIsAChangeToo) {
  // Else it could come back unnoticed.
  const auto verdicts = Verdicts(CheckCounts(
      Baseline(),
      {{"gemv: instructions", 150}, {"run: bytes of the file", 979}},
      "GCC 12.2.0", ""));
  EXPECT_EQ(verdicts.at("gemv: instructions"), Verdict::kChanged);
  EXPECT_EQ(verdicts.at("run: bytes of the file"), Verdict::kChanged);
}

TEST(CheckCountsTest, AnotherCompilerCannotTellInstructions) {
  const auto results = CheckCounts(Baseline(),
                                   {{"gemv: instructions", 300},
                                    {"model: barriers per token", 51},
                                    {"run: bytes of the file", 2000}},
                                   "GCC 14.1.0", "");
  const auto verdicts = Verdicts(results);
  EXPECT_EQ(verdicts.at("gemv: instructions"), Verdict::kNoisy);
  EXPECT_EQ(verdicts.at("run: bytes of the file"), Verdict::kNoisy);
  EXPECT_EQ(verdicts.at("model: barriers per token"), Verdict::kChanged);
}

TEST(CheckCountsTest, TheFilterLeavesWhatItNames) {
  const auto results = CheckCounts(Baseline(), {{"gemv: instructions", 200}},
                                   "GCC 12.2.0", "gemv instructions");
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].name, "gemv: instructions");
  EXPECT_EQ(VerdictOf(results), Verdict::kPass);
}

LayoutSpeed Speed(double percent, double noise) {
  LayoutSpeed speed;
  speed.type = DType::kQ4_0;
  speed.tokens = 1;
  speed.percent = {percent, percent - 1, percent + 1, 12};
  speed.noise = noise;
  return speed;
}

TEST(CheckFloorsTest, BelowTheFloorByMoreThanTheNoiseFails) {
  const SpeedFloors floors = {"cpu", "avx2", {{"Q4_0 t1", 80}}, {}};
  const auto verdict = [&](double percent, double noise) {
    return CheckFloors(floors, {Speed(percent, noise)}, "").at(0).verdict;
  };
  EXPECT_EQ(verdict(90, 1.01), Verdict::kPass);
  EXPECT_EQ(verdict(79.5, 1), Verdict::kNoisy);
  EXPECT_EQ(verdict(70, 1.01), Verdict::kRegression);
  EXPECT_EQ(verdict(70, 1.2), Verdict::kNoisy);
}

TEST(CheckFloorsTest, WhatHasNoFloorIsSaid) {
  const auto results =
      CheckFloors({"cpu", "avx2", {{"Q8_0 t1", 80}}, {}}, {Speed(90, 1)}, "");
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].verdict, Verdict::kNew);
  EXPECT_FALSE(results[0].why.empty());
}

TEST(CheckFloorsTest, OnlyInterleavedHasFloors) {
  LayoutSpeed speed = Speed(10, 1);
  speed.layout = LayoutOrder::kSwizzled;
  EXPECT_TRUE(
      CheckFloors({"cpu", "avx2", {{"Q4_0 t1", 80}}, {}}, {speed}, "").empty());
}

TEST(ExcuseKnownTest, WhatIsKnownFailsOnlyIfItIsWorse) {
  const auto verdict = [&](GateResult::Kind kind, const std::string& name,
                           double lower) {
    GateResult result;
    result.kind = kind;
    result.name = name;
    result.value = lower + 0.05;
    result.lower = lower;
    result.verdict = Verdict::kRegression;
    std::vector<GateResult> results = {result};
    ExcuseKnown({{"a / b t1", 1.5}}, &results);
    return results[0].verdict;
  };
  const auto layout = GateResult::Kind::kLayout;
  EXPECT_EQ(verdict(layout, "layout a / b t1", 1.4), Verdict::kKnown);
  EXPECT_EQ(verdict(GateResult::Kind::kAuto, "auto a / b t1", 1.4),
            Verdict::kKnown);
  EXPECT_EQ(verdict(layout, "layout a / b t1", 1.6), Verdict::kRegression);
  EXPECT_EQ(verdict(layout, "layout a / c t1", 1.1), Verdict::kRegression);
}

TEST(CheckFloorsTest, ProposalsLeaveRoom) {
  const SpeedFloors floors = ProposeFloors("cpu", "avx2", {Speed(90, 1)});
  EXPECT_EQ(floors.percent.at("Q4_0 t1"), 76);
}

}  // namespace
}  // namespace tessera
