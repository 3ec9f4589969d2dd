#include "bench/gate/build_comparison.h"

#include <sys/stat.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

// A worker that answers as the shell code `answer` says, which has the line in
// $line and a number that grows in $n.
std::string FakeBench(const std::string& name, const std::string& answer) {
  const std::string path = absl::StrCat(testing::TempDir(), "/", name);
  std::ofstream(path) << "#!/bin/bash\n"
                         "echo 'tessera-gate-worker 1'\n"
                         "n=0\n"
                         "while read -r line; do\n"
                         "  n=$((n + 1))\n"
                         "  case $line in\n"
                      << answer
                      << "\n"
                         "  quit) exit ;;\n"
                         "  *) echo ok ;;\n"
                         "  esac\n"
                         "done\n";
  chmod(path.c_str(), 0755);
  return path;
}

// Times of `ns`, a little up and down.
std::string Constant(int ns) {
  return absl::StrCat("  sample*) echo time $((", ns, " + n % 7)) ;;");
}

std::vector<GateRow> OneRow() {
  GateRow row;
  row.type = DType::kQ4_0;
  row.rows = 16;
  row.columns = 32;
  row.tokens = 1;
  return {row};
}

absl::StatusOr<std::vector<GateResult>> Compare(const std::string& before,
                                                const std::string& after) {
  BuildComparisonOptions options;
  options.before = before;
  options.after = after;
  options.slot_seconds = 0;
  auto comparison = BuildComparison::Start(options);
  if (!comparison.ok()) return comparison.status();
  return (*comparison)->Run(OneRow(), [](absl::string_view) {});
}

TEST(BuildComparisonTest, FindsASlowerBuild) {
  const auto results = Compare(FakeBench("before", Constant(1000)),
                               FakeBench("after", Constant(1150)));
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ((*results)[0].verdict, Verdict::kRegression);
  EXPECT_NEAR((*results)[0].value, 1.15, 0.01);
  EXPECT_EQ(VerdictOf(*results), Verdict::kRegression);
}

TEST(BuildComparisonTest, PassesTheSameAndAFasterBuild) {
  for (const int ns : {1000, 800}) {
    const auto results = Compare(FakeBench("before", Constant(1000)),
                                 FakeBench("after", Constant(ns)));
    ASSERT_TRUE(results.ok()) << results.status();
    EXPECT_EQ((*results)[0].verdict, Verdict::kPass) << ns;
  }
}

TEST(BuildComparisonTest, AWildMachineIsNoPass) {
  const std::string wild = "  sample*) echo time $((1000 + RANDOM % 3000)) ;;";
  const auto results =
      Compare(FakeBench("before", wild), FakeBench("after", wild));
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ((*results)[0].verdict, Verdict::kNoisy);
  EXPECT_FALSE((*results)[0].why.empty());
}

TEST(BuildComparisonTest, WhatTheTimeDidNotAllowIsNoPass) {
  BuildComparisonOptions options;
  options.before = FakeBench("before", Constant(1000));
  options.after = FakeBench("after", Constant(1000));
  options.time_limit_s = 1e-9;
  auto comparison = BuildComparison::Start(options);
  ASSERT_TRUE(comparison.ok()) << comparison.status();
  const auto results = (*comparison)->Run(OneRow(), [](absl::string_view) {});
  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_EQ(results->size(), 1);
  EXPECT_EQ((*results)[0].verdict, Verdict::kNoisy);
  EXPECT_EQ((*results)[0].why, "not measured: the time was up");
}

// Slow in its first process only, as a build can be whose memory lies badly.
TEST(BuildComparisonTest, ASlowdownHasToHappenAgain) {
  const std::string mark = testing::TempDir() + "/seen";
  std::remove(mark.c_str());
  const std::string after =
      FakeBench("after_once",
                absl::StrCat("  sample*) [[ -e ", mark, " ]] && slow=0;",
                             "   echo time $((1000 + ${slow:-200} + n % 7)) ;;",
                             "  quit) touch ", mark, "; exit ;;"));
  const auto results = Compare(FakeBench("before", Constant(1000)), after);
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ((*results)[0].verdict, Verdict::kPass);
  EXPECT_TRUE(absl::StrContains((*results)[0].why, "not again"))
      << (*results)[0].why;
}

TEST(BuildComparisonTest, ARowThatTheBaselineLacksIsNew) {
  const auto results =
      Compare(FakeBench("before", "  open*) echo unknown type '\"Q4_0\"' ;;"),
              FakeBench("after", Constant(1000)));
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ((*results)[0].verdict, Verdict::kNew);
  EXPECT_TRUE(absl::StrContains((*results)[0].why, "unknown") ||
              absl::StrContains((*results)[0].why, "Q4_0"));
}

TEST(BuildComparisonTest, AWorkerThatFailsIsAnError) {
  const std::string good = FakeBench("good", Constant(1000));
  const struct {
    const char* answer;
    const char* says;
  } kCases[] = {
      {"  sample*) exit 1 ;;", "ended unexpectedly"},
      {"  sample*) echo time fast ;;", "answered 'time fast'"},
      {"  sample*) echo time -5 ;;", "answered 'time -5'"},
      {"  sample*) echo time inf ;;", "answered 'time inf'"},
      {"  sample*) head -c 70000 /dev/zero | tr '\\0' x ;;", "endless line"},
      {"  sample*) echo error no memory ;;", "no memory"},
      {"  open*) echo error no file ;;", "no file"},
  };
  for (const auto& c : kCases) {
    const absl::Status status =
        Compare(good, FakeBench("bad", c.answer)).status();
    EXPECT_TRUE(absl::IsInternal(status)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), c.says)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "/bad")) << status;
  }
}

TEST(BuildComparisonTest, WhatIsNoBenchIsRefused) {
  const std::string good = FakeBench("good", Constant(1000));
  for (const char* program : {"/nowhere/bench", "/bin/true", "/bin/echo"}) {
    const absl::Status status = Compare(program, good).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), program)) << status;
  }
}

}  // namespace
}  // namespace tessera
