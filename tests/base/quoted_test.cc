#include "base/quoted.h"

#include <gtest/gtest.h>

#include <string>

#include "base/quoted_list.h"

namespace tessera {
namespace {

TEST(QuotedTest, KeepsAMessageOnOneLineOfAscii) {
  EXPECT_EQ(Quoted("blk.0.attn_q.weight"), "'blk.0.attn_q.weight'");
  EXPECT_EQ(Quoted(""), "''");
  EXPECT_EQ(Quoted("a'b\n\x1b[2J"), "'a\\'b\\n\\x1b[2J'");
  EXPECT_EQ(Quoted(absl::string_view("\0\xff", 2)), "'\\x00\\xff'");
}

TEST(QuotedTest, CutsLongText) {
  EXPECT_EQ(Quoted(std::string(96, 'x')), "'" + std::string(96, 'x') + "'");
  EXPECT_EQ(Quoted(std::string(65535, 'x')),
            "'" + std::string(96, 'x') + "...'");
}

TEST(QuotedTest, ListsTheFirst) {
  EXPECT_EQ(QuotedList({}), "");
  EXPECT_EQ(QuotedList({"a", "b\n"}), "'a', 'b\\n'");
  EXPECT_EQ(QuotedList({"a", "b", "c"}, 2), "'a', 'b', ...");
}

}  // namespace
}  // namespace tessera
