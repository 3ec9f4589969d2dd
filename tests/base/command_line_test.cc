#include "base/command_line.h"

#include <cstdint>
#include <cstdlib>
#include <new>
#include <system_error>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "base/describe_command_line.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

ABSL_FLAG(std::string, shape, "round", "What it looks like, in one word.");
ABSL_FLAG(bool, loud, false, "Makes noise.");
ABSL_FLAG(int32_t, count, 7,
          "How many there are. A help text that is longer than one line is "
          "wrapped so that a terminal of eighty columns shows it well.");

namespace tessera {
namespace {

using ::testing::HasSubstr;

class CommandLineTest : public testing::Test {
 private:
  absl::FlagSaver saver_;
};

TEST_F(CommandLineTest, DescribesOwnFlagsOnly) {
  const std::string help = FlagsHelp(DescribeCommandLine({}));
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
  EXPECT_EXIT(ParseCommandLine(2, argv_wrong, {"usage"}),
              testing::ExitedWithCode(2),
              "^tool: unknown flag '--wrong' \\(see tool --help\\)\n$");
  char* argv_help[] = {tool, wrong, help};
  EXPECT_EXIT(ParseCommandLine(3, argv_help, {"usage"}),
              testing::ExitedWithCode(0), "");
  EXPECT_EQ(ReportFailure(absl::DataLossError("x.arena: damaged")), 1);
}

TEST(CommandLineDeathTest, VersionAndEnvironment) {
  char tool[] = "/somewhere/tool", version[] = "--version";
  char* argv[] = {tool, version};
  EXPECT_EXIT(ParseCommandLine(2, argv, {"usage"}), testing::ExitedWithCode(0),
              "");
  setenv("TESSERA_COUNT", "many", 1);
  EXPECT_EXIT(ParseCommandLine(1, argv, {"usage"}), testing::ExitedWithCode(2),
              "^tool: TESSERA_COUNT: expected a whole number");
  unsetenv("TESSERA_COUNT");
}

TEST_F(CommandLineTest, DescribesShortNamesAndWords) {
  constexpr FlagAlias kAliases[] = {{"c", "count"}, {"number", "count"}};
  constexpr FlagWords kWords[] = {{"shape", "round square"}};
  const CommandLineSpec spec = {"usage", kAliases, kWords};
  EXPECT_THAT(FlagsHelp(DescribeCommandLine(spec)),
              HasSubstr("  -c, --count  (7)\n"));
  const CommandLineDescription description = DescribeCommandLine(spec);
  ASSERT_EQ(description.flags.size(), 3u);
  EXPECT_EQ(description.flags[0].variable, "TESSERA_COUNT");
  EXPECT_TRUE(description.flags[1].is_boolean);
  EXPECT_THAT(description.flags[2].words,
              testing::ElementsAre("round", "square"));
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
