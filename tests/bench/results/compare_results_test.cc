#include "bench/results/compare_results.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "bench/results/change_report.h"
#include "formats/json/json_document.h"
#include "gtest/gtest.h"
#include "tests/bench/results/sample_results.h"

namespace tessera {
namespace {

using Verdict = RowChange::Verdict;

const std::vector<double> kTens = {9.9, 10.1, 10.2, 9.8, 10, 10.3, 9.7, 10};

std::vector<double> Scaled(double factor) {
  std::vector<double> scaled = kTens;
  for (double& value : scaled) value *= factor;
  return scaled;
}

ResultFile RunWith(const std::vector<Record>& records) {
  ResultFile run = SampleRun("2026-11-29T12:00:00Z", "kernel");
  run.records = records;
  return run;
}

RowChange OnlyChange(const Record& older, const Record& newer) {
  const auto comparison =
      CompareResults(RunWith({older}), RunWith({newer}), false);
  EXPECT_TRUE(comparison.ok()) << comparison.status();
  EXPECT_EQ(comparison->changes.size(), 1u);
  return comparison->changes.at(0);
}

// The record with a field of numbers replaced.
Record With(Record record, const std::string& name, double value) {
  for (Field& field : record) {
    if (field.name == name) field.value = value;
  }
  return record;
}

TEST(CompareResultsTest, MarksWhatIsBeyondNoise) {
  const Record older = KernelRecord("F16", "token", kTens);
  const RowChange faster =
      OnlyChange(older, KernelRecord("F16", "token", Scaled(0.5)));
  EXPECT_EQ(faster.verdict, Verdict::kFaster);
  EXPECT_NEAR(faster.ratio, 2, 1e-6);
  EXPECT_LT(faster.lower, 2);
  EXPECT_GT(faster.upper, 2);
  EXPECT_EQ(faster.samples, 8);
  EXPECT_EQ(
      OnlyChange(older, KernelRecord("F16", "token", Scaled(1.5))).verdict,
      Verdict::kSlower);
  EXPECT_EQ(OnlyChange(older, older).verdict, Verdict::kSame);
}

TEST(CompareResultsTest, LimitsThatMovedAreNoise) {
  const Record older = KernelRecord("F16", "token", kTens);
  const Record newer =
      With(KernelRecord("F16", "token", Scaled(0.8)), "limit_read_gb_s", 30);
  const RowChange change = OnlyChange(older, newer);
  EXPECT_EQ(change.limit_ratio, 1.5);
  EXPECT_EQ(change.verdict, Verdict::kSame);
  EXPECT_EQ(OnlyChange(newer, older).verdict, Verdict::kSame);
}

TEST(CompareResultsTest, FewSamplesSayNothing) {
  const RowChange change = OnlyChange(KernelRecord("F16", "token", {10}),
                                      KernelRecord("F16", "token", {5, 5}));
  EXPECT_EQ(change.verdict, Verdict::kUnknown);
  EXPECT_FALSE(change.has_interval);
  EXPECT_EQ(change.ratio, 2);
}

TEST(CompareResultsTest, ListsWhatHasNoMatch) {
  const auto comparison = CompareResults(
      RunWith({KernelRecord("F16", "a", {1}), KernelRecord("F16", "b", {1})}),
      RunWith({KernelRecord("F16", "c", {1}), KernelRecord("F16", "b", {1}),
               KernelRecord("F16", "b", {2})}),
      false);
  ASSERT_TRUE(comparison.ok());
  ASSERT_EQ(comparison->changes.size(), 1u);
  EXPECT_EQ(comparison->only_old.size(), 1u);
  ASSERT_EQ(comparison->only_new.size(), 2u);
  EXPECT_TRUE(absl::StrContains(comparison->only_old[0], " a "));
  EXPECT_TRUE(absl::StrContains(comparison->only_new[1], "#2"));
}

TEST(CompareResultsTest, RefusesOtherMachinesAndTables) {
  const ResultFile older = RunWith({KernelRecord("F16", "a", {1})});
  ResultFile newer = older;
  newer.machine.cpus = 64;
  newer.machine.fingerprint = FingerprintOf(newer.machine);
  const absl::Status status = CompareResults(older, newer, false).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "--any_machine"));
  const auto comparison = CompareResults(older, newer, true);
  ASSERT_TRUE(comparison.ok());
  EXPECT_EQ(comparison->differences.size(), 2u);
  EXPECT_EQ(comparison->differences[1], "CPUs: 2 -> 64");
  newer.table = "test";
  EXPECT_TRUE(
      absl::IsInvalidArgument(CompareResults(older, newer, true).status()));
}

TEST(CompareResultsTest, SaysWhatDiffers) {
  const ResultFile older = RunWith({});
  ResultFile newer = older;
  newer.time = "2026-12-01T00:00:00Z";
  EXPECT_TRUE(CompareResults(older, newer, false)->differences.empty());
  newer.build.dirty = true;
  newer.build.compiler = "Clang 14.0.6";
  newer.build.kernel_abi = 2;
  newer.options = {"avx512", 4, "off", {{"zeros", "0.5"}}};
  const auto lines = CompareResults(older, newer, false)->differences;
  const std::string commit(40, 'a');
  EXPECT_EQ(
      lines,
      (std::vector<std::string>{
          "commit: " + commit + " -> " + commit + ", changed",
          "compiler: GCC 12.2.0 -> Clang 14.0.6", "kernel ABI: 1 -> 2",
          "ISA: avx2 -> avx512", "threads: 2 -> 4", "huge pages: auto -> off",
          "--kernels: true -> not given", "--zeros: not given -> 0.5"}));
}

TEST(CompareResultsTest, RendersInEveryFormat) {
  const NamedResults older = {"old.json",
                              RunWith({KernelRecord("F16", "b", kTens),
                                       KernelRecord("F16", "gone", {1})})};
  const NamedResults newer = {"new.json",
                              RunWith({KernelRecord("F16", "b", Scaled(0.5))})};
  const auto comparison = CompareResults(older.results, newer.results, false);
  ASSERT_TRUE(comparison.ok());
  const auto text = [&](OutputFormat format) {
    return RenderChanges(older, newer, *comparison, format);
  };
  const std::string table = text(OutputFormat::kMarkdown);
  EXPECT_TRUE(absl::StrContains(table, "| faster |")) << table;
  EXPECT_TRUE(absl::StrContains(table, "only in old.json: F16")) << table;
  EXPECT_TRUE(absl::StrContains(table, "differ in nothing")) << table;
  EXPECT_TRUE(absl::StartsWith(text(OutputFormat::kCsv), "row,unit,old,new"));
  EXPECT_TRUE(absl::StrContains(text(OutputFormat::kSql),
                                "TABLE IF NOT EXISTS change"));
  const auto json = JsonDocument::Parse(text(OutputFormat::kJson));
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(std::string_view(json->root()["old"]["path"]), "old.json");
  EXPECT_EQ(json->root()["only_old"].get_array().size(), 1u);
  EXPECT_EQ(std::string_view(json->root()["records"].at(0)["verdict"]),
            "faster");
}

}  // namespace
}  // namespace tessera
