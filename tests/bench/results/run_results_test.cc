#include "bench/results/run_results.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/bench/results/sample_results.h"

namespace tessera {
namespace {

using Task = ResultsRequest::Task;

std::string InFolder(const std::string& name) {
  return absl::StrCat(::testing::TempDir(), "/", name);
}

std::string WriteRun(const std::string& name, const std::string& time) {
  ResultFile run = SampleRun(time, "kernel");
  run.records = {KernelRecord("F16", "token", {10})};
  std::ofstream(InFolder(name)) << RenderResultFile(run);
  return InFolder(name);
}

TEST(RunResultsTest, ComparesImportsAndShowsTrends) {
  ResultsRequest request;
  request.files = {WriteRun("a.json", "2026-11-29T12:00:00Z"),
                   WriteRun("b.json", "2026-11-30T12:00:00Z")};
  request.task = Task::kCompare;
  EXPECT_TRUE(absl::StrContains(*RunResults(request), "1.000"));

  request.task = Task::kImport;
  request.history = InFolder("runs.db");
  std::filesystem::remove(request.history);
  EXPECT_EQ(*RunResults(request),
            absl::StrCat(request.files[0], ": added 1 records\n",
                         request.files[1], ": added 1 records\n"));
  EXPECT_TRUE(absl::StrContains(*RunResults(request), "is there already"));

  request.task = Task::kTrends;
  EXPECT_TRUE(absl::StrContains(*RunResults(request), "F16 interleaved"));
}

TEST(RunResultsTest, ImportsNothingIfOneFileIsDamaged) {
  ResultsRequest request;
  request.task = Task::kImport;
  request.history = InFolder("none.db");
  request.files = {WriteRun("a.json", "2026-11-29T12:00:00Z"),
                   InFolder("damaged.json")};
  std::ofstream(request.files[1]) << "{";
  const absl::Status status = RunResults(request).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_TRUE(absl::StartsWith(status.message(), request.files[1]));
  EXPECT_FALSE(std::filesystem::exists(request.history));
  request.files = {"/no/such.json"};
  EXPECT_TRUE(absl::IsNotFound(RunResults(request).status()));
}

}  // namespace
}  // namespace tessera
