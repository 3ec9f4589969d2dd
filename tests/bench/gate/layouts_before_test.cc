#include "bench/gate/layouts_before.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using Kind = GateResult::Kind;

GateResult Failing(Kind kind, const std::string& name, double value) {
  GateResult result;
  result.kind = kind;
  result.name = name;
  result.value = value;
  result.lower = value * 0.99;
  result.upper = value * 1.01;
  result.noise = 1.01;
  result.verdict = Verdict::kRegression;
  return result;
}

ResultFile RunOf(const std::vector<GateResult>& results) {
  ResultFile run;
  run.machine.cpu = "CPU";
  run.machine.fingerprint = "0123456789abcdef";
  run.options.isa = "avx2";
  for (const GateResult& result : results) {
    run.records.push_back(
        {{"row", result.name},
         {"kind", std::string(GateResultKindName(result.kind))},
         {"value", result.value}});
  }
  return run;
}

Verdict VerdictAfter(const GateResult& now, const GateResult& before) {
  std::vector<GateResult> results = {now};
  const absl::Status status =
      ExcuseAsBefore(RunOf({before}), RunOf({}), GateRules(), &results);
  EXPECT_TRUE(status.ok()) << status;
  return results[0].verdict;
}

constexpr char kPair[] = "layout Q8_0 interleaved / rowmajor t64";

TEST(LayoutsBeforeTest, WhatWasAsSlowIsKnown) {
  EXPECT_EQ(VerdictAfter(Failing(Kind::kLayout, kPair, 1.10),
                         Failing(Kind::kLayout, kPair, 1.08)),
            Verdict::kKnown);
}

TEST(LayoutsBeforeTest, WhatHasBecomeSlowerFails) {
  EXPECT_EQ(VerdictAfter(Failing(Kind::kLayout, kPair, 1.20),
                         Failing(Kind::kLayout, kPair, 1.08)),
            Verdict::kRegression);
}

// Two programs place their code at different addresses.
TEST(LayoutsBeforeTest, LessThanSevenPercentIsNotSlower) {
  EXPECT_EQ(VerdictAfter(Failing(Kind::kLayout, kPair, 1.05),
                         Failing(Kind::kLayout, kPair, 0.98)),
            Verdict::kKnown);
  EXPECT_EQ(VerdictAfter(Failing(Kind::kLayout, kPair, 1.05),
                         Failing(Kind::kLayout, kPair, 0.95)),
            Verdict::kRegression);
}

TEST(LayoutsBeforeTest, AnotherChoiceOfAutoFails) {
  EXPECT_EQ(
      VerdictAfter(
          Failing(Kind::kAuto, "auto Q4_0 swizzled / interleaved t1", 1.1),
          Failing(Kind::kAuto, "auto Q4_0 interleaved / rowmajor t1", 1.1)),
      Verdict::kRegression);
}

TEST(LayoutsBeforeTest, AFloorIsHeldToTheFigureOfTheOlderBuild) {
  const GateResult floor =
      Failing(Kind::kFloor, "floor Q4_0 interleaved t64", 40);
  EXPECT_EQ(VerdictAfter(floor, Failing(Kind::kFigure,
                                        "figure Q4_0 interleaved t64", 41)),
            Verdict::kKnown);
  EXPECT_EQ(VerdictAfter(floor, Failing(Kind::kFigure,
                                        "figure Q4_0 interleaved t64", 60)),
            Verdict::kRegression);
}

TEST(LayoutsBeforeTest, CountsAndKernelsAreNotExcused) {
  for (const Kind kind : {Kind::kCount, Kind::kKernel, Kind::kStored}) {
    std::vector<GateResult> results = {Failing(kind, kPair, 1.1)};
    ASSERT_TRUE(ExcuseAsBefore(RunOf({Failing(Kind::kLayout, kPair, 1.1)}),
                               RunOf({}), GateRules(), &results)
                    .ok());
    EXPECT_EQ(results[0].verdict, Verdict::kRegression);
  }
}

TEST(LayoutsBeforeTest, RefusesAnotherMachineAndAFileWithoutLayouts) {
  std::vector<GateResult> results;
  ResultFile other = RunOf({Failing(Kind::kLayout, kPair, 1.1)});
  other.machine.fingerprint = "fedcba9876543210";
  EXPECT_TRUE(absl::IsInvalidArgument(
      ExcuseAsBefore(other, RunOf({}), GateRules(), &results)));
  EXPECT_TRUE(absl::IsInvalidArgument(
      ExcuseAsBefore(RunOf({}), RunOf({}), GateRules(), &results)));
}

}  // namespace
}  // namespace tessera
