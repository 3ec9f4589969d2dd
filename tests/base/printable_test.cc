#include "base/printable.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "base/utf8.h"

namespace tessera {
namespace {

TEST(PrintableTest, KeepsWhatCanBeRead) {
  for (const char* text : {"", "model.gguf", "a 'b' \"c\" \\d", "caf\xc3\xa9",
                           "模型", "😀", "1 < 2; 100 %"}) {
    EXPECT_EQ(Printable(text), text);
  }
}

TEST(PrintableTest, EscapesWhatATerminalActsOn) {
  EXPECT_EQ(Printable("a\x1b[31mb"), "a\\x1b[31mb");
  EXPECT_EQ(Printable("a\nb\r\tc\x7f"), "a\\nb\\r\\tc\\x7f");
  EXPECT_EQ(Printable(absl::string_view("\0", 1)), "\\x00");
  // C1 as one byte, and as a character.
  EXPECT_EQ(Printable("\x9b"
                      "31m"),
            "\\x9b31m");
  EXPECT_EQ(Printable("\xc2\x9b"
                      "31m"),
            "\\u009b31m");
}

TEST(PrintableTest, EscapesWhatIsNotSeen) {
  EXPECT_EQ(Printable("gpj.\u202Efugg"), "gpj.\\u202efugg");
  EXPECT_EQ(Printable("a\u200Bb\u2066c\uFEFFd\u2028"),
            "a\\u200bb\\u2066c\\ufeffd\\u2028");
  EXPECT_EQ(Printable("\U000E0041"), "\\U000e0041");
}

TEST(PrintableTest, EscapesWhatIsNoUtf8) {
  EXPECT_EQ(Printable("caf\xe9.gguf"), "caf\\xe9.gguf");
  EXPECT_EQ(Printable("\xf0\x9f\x98"), "\\xf0\\x9f\\x98");
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");
}

TEST(PrintableTest, LinesStayLines) {
  EXPECT_EQ(PrintableLines("a\tb\nc\x1b\r\n"), "a\tb\nc\\x1b\\r\n");
}

TEST(PrintableTest, JsonMeansTheSame) {
  EXPECT_EQ(PrintableJson("{\n \"a\": \"caf\xc3\xa9 \\u001b\"\n}\n"),
            "{\n \"a\": \"caf\xc3\xa9 \\u001b\"\n}\n");
  EXPECT_EQ(PrintableJson("\"\xc2\x9b\u202E\x7f\U000E0041\""),
            "\"\\u009b\\u202e\\u007f\\udb40\\udc41\"");
}

TEST(PrintableTest, LongTextLosesItsMiddle) {
  EXPECT_EQ(ShortPrintable("0123456789", 10), "0123456789");
  EXPECT_EQ(ShortPrintable("0123456789A", 10), "012...789A");
  EXPECT_EQ(
      ShortPrintable("path: " + std::string(300'075, 'x') + "; advice", 31),
      "path: xxxxxxxx...xxxxxx; advice");
}

TEST(PrintableTest, NoCharacterIsCut) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "a\u00e9模😀\x1b";
  for (size_t most = 7; most < 100; ++most) {
    const std::string cut = ShortPrintable(text, most);
    EXPECT_LE(cut.size(), most);
    EXPECT_EQ(Utf8PrefixSize(cut), cut.size()) << cut;
    EXPECT_TRUE(absl::StrContains(cut, "..."));
  }
}

}  // namespace
}  // namespace tessera
