#include "base/command_line.h"

#include <cstdint>
#include <new>
#include <system_error>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

ABSL_FLAG(std::string, shape, "round", "What it looks like, in one word.");
ABSL_FLAG(bool, loud, false, "Makes noise.");
ABSL_FLAG(int32_t, count, 7,
          "How many there are. A help text that is longer than one line is "
          "wrapped so that a terminal of eighty columns shows it well.");

namespace tessera {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

// The message of the error that `arguments` cause.
std::string ErrorOf(const std::vector<std::string>& arguments) {
  const auto result = ParseFlags(arguments);
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(result.status().message());
}

class CommandLineTest : public testing::Test {
 private:
  absl::FlagSaver saver_;
};

TEST_F(CommandLineTest, TakesFlagsAnywhereInEveryForm) {
  const auto result = ParseFlags(
      {"in", "--shape", "square", "--loud", "out", "--count=-3", "-"});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(*result, ElementsAre("in", "out", "-"));
  EXPECT_EQ(absl::GetFlag(FLAGS_shape), "square");
  EXPECT_TRUE(absl::GetFlag(FLAGS_loud));
  EXPECT_EQ(absl::GetFlag(FLAGS_count), -3);
}

TEST_F(CommandLineTest, KnowsWhatWasChanged) {
  EXPECT_THAT(ChangedFlags(), ElementsAre());
  ASSERT_TRUE(ParseFlags({"--shape=a b", "--count=8", "--loud=false"}).ok());
  EXPECT_THAT(ChangedFlags(),
              ElementsAre(Pair("count", "8"), Pair("shape", "a b")));
}

TEST_F(CommandLineTest, ValueMayLookLikeAFlag) {
  ASSERT_TRUE(ParseFlags({"--count", "-1", "--shape="}).ok());
  EXPECT_EQ(absl::GetFlag(FLAGS_count), -1);
  EXPECT_EQ(absl::GetFlag(FLAGS_shape), "");
}

TEST_F(CommandLineTest, NegatesBooleans) {
  ASSERT_TRUE(ParseFlags({"--loud", "--noloud"}).ok());
  EXPECT_FALSE(absl::GetFlag(FLAGS_loud));
  ASSERT_TRUE(ParseFlags({"--loud=true"}).ok());
  EXPECT_TRUE(absl::GetFlag(FLAGS_loud));
}

TEST_F(CommandLineTest, TwoDashesEndTheFlags) {
  const auto result = ParseFlags({"--loud", "--", "--shape", "x"});
  ASSERT_TRUE(result.ok());
  EXPECT_THAT(*result, ElementsAre("--shape", "x"));
  EXPECT_EQ(absl::GetFlag(FLAGS_shape), "round");
}

TEST_F(CommandLineTest, NamesTheMistake) {
  EXPECT_THAT(ErrorOf({"--shap=x"}), HasSubstr("unknown flag '--shap'"));
  EXPECT_THAT(ErrorOf({"--noshape"}), HasSubstr("unknown flag '--noshape'"));
  EXPECT_THAT(ErrorOf({"--shape"}), HasSubstr("--shape needs a value"));
  EXPECT_THAT(ErrorOf({"--count=many"}),
              HasSubstr("--count: expected a whole number"));
  EXPECT_THAT(ErrorOf({"--noloud=1"}), HasSubstr("--noloud takes no value"));
  EXPECT_FALSE(absl::StrContains(ErrorOf({"--a\nb"}), "\n"));
}

TEST_F(CommandLineTest, DescribesOwnFlagsOnly) {
  const std::string help = DescribeFlags();
  EXPECT_THAT(help, HasSubstr("  --count  (7)\n      How many there are."));
  EXPECT_THAT(help, HasSubstr("  --loud  (false)\n      Makes noise.\n"));
  EXPECT_FALSE(absl::StrContains(help, "flagfile"));
  for (absl::string_view line : absl::StrSplit(help, '\n')) {
    EXPECT_LE(line.size(), 80u) << line;
  }
}

TEST(CommandLineDeathTest, ExitCodes) {
  char tool[] = "/somewhere/tool", wrong[] = "--wrong", help[] = "--help";
  char* argv_wrong[] = {tool, wrong};
  EXPECT_EXIT(ParseCommandLine(2, argv_wrong, "usage"),
              testing::ExitedWithCode(2),
              "^tool: unknown flag '--wrong' \\(see tool --help\\)\n$");
  char* argv_help[] = {tool, wrong, help};
  EXPECT_EXIT(ParseCommandLine(3, argv_help, "usage"),
              testing::ExitedWithCode(0), "");
  EXPECT_EQ(ReportFailure(absl::DataLossError("x.arena: damaged")), 1);
}

TEST_F(CommandLineTest, ExceptionsOfTheSystemBecomeMessages) {
  EXPECT_EQ(RunMain([] { return 7; }), 7);
  EXPECT_EQ(RunMain([]() -> int { throw std::bad_alloc(); }), 1);
  EXPECT_EQ(RunMain([]() -> int {
              throw std::system_error(std::make_error_code(
                  std::errc::resource_unavailable_try_again));
            }),
            1);
}

}  // namespace
}  // namespace tessera
