#include "bench/results/history.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/results/trend_report.h"
#include "formats/json/json_document.h"
#include "gtest/gtest.h"
#include "tests/bench/results/sample_results.h"

namespace tessera {
namespace {

constexpr absl::Duration kShort = absl::Milliseconds(50);

std::string NewPath() {
  const std::string path = absl::StrCat(
      ::testing::TempDir(), "/",
      ::testing::UnitTest::GetInstance()->current_test_info()->name(), ".db");
  std::filesystem::remove(path);
  return path;
}

// A run on day `day` in which decoding reached `ts`.
ResultFile ModelRun(int day, double ts) {
  ResultFile run =
      SampleRun(absl::StrFormat("2026-11-%02dT12:00:00Z", day), "test");
  run.records = {ModelRecordOf("a", "tg128", {ts}),
                 ModelRecordOf("a", "pp512", {10 * ts})};
  return run;
}

bool Append(const std::string& path, const ResultFile& run) {
  auto history = History::OpenOrCreate(path);
  EXPECT_TRUE(history.ok()) << history.status();
  const auto is_new = history->Append(run);
  EXPECT_TRUE(is_new.ok()) << is_new.status();
  return is_new.value_or(false);
}

std::vector<TrendSeries> Trends(const std::string& path,
                                absl::string_view filter) {
  auto history = History::OpenToRead(path);
  EXPECT_TRUE(history.ok()) << history.status();
  auto trends = history->Trends(filter);
  EXPECT_TRUE(trends.ok()) << trends.status();
  return trends.ok() ? *std::move(trends) : std::vector<TrendSeries>();
}

absl::Status OpenStatus(const std::string& path) {
  return History::OpenOrCreate(path, kShort).status();
}

SqliteDatabase OpenRaw(const std::string& path) {
  auto database =
      SqliteDatabase::Open(path, SqliteDatabase::Mode::kCreate, kShort);
  EXPECT_TRUE(database.ok()) << database.status();
  return *std::move(database);
}

TEST(HistoryTest, TrendsAreInOrderOfTime) {
  const std::string path = NewPath();
  EXPECT_TRUE(Append(path, ModelRun(3, 30)));
  EXPECT_TRUE(Append(path, ModelRun(1, 10)));
  EXPECT_TRUE(Append(path, ModelRun(2, 40)));
  const auto trends = Trends(path, "tg128");
  ASSERT_EQ(trends.size(), 1u);
  EXPECT_EQ(trends[0].row, "a interleaved tg128 ub512 avx2 2 threads");
  EXPECT_EQ(trends[0].unit, "t/s");
  ASSERT_EQ(trends[0].points.size(), 3u);
  EXPECT_EQ(trends[0].points[0].value, 10);
  EXPECT_EQ(trends[0].points[1].time, "2026-11-02T12:00:00Z");
  EXPECT_EQ(trends[0].points[2].commit, std::string(40, 'a'));
  EXPECT_EQ(Trends(path, "").size(), 2u);
  EXPECT_EQ(Trends(path, "avx2 tg128").size(), 1u);
  EXPECT_TRUE(Trends(path, "tg128 amx").empty());
}

TEST(HistoryTest, TheSameRunIsThereOnce) {
  const std::string path = NewPath();
  EXPECT_TRUE(Append(path, ModelRun(1, 10)));
  EXPECT_FALSE(Append(path, ModelRun(1, 10)));
  EXPECT_TRUE(Append(path, ModelRun(1, 11)));
  // Read from a file, it is still the same.
  EXPECT_FALSE(
      Append(path, *ParseResultFile(RenderResultFile(ModelRun(1, 11)))));
  EXPECT_EQ(Trends(path, "tg128")[0].points.size(), 2u);
}

TEST(HistoryTest, MachinesAreApart) {
  const std::string path = NewPath();
  ResultFile other = ModelRun(1, 10);
  other.machine.fingerprint = std::string(16, '0');
  Append(path, ModelRun(1, 10));
  Append(path, other);
  const auto trends = Trends(path, "tg128");
  ASSERT_EQ(trends.size(), 2u);
  EXPECT_EQ(trends[0].machine, other.machine.fingerprint);
}

TEST(HistoryTest, KeepsRecordsWhole) {
  const std::string path = NewPath();
  ResultFile run = SampleRun("2026-11-29T12:00:00Z", "kernel");
  run.records = {KernelRecord("F16", "it's", {8, 10, 12})};
  Append(path, run);
  run.table = "of a later version";
  Append(path, run);
  EXPECT_EQ(Trends(path, "").size(), 1u);

  SqliteDatabase database = OpenRaw(path);
  auto select = database.Prepare(
      "SELECT percent_of_limit, gmac_s IS NULL, json, row IS NULL, os, flags "
      "FROM record JOIN run ON run.id = run ORDER BY run");
  ASSERT_TRUE(select.ok()) << select.status();
  ASSERT_TRUE(*select->Step());
  EXPECT_EQ(select->Number(0), 100);
  EXPECT_EQ(select->Integer(1), 1);
  const auto json = JsonDocument::Parse(select->Text(2));
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(std::string_view(json->root()["matrix"]), "it's");
  EXPECT_EQ(json->root()["samples_us"].get_array().size(), 3u);
  EXPECT_EQ(select->Integer(3), 0);
  EXPECT_EQ(select->Text(4), "Linux 6.1");
  EXPECT_TRUE(absl::StrContains(select->Text(5), "kernels"));
  ASSERT_TRUE(*select->Step());
  EXPECT_EQ(select->Integer(3), 1);
  EXPECT_FALSE(*select->Step());
}

// What cannot be read as rows is not added by half.
TEST(HistoryTest, AddsAllOrNothing) {
  const std::string path = NewPath();
  ResultFile run = ModelRun(1, 10);
  run.records.push_back({{"isa", int64_t{1}}});
  auto history = History::OpenOrCreate(path);
  ASSERT_TRUE(history.ok());
  EXPECT_TRUE(absl::IsDataLoss(history->Append(run).status()));
  EXPECT_EQ(*OpenRaw(path).QueryInteger("SELECT count(*) FROM run"), 0);
  EXPECT_TRUE(*history->Append(ModelRun(1, 10)));
}

TEST(HistoryTest, RefusesWhatItDoesNotKnow) {
  std::string path = NewPath();
  Append(path, ModelRun(1, 10));
  ASSERT_TRUE(OpenRaw(path).Execute("PRAGMA user_version = 2").ok());
  EXPECT_TRUE(absl::IsUnimplemented(OpenStatus(path))) << OpenStatus(path);
  EXPECT_TRUE(absl::IsUnimplemented(History::OpenToRead(path).status()));

  path = NewPath();
  ASSERT_TRUE(OpenRaw(path).Execute("CREATE TABLE theirs (a)").ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(OpenStatus(path)));
  EXPECT_EQ(*OpenRaw(path).QueryInteger("SELECT count(*) FROM sqlite_master"),
            1);

  path = NewPath();
  std::ofstream(path) << std::string(4096, 'x');
  EXPECT_TRUE(absl::IsDataLoss(OpenStatus(path))) << OpenStatus(path);
  EXPECT_TRUE(absl::StartsWith(OpenStatus(path).message(), path));
}

TEST(HistoryTest, ReadingMakesNoFile) {
  const std::string path = NewPath();
  EXPECT_TRUE(absl::IsNotFound(History::OpenToRead(path).status()));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(OpenStatus("/no/such/folder/h.db").ok());
  // As a process that was killed while it made the file leaves it.
  std::ofstream(path).close();
  EXPECT_TRUE(absl::IsFailedPrecondition(History::OpenToRead(path).status()));
  EXPECT_TRUE(Append(path, ModelRun(1, 10)));
}

TEST(HistoryTest, SaysThatItIsLocked) {
  const std::string path = NewPath();
  Append(path, ModelRun(1, 10));
  auto history = History::OpenOrCreate(path, kShort);
  ASSERT_TRUE(history.ok());
  SqliteDatabase other = OpenRaw(path);
  ASSERT_TRUE(other.Execute("BEGIN EXCLUSIVE").ok());
  const absl::Status status = history->Append(ModelRun(2, 20)).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_EQ(status.message(),
            absl::StrCat(path, ": is locked by another process; try again"));
  EXPECT_TRUE(absl::IsUnavailable(History::OpenToRead(path, kShort).status()));
  ASSERT_TRUE(other.Execute("COMMIT").ok());
  EXPECT_TRUE(*history->Append(ModelRun(2, 20)));
}

TEST(HistoryTest, WritersWaitForEachOther) {
  const std::string path = NewPath();
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&path, writer] {
      for (int i = 1; i <= 5; ++i) Append(path, ModelRun(i, 10 * writer + i));
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(Trends(path, "tg128")[0].points.size(), 20u);
}

TEST(HistoryTest, RendersTrends) {
  const std::string path = NewPath();
  Append(path, ModelRun(1, 40));
  Append(path, ModelRun(2, 50));
  Append(path, ModelRun(3, 30));
  const auto trends = Trends(path, "tg128");
  const std::string table = RenderTrends(trends, OutputFormat::kMarkdown);
  EXPECT_TRUE(absl::StrContains(
      table, "|    3 | 40.00 | 30.00 | 50.00 | -25.0 % | 2026-11-03"))
      << table;
  EXPECT_TRUE(absl::StartsWith(RenderTrends(trends, OutputFormat::kCsv),
                               "row,machine,unit,runs,"));
  const auto json =
      JsonDocument::Parse(RenderTrends(trends, OutputFormat::kJson));
  ASSERT_TRUE(json.ok()) << json.status();
  const JsonValue series = json->root()["series"].at(0);
  EXPECT_EQ(std::string_view(series["unit"]), "t/s");
  EXPECT_EQ(int64_t(series["points"].at(1)["value"]), 50);
  EXPECT_TRUE(JsonDocument::Parse(RenderTrends({}, OutputFormat::kJson)).ok());
}

}  // namespace
}  // namespace tessera
