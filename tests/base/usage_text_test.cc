#include "base/usage_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tessera {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

UsageText Split(const char* tool, const char* usage) {
  CommandLineDescription command_line;
  command_line.tool = tool;
  command_line.usage = usage;
  return SplitUsage(command_line);
}

constexpr char kUsage[] = R"(Cooks a meal
slowly.

  cook --slow rice
  mpirun -n 4 cook rice > cook.log

usage: cook [flags] RICE
       cook --list
            [--all]

The lid stays on.
All the time.

Then cook again.)";

TEST(UsageTextTest, Parts) {
  const UsageText usage = Split("cook", kUsage);
  EXPECT_EQ(usage.summary, "Cooks a meal slowly.");
  EXPECT_THAT(usage.examples, ElementsAre("cook --slow rice",
                                          "mpirun -n 4 cook rice > cook.log"));
  EXPECT_THAT(usage.synopsis,
              ElementsAre("cook [flags] RICE", "cook --list [--all]"));
  EXPECT_THAT(usage.prose, ElementsAre("The lid stays on. All the time.",
                                       "Then cook again."));
}

TEST(UsageTextTest, NameAsTyped) {
  const UsageText usage = Split("tessera-cook", kUsage);
  EXPECT_THAT(usage.examples,
              ElementsAre("tessera cook --slow rice",
                          "mpirun -n 4 tessera cook rice > cook.log"));
  EXPECT_THAT(usage.synopsis, ElementsAre("tessera cook [flags] RICE",
                                          "tessera cook --list [--all]"));
  EXPECT_EQ(usage.prose[1], "Then cook again.");
  EXPECT_EQ(TypedName("tessera-cook"), "tessera cook");
  EXPECT_EQ(TypedName("tessera"), "tessera");
}

TEST(UsageTextTest, Nothing) {
  for (const char* text : {"", "\n", "\n\n\n"}) {
    const UsageText usage = Split("cook", text);
    EXPECT_EQ(usage.summary, "");
    EXPECT_THAT(usage.prose, IsEmpty());
    EXPECT_THAT(usage.synopsis, IsEmpty());
  }
}

}  // namespace
}  // namespace tessera
