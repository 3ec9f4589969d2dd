#include "runtime/chat/marked_text.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

std::string Shown(const MarkedText& text) {
  std::string result;
  text.ForEachRun([&](absl::string_view run, bool outside) {
    absl::StrAppend(&result, outside ? absl::StrCat("{", run, "}") : run);
  });
  return result;
}

TEST(MarkedTextTest, NeighboursAreOneRange) {
  MarkedText text("ab");
  text.Append("cd", true);
  text.Append("", true);
  text.Append(MarkedText("ef", true));
  text.Append("g", false);
  ASSERT_EQ(text.outside().size(), 1u);
  EXPECT_EQ(text.outside()[0].begin, 2u);
  EXPECT_EQ(text.outside()[0].end, 6u);
  EXPECT_EQ(Shown(text), "ab{cdef}g");
}

// Every part of a text has the marks of its bytes.
TEST(MarkedTextTest, PartsKeepTheirMarks) {
  MarkedText text("a");
  text.Append("bc", true);
  text.Append("d", false);
  text.Append("efg", true);
  const std::string outside = "01101110";
  for (size_t begin = 0; begin <= text.size(); ++begin) {
    for (size_t size = 0; begin + size <= text.size(); ++size) {
      const MarkedText part = text.Part(begin, size);
      EXPECT_EQ(part.bytes(), text.bytes().substr(begin, size));
      bool any = false;
      for (size_t i = 0; i < size; ++i) {
        EXPECT_EQ(part.IsOutside(i, 1), outside[begin + i] == '1');
        any |= outside[begin + i] == '1';
      }
      EXPECT_EQ(part.IsOutside(), any);
      EXPECT_EQ(text.IsOutside(begin, size), any && size > 0);
    }
  }
}

}  // namespace
}  // namespace tessera
