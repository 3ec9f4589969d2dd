#include "runtime/llm/stop_texts.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

// What is shown after each piece, and at the end.
std::vector<std::string> Shown(std::vector<std::string> stops,
                               const std::vector<std::string>& pieces) {
  StopTexts texts(std::move(stops));
  std::vector<std::string> shown;
  for (const std::string& piece : pieces) {
    shown.emplace_back(texts.Append(piece));
  }
  shown.emplace_back(texts.Flush());
  return shown;
}

using Pieces = std::vector<std::string>;

TEST(StopTextsTest, WithoutTextsAllPasses) {
  EXPECT_EQ(Shown({}, {"a", "", "bc"}), (Pieces{"a", "", "bc", ""}));
  EXPECT_EQ(Shown({""}, {"a", "bc"}), (Pieces{"a", "bc", ""}));
}

TEST(StopTextsTest, NothingComesAfterOne) {
  EXPECT_EQ(Shown({"END"}, {"the END is", " near"}), (Pieces{"the ", "", ""}));
  EXPECT_EQ(Shown({"END"}, {"END"}), (Pieces{"", ""}));
}

TEST(StopTextsTest, BeginningsAreHeldBack) {
  EXPECT_EQ(Shown({"END"}, {"EN", "DE"}), (Pieces{"", "", ""}));
  EXPECT_EQ(Shown({"END"}, {"EN", "TE", "N"}), (Pieces{"", "ENT", "", "EN"}));
  // The end of what was held back may begin another.
  EXPECT_EQ(Shown({"aab"}, {"a", "a", "a", "b", "c"}),
            (Pieces{"", "", "a", "", "", ""}));
  EXPECT_EQ(Shown({"abcd", "bcx"}, {"abc", "x"}), (Pieces{"", "a", ""}));
}

TEST(StopTextsTest, LineEndsAndBytes) {
  EXPECT_EQ(Shown({"\n\n"}, {"a\n", "b\n", "\nc"}),
            (Pieces{"a", "\nb", "", ""}));
  const std::string nul("a\0b", 3);
  EXPECT_EQ(Shown({nul}, {nul.substr(0, 2), "b"}), (Pieces{"", "", ""}));
}

}  // namespace
}  // namespace tessera
