#include "bench/report/report_flags.h"

#include "absl/flags/reflection.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "base/parse_flags.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

absl::StatusOr<std::optional<ReportRequest>> Parse(
    const std::vector<std::string>& arguments, bool measures = false) {
  const absl::FlagSaver restore;
  const auto positional = ParseFlags(arguments);
  if (!positional.ok()) return positional.status();
  return ReportRequestFromFlags(*positional, measures);
}

TEST(ReportFlagsTest, NoReport) {
  EXPECT_EQ(Parse({}).value(), std::nullopt);
  EXPECT_EQ(Parse({"a.json"}).value(), std::nullopt);
}

TEST(ReportFlagsTest, Files) {
  const auto request = Parse({"--report=page.html", "a.json", "b.json",
                              "--history=h.db", "--report_template=t.html"});
  ASSERT_TRUE(request.ok()) << request.status();
  ASSERT_TRUE(request->has_value());
  EXPECT_EQ((*request)->output, "page.html");
  EXPECT_EQ((*request)->page_template, "t.html");
  EXPECT_EQ((*request)->history, "h.db");
  EXPECT_EQ((*request)->inputs, (std::vector<std::string>{"a.json", "b.json"}));
}

TEST(ReportFlagsTest, SomethingMustBeShown) {
  EXPECT_TRUE(Parse({"--report=page.html"}, true).ok());
  EXPECT_TRUE(Parse({"--report=page.html", "--history=h.db"}).ok());
  EXPECT_TRUE(
      absl::StrContains(Parse({"--report=page.html"}).status().message(),
                        "--report needs results"));
}

TEST(ReportFlagsTest, SaysWhatIsWrong) {
  const struct {
    std::vector<std::string> arguments;
    const char* message;
  } kCases[] = {
      // A result is not overwritten by a slip.
      {{"--report=a.json", "b.json"}, "'a.json' does not end in .html"},
      {{"--report_template=t.html"}, "goes with --report"},
      {{"--report=p.html", "--trends", "--history=h"}, "two things"},
      {{"--report=p.html", "--compare", "a", "b"}, "two things"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = Parse(c.arguments).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << c.message;
    EXPECT_TRUE(absl::StrContains(status.message(), c.message)) << status;
  }
}

}  // namespace
}  // namespace tessera
