#include "bench/report/write_report.h"

#include <fstream>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/read_file.h"
#include "bench/report/report_template.h"
#include "bench/results/result_file.h"
#include "gtest/gtest.h"

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

TEST(WriteReportTest, FromFiles) {
  ReportRequest request;
  request.page_template = Template();
  ResultFile result;
  result.time = "2026-11-29T12:00:00Z";
  result.machine.fingerprint = "0123456789abcdef";
  request.results = {Written("a.json", RenderResultFile(result))};
  request.trends = Written("trends.json", R"({"series": [{"row": "r"}]})");
  const auto page = OpenReport(request);
  ASSERT_TRUE(page.ok()) << page.status();
  // What was there is replaced.
  const std::string path = Written("page.html", "old");
  ASSERT_TRUE(WriteReport(*page, path).ok());
  const std::string html = ReadFile(path).value();
  EXPECT_TRUE(absl::StrContains(html, "a.json"));
  EXPECT_TRUE(absl::StrContains(html, R"("row": "r")"));
  EXPECT_FALSE(absl::StrContains(html, "go here"));
}

TEST(WriteReportTest, SaysWhichFile) {
  ReportRequest request;
  request.page_template = Template();
  request.results = {Written("array.json", "[]")};
  EXPECT_TRUE(absl::StrContains(OpenReport(request).status().message(),
                                "array.json: "));
  request.results = {testing::TempDir() + "/missing.json"};
  const absl::Status missing = OpenReport(request).status();
  EXPECT_TRUE(absl::IsNotFound(missing));
  EXPECT_TRUE(absl::StrContains(missing.message(), "missing.json"));
  request.results = {};
  request.trends = Written("no_trends.json", "{}");
  EXPECT_TRUE(absl::StrContains(OpenReport(request).status().message(),
                                "no_trends.json: "));
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
  // A path that somebody gave is theirs to mend.
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
