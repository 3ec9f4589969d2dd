#include "bench/gate/stored_check.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

GateResult Figure(const std::string& name, double time, double limit) {
  GateResult figure;
  figure.name = "figure " + name;
  figure.kind = GateResult::Kind::kFigure;
  figure.noise = 1.01;
  for (int i = 0; i < 12; ++i) {
    figure.samples_ns.push_back(time * (1 + 0.001 * (i % 5)));
    figure.limit_samples_ns.push_back(limit * (1 + 0.001 * (i % 3)));
  }
  return figure;
}

ResultFile RunOf(const std::vector<GateResult>& figures) {
  ResultFile run;
  run.machine.cpu = "CPU";
  run.machine.fingerprint = "0123456789abcdef";
  run.options.isa = "avx2";
  run.options.threads = 2;
  for (const GateResult& figure : figures) {
    run.records.push_back(
        {{"row", figure.name},
         {"kind", std::string(GateResultKindName(figure.kind))},
         {"samples_ns", figure.samples_ns},
         {"limit_samples_ns", figure.limit_samples_ns}});
  }
  return run;
}

std::vector<GateResult> Check(const GateResult& before, const GateResult& now) {
  const auto results =
      CheckStored(RunOf({before}), RunOf({}), {now}, GateRules(), false);
  EXPECT_TRUE(results.ok()) << results.status();
  return results.ok() ? *results : std::vector<GateResult>();
}

TEST(StoredCheckTest, AMachineThatIsSlowerAsAWholeIsNoRegression) {
  const auto results =
      Check(Figure("Q4_0 t1", 1000, 900), Figure("Q4_0 t1", 1300, 1170));
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].name, "stored Q4_0 t1");
  EXPECT_EQ(results[0].verdict, Verdict::kPass);
  EXPECT_NEAR(results[0].value, 1, 0.01);
}

TEST(StoredCheckTest, AKernelThatIsSlowerThanTheMachineIs) {
  const auto results =
      Check(Figure("Q4_0 t1", 1000, 900), Figure("Q4_0 t1", 1200, 900));
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].verdict, Verdict::kRegression);
  EXPECT_NEAR(results[0].value, 1.2, 0.01);
}

TEST(StoredCheckTest, WhatTwoRunsDifferByPasses) {
  EXPECT_EQ(Check(Figure("a", 1000, 900), Figure("a", 1060, 900)).at(0).verdict,
            Verdict::kPass);
}

TEST(StoredCheckTest, AFigureOfItsOwnIsNew) {
  const auto results = Check(Figure("a", 1000, 900), Figure("b", 1000, 900));
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].verdict, Verdict::kNew);
}

TEST(StoredCheckTest, OtherMachinesAreRefusedUnlessTold) {
  const GateResult figure = Figure("a", 1000, 900);
  const ResultFile now = RunOf({});
  for (int difference = 0; difference < 3; ++difference) {
    ResultFile earlier = RunOf({figure});
    if (difference == 0) earlier.machine.fingerprint = "other";
    if (difference == 1) earlier.options.isa = "amx";
    if (difference == 2) earlier.options.threads = 4;
    const absl::Status status =
        CheckStored(earlier, now, {figure}, GateRules(), false).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "--any_machine"));
    EXPECT_TRUE(CheckStored(earlier, now, {figure}, GateRules(), true).ok());
  }
}

TEST(StoredCheckTest, AResultWithoutFiguresIsRefused) {
  const absl::Status status =
      CheckStored(RunOf({}), RunOf({}), {}, GateRules(), false).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
}

}  // namespace
}  // namespace tessera
