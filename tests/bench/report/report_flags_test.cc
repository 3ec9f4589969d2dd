#include "bench/report/report_flags.h"

#include "absl/flags/reflection.h"
#include "absl/strings/match.h"
#include "base/command_line.h"
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
                              "--trends=t.json", "--report_template=t.html"});
  ASSERT_TRUE(request.ok()) << request.status();
  ASSERT_TRUE(request->has_value());
  EXPECT_EQ((*request)->output, "page.html");
  EXPECT_EQ((*request)->page_template, "t.html");
  EXPECT_EQ((*request)->trends, "t.json");
  EXPECT_EQ((*request)->results,
            (std::vector<std::string>{"a.json", "b.json"}));
}

TEST(ReportFlagsTest, SomethingMustBeShown) {
  EXPECT_TRUE(Parse({"--report=page.html"}, true).ok());
  EXPECT_TRUE(Parse({"--report=page.html", "--trends=t.json"}).ok());
  EXPECT_TRUE(
      absl::StrContains(Parse({"--report=page.html"}).status().message(),
                        "--report needs results"));
}

TEST(ReportFlagsTest, SaysWhatIsWrong) {
  // A result is not overwritten by a slip.
  EXPECT_TRUE(
      absl::StrContains(Parse({"--report=a.json", "b.json"}).status().message(),
                        "--report='a.json' does not end in .html"));
  EXPECT_TRUE(absl::StrContains(Parse({"--trends=t.json"}).status().message(),
                                "need --report"));
  EXPECT_TRUE(absl::StrContains(
      Parse({"--report_template=t.html"}).status().message(), "need --report"));
}

}  // namespace
}  // namespace tessera
