#include "base/cut_text.h"

#include <string>

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(CutTextTest, ShortNamesStay) {
  EXPECT_EQ(CutMiddle("", 10), "");
  EXPECT_EQ(CutMiddle("blk.0.attn_q.weight", 19), "blk.0.attn_q.weight");
}

TEST(CutTextTest, BothEndsAreKept) {
  EXPECT_EQ(CutMiddle("model.layers.0.self_attn.q_proj.weight", 30),
            "model.layers.....q_proj.weight");
  EXPECT_EQ(CutMiddle("0123456789", 9), "012...789");
  EXPECT_EQ(CutMiddle("0123456789", 8), "01...789");
}

TEST(CutTextTest, NothingButPrintableCharactersOfOneLine) {
  EXPECT_EQ(CutMiddle("a\nb", 10), "a\\nb");
  EXPECT_EQ(CutMiddle("\x1b[2J", 10), "\\x1b[2J");
  for (const std::string& name :
       {std::string(100, '\x1b'), std::string(300075, '\xff'),
        std::string(20, '\0'), std::string("caf\xe9")}) {
    for (const size_t columns : {5, 8, 24, 60}) {
      const std::string cut = CutMiddle(name, columns);
      EXPECT_LE(cut.size(), columns);
      for (const char c : cut) EXPECT_TRUE(c >= 0x20 && c < 0x7f);
    }
  }
}

}  // namespace
}  // namespace tessera
