#include "runtime/llm/utf8_stream.h"

#include <string>

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(Utf8StreamTest, HoldsBackTheBeginningOfACharacter) {
  Utf8Stream stream;
  EXPECT_EQ(stream.Append("a\xe2"), "a");
  EXPECT_EQ(stream.Append("\x82"), "");
  EXPECT_EQ(stream.Append("\xac"
                          "b"),
            "\xe2\x82\xac"
            "b");  // the euro sign
  EXPECT_EQ(stream.Append("\xf0\x9f\x98"), "");
  EXPECT_EQ(stream.Append("\x80"), "\xf0\x9f\x98\x80");
  EXPECT_EQ(stream.Flush(), "");
}

TEST(Utf8StreamTest, EveryCutOfATextGivesTheText) {
  const std::string text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z";
  for (size_t i = 0; i <= text.size(); ++i) {
    for (size_t j = i; j <= text.size(); ++j) {
      Utf8Stream stream;
      std::string result;
      result += std::string(stream.Append(text.substr(0, i)));
      result += std::string(stream.Append(text.substr(i, j - i)));
      result += std::string(stream.Append(text.substr(j)));
      EXPECT_EQ(result, text);
      EXPECT_EQ(stream.Flush(), "");
    }
  }
}

TEST(Utf8StreamTest, PassesOnWhatCanNotBecomeACharacter) {
  Utf8Stream stream;
  EXPECT_EQ(stream.Append("\xff"), "\xff");
  EXPECT_EQ(stream.Append("\x80\x80\x80\x80"), "\x80\x80\x80\x80");
  EXPECT_EQ(stream.Append("\xc0"), "\xc0");
  EXPECT_EQ(stream.Append("\xe2"), "");
  EXPECT_EQ(stream.Append("x"), "\xe2x");
}

TEST(Utf8StreamTest, FlushGivesWhatIsLeft) {
  Utf8Stream stream;
  EXPECT_EQ(stream.Append("\xf0\x9f"), "");
  EXPECT_EQ(stream.Flush(), "\xf0\x9f");
  EXPECT_EQ(stream.Flush(), "");
  EXPECT_EQ(stream.Append("a"), "a");
}

}  // namespace
}  // namespace tessera
