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
}

}  // namespace
}  // namespace tessera
