#include "bench/report/write_report.h"

#include <fstream>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/read_file.h"
#include "bench/report/report_template.h"
#include "bench/results/history.h"
#include "bench/results/result_file.h"
#include "gtest/gtest.h"
#include "tests/bench/results/sample_results.h"

namespace tessera {
namespace {

std::string Written(const std::string& name, const std::string& text) {
  const std::string path = absl::StrCat(testing::TempDir(), "/", name);
  std::ofstream(path) << text;
  return path;
}

std::string Template() {
  return Written("template.html", R"(<p>{"tessera_results": "go here"}</p>)");
}

ResultFile OneRun() {
  ResultFile run = SampleRun("2026-11-29T12:00:00Z", "kernel");
  run.records = {KernelRecord("Q4_0", "ffn_up", {1, 2, 3})};
  return run;
}

TEST(WriteReportTest, FromFilesAndHistory) {
  ReportRequest request;
  request.page_template = Template();
  request.inputs = {Written("a.json", RenderResultFile(OneRun()))};
  request.history = testing::TempDir() + "/runs.db";
  // It is read when the page is written: a run may come in between.
  auto page = OpenReport(request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_TRUE(
      History::OpenOrCreate(request.history).value().Append(OneRun()).value());
  // What was there is replaced.
  request.output = Written("page.html", "old");
  const absl::Status written = WriteReport(request, &*page);
  ASSERT_TRUE(written.ok()) << written;
  const std::string html = ReadFile(request.output).value();
  EXPECT_TRUE(absl::StrContains(html, "\"a.json\""));
  EXPECT_FALSE(absl::StrContains(html, testing::TempDir()));
  EXPECT_TRUE(absl::StrContains(html, "tessera-bench-trends"));
  EXPECT_FALSE(absl::StrContains(html, "go here"));
}

TEST(WriteReportTest, SaysWhichFile) {
  ReportRequest request;
  request.page_template = Template();
  request.inputs = {Written("array.json", "[]")};
  EXPECT_TRUE(absl::StrContains(OpenReport(request).status().message(),
                                "array.json: "));
  request.inputs = {testing::TempDir() + "/missing.json"};
  const absl::Status missing = OpenReport(request).status();
  EXPECT_TRUE(absl::IsNotFound(missing));
  EXPECT_TRUE(absl::StrContains(missing.message(), "missing.json"));
  request.inputs = {};
  request.history = testing::TempDir() + "/missing.db";
  request.output = testing::TempDir() + "/unwritten.html";
  auto page = OpenReport(request);
  ASSERT_TRUE(page.ok());
  const absl::Status status = WriteReport(request, &*page);
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_TRUE(absl::StrContains(status.message(), "missing.db"));
  EXPECT_TRUE(absl::IsNotFound(ReadFile(request.output).status()));
}

TEST(WriteReportTest, RefusesItsInputsAsOutputs) {
  ReportRequest request;
  request.page_template = Template();
  request.inputs = {Written("b.json", RenderResultFile(OneRun()))};
  for (const std::string& output : {request.inputs[0], request.page_template}) {
    request.output = output;
    EXPECT_TRUE(absl::IsInvalidArgument(OpenReport(request).status()));
  }
  request.output = testing::TempDir();
  EXPECT_TRUE(absl::IsInvalidArgument(OpenReport(request).status()));
}

TEST(WriteReportTest, SaysHowToMakeTheTemplate) {
  // This test has none beside it.
  const absl::Status status = OpenReport(ReportRequest()).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_TRUE(absl::StrContains(status.message(), "report/template.html"));
  EXPECT_TRUE(absl::StrContains(status.message(),
                                "bazel build //bench/report:template"));
  setenv("PATH", "/nowhere", 1);
  EXPECT_TRUE(absl::StrContains(OpenReport(ReportRequest()).status().message(),
                                "scripts/packages_report.txt"));
  setenv("PATH", "/usr/bin:/bin", 1);
  // A path that somebody gave is theirs to repair.
  ReportRequest request;
  request.page_template = testing::TempDir() + "/none.html";
  EXPECT_TRUE(absl::IsNotFound(OpenReport(request).status()));
  EXPECT_FALSE(
      absl::StrContains(OpenReport(request).status().message(), "bazel build"));
  request.page_template = Written("other.html", "<p></p>");
  EXPECT_TRUE(absl::StrContains(OpenReport(request).status().message(),
                                "other.html: is no template"));
}

TEST(ReportTemplateTest, HasProgram) {
  EXPECT_TRUE(HasProgram("/nowhere:/bin", "sh"));
  EXPECT_FALSE(HasProgram("/nowhere:/bin", "no such program"));
  EXPECT_FALSE(HasProgram("", "sh"));
}

}  // namespace
}  // namespace tessera
