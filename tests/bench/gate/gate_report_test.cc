#include "bench/gate/gate_report.h"

#include <string>

#include "absl/strings/match.h"
#include "bench/render_report.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

GateResult Result(const std::string& name, Verdict verdict) {
  GateResult result;
  result.name = name;
  result.verdict = verdict;
  result.value = 1.2;
  result.lower = 1.1;
  result.upper = 1.3;
  result.samples = 16;
  return result;
}

std::string Text(const GateOutcome& outcome) {
  return RenderReport(GateReportOf(outcome, Isa::kAvx2),
                      OutputFormat::kMarkdown);
}

TEST(GateReportTest, ShowsWhatFailed) {
  GateOutcome outcome;
  outcome.verdict = Verdict::kRegression;
  outcome.results = {Result("good row", Verdict::kPass),
                     Result("bad row", Verdict::kRegression),
                     Result("odd row", Verdict::kNoisy)};
  const std::string text = Text(outcome);
  EXPECT_TRUE(absl::StartsWith(
      text, "gate: regression (1 pass, 1 regression, 1 noisy)\n"))
      << text;
  EXPECT_TRUE(absl::StrContains(text, "bad row")) << text;
  EXPECT_FALSE(absl::StrContains(text, "good row")) << text;
  EXPECT_FALSE(absl::StrContains(text, "odd row")) << text;
  EXPECT_EQ(GateReportOf(outcome, Isa::kAvx2).records.size(), 3u);
}

TEST(GateReportTest, CountsThatPassAreNotListed) {
  GateOutcome outcome;
  GateResult count = Result("a count", Verdict::kPass);
  count.kind = GateResult::Kind::kCount;
  outcome.results = {Result("a time", Verdict::kPass), count};
  const std::string text = Text(outcome);
  EXPECT_TRUE(absl::StrContains(text, "a time")) << text;
  EXPECT_FALSE(absl::StrContains(text, "a count")) << text;
}

TEST(GateReportTest, TheLayoutTableHasALinePerType) {
  GateOutcome outcome;
  LayoutSpeed speed;
  speed.type = DType::kQ4_0;
  speed.tokens = 1;
  speed.percent.ratio = 91.25;
  speed.is_auto = true;
  outcome.speeds.push_back(speed);
  speed.layout = LayoutOrder::kRowMajor;
  speed.percent.ratio = 61;
  speed.is_auto = false;
  outcome.speeds.push_back(speed);
  const std::string text = Text(outcome);
  EXPECT_TRUE(absl::StrContains(text, "| Q4_0 |      1 |        91.2 |"))
      << text;
  EXPECT_TRUE(absl::StrContains(text, "61.0 | interleaved |")) << text;
}

TEST(VerdictOfTest, TheWorstCounts) {
  const auto of = [](Verdict a, Verdict b) {
    return VerdictOf({Result("a", a), Result("b", b)});
  };
  EXPECT_EQ(of(Verdict::kPass, Verdict::kNew), Verdict::kPass);
  EXPECT_EQ(of(Verdict::kPass, Verdict::kNoisy), Verdict::kNoisy);
  EXPECT_EQ(of(Verdict::kNoisy, Verdict::kRegression), Verdict::kRegression);
  EXPECT_EQ(of(Verdict::kChanged, Verdict::kNoisy), Verdict::kRegression);
  EXPECT_EQ(of(Verdict::kMissing, Verdict::kPass), Verdict::kRegression);
}

}  // namespace
}  // namespace tessera
