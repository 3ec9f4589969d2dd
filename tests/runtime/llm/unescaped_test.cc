#include "runtime/llm/unescaped.h"

#include <string>

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(UnescapedTest, KnowsTheEscapesOfLlamaCpp) {
  EXPECT_EQ(Unescaped(R"(a\nb\r\t\'\"\\c)"), "a\nb\r\t'\"\\c");
  EXPECT_EQ(Unescaped(R"(\x41\xe2\x82\xAC)"), "A\xe2\x82\xac");
  EXPECT_EQ(Unescaped(R"(\x00)"), std::string(1, '\0'));
  EXPECT_EQ(Unescaped(R"(\\n)"), "\\n");
}

TEST(UnescapedTest, LeavesAllElseAsItIs) {
  for (const char* text : {"", "plain", "\\", "end\\", R"(\q)", R"(\x4)",
                           R"(\x)", R"(\xg1)", R"(\x+1)", R"(\u0041)",
                           "Gr\xc3\xbc\xc3\x9f"
                           "e"}) {
    EXPECT_EQ(Unescaped(text), text);
  }
}

}  // namespace
}  // namespace tessera
