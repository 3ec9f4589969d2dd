#include "base/tool_name.h"

#include <gtest/gtest.h>

namespace tessera {
namespace {

TEST(ToolNameTest, NamesTheToolsBesideIt) {
  EXPECT_EQ(ToolName(), "tessera");
  EXPECT_EQ(NameOfTool("convert"), "tessera-convert");
  SetToolName("/usr/bin/tessera-run");
  EXPECT_EQ(ToolName(), "tessera-run");
  EXPECT_EQ(NameOfTool("convert"), "tessera-convert");
  SetToolName("bazel-bin/runtime/llm/run");
  EXPECT_EQ(ToolName(), "run");
  EXPECT_EQ(NameOfTool("convert"), "convert");
  SetToolName("tessera run");
  EXPECT_EQ(ToolName(), "tessera run");
  EXPECT_EQ(NameOfTool("convert"), "tessera convert");
}

TEST(ToolNameTest, ExamplesHaveTheNamesOfTheUser) {
  constexpr char kUsage[] =
      "Do not run in prose, or convert.\n\n"
      "  run model.arena --prompt 'run away'\n"
      "  mpirun -n 4 convert in out\n\n"
      "usage: run [flags] ARENA\n"
      "run at the start of a line stays.\n";
  SetToolName("bazel-bin/run");
  EXPECT_EQ(UsageInUsersNames(kUsage), kUsage);
  SetToolName("tessera run");
  EXPECT_EQ(UsageInUsersNames(kUsage),
            "Do not run in prose, or convert.\n\n"
            "  tessera run model.arena --prompt 'run away'\n"
            "  mpirun -n 4 tessera convert in out\n\n"
            "usage: tessera run [flags] ARENA\n"
            "run at the start of a line stays.\n");
}

}  // namespace
}  // namespace tessera
