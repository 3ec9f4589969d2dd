#include "bench/results/results_flags.h"

#include <string>
#include <vector>

#include "absl/flags/reflection.h"
#include "absl/strings/match.h"
#include "base/parse_flags.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using Task = ResultsRequest::Task;

absl::StatusOr<ResultsRequest> Parse(
    const std::vector<std::string>& arguments) {
  const absl::FlagSaver restore;
  const auto positional = ParseFlags(arguments);
  if (!positional.ok()) return positional.status();
  return ResultsRequestFromFlags(*positional);
}

TEST(ResultsFlagsTest, Tasks) {
  EXPECT_EQ(Parse({"--kernels"})->task, Task::kNone);
  EXPECT_EQ(Parse({"--kernels", "--history=h"})->task, Task::kNone);
  EXPECT_EQ(Parse({"--kernels", "--history=h"})->history, "h");
  const auto compare =
      Parse({"--compare", "a", "b", "--any_machine", "--output=csv"});
  ASSERT_TRUE(compare.ok()) << compare.status();
  EXPECT_EQ(compare->task, Task::kCompare);
  EXPECT_EQ(compare->files, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(compare->any_machine);
  EXPECT_EQ(compare->output, OutputFormat::kCsv);
  EXPECT_EQ(Parse({"--history=h", "a"})->task, Task::kImport);
  const auto trends = Parse({"--trends", "--history=h", "--filter=x"});
  ASSERT_TRUE(trends.ok()) << trends.status();
  EXPECT_EQ(trends->task, Task::kTrends);
  EXPECT_EQ(trends->filter, "x");
}

TEST(ResultsFlagsTest, WrongUsage) {
  const struct {
    std::vector<std::string> arguments;
    const char* message;
  } kCases[] = {
      {{"--compare", "a"}, "not 1 files"},
      {{"--compare", "a", "b", "--trends"}, "two things"},
      {{"--compare", "a", "b", "--history=h"}, "--history"},
      {{"--compare", "a", "b", "--kernels"}, "measure first"},
      {{"--compare", "a", "b", "--output=xml"}, "'xml'"},
      {{"--trends"}, "--trends needs --history"},
      {{"--trends", "--history=h", "a"}, "'a'"},
      {{"--history=h", "a", "--arena=b"}, "measure first"},
      {{"--kernels", "--any_machine"}, "--compare"},
      {{"--kernels", "--filter=x"}, "--trends"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = Parse(c.arguments).status();
    EXPECT_FALSE(status.ok()) << c.message;
    EXPECT_TRUE(absl::StrContains(status.message(), c.message)) << status;
  }
}

}  // namespace
}  // namespace tessera
