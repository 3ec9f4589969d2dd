#include "app/launcher/tool_table.h"

#include <gtest/gtest.h>

namespace tessera {
namespace {

TEST(ToolTableTest, FindsWhatIsThereAndGuessesTheRest) {
  ASSERT_NE(FindTool("run"), nullptr);
  EXPECT_EQ(FindTool("Run"), nullptr);
  EXPECT_EQ(FindTool("serve"), nullptr);
  EXPECT_EQ(FindTool("chat")->program, "run");
  EXPECT_EQ(NearestTool("rnu"), "run");
  EXPECT_EQ(NearestTool("CONVERT"), "convert");
  EXPECT_EQ(NearestTool("conver"), "convert");
  EXPECT_EQ(NearestTool("perplexty"), "perplexity");
  EXPECT_EQ(NearestTool("quantize"), "");
  EXPECT_EQ(NearestTool(""), "");
}

TEST(ToolTableTest, LinesOfTheOverviewFit) {
  for (const Tool& tool : AllTools()) {
    EXPECT_LE(tool.name.size(), 11u) << tool.name;
    EXPECT_LE(tool.summary.size(), 60u) << tool.name;
  }
}

}  // namespace
}  // namespace tessera
