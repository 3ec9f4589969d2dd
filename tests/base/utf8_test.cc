#include "base/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace tessera {
namespace {

std::string Utf8(uint32_t character) {
  const auto byte = [](uint32_t value) { return static_cast<char>(value); };
  if (character < 0x80) return {byte(character)};
  const char last = byte(0x80 | (character & 0x3F));
  if (character < 0x800) return {byte(0xC0 | character >> 6), last};
  const char third = byte(0x80 | (character >> 6 & 0x3F));
  if (character < 0x10000) return {byte(0xE0 | character >> 12), third, last};
  return {byte(0xF0 | character >> 18), byte(0x80 | (character >> 12 & 0x3F)),
          third, last};
}

TEST(Utf8CharSizeTest, AcceptsEveryCharacterAndNoSurrogate) {
  for (uint32_t character = 0; character < 0x110000; ++character) {
    const bool surrogate = 0xD800 <= character && character <= 0xDFFF;
    const std::string text = Utf8(character);
    ASSERT_EQ(Utf8CharSize(text), surrogate ? 0 : text.size()) << character;
    ASSERT_EQ(Utf8CharSize(text + "x"), surrogate ? 0 : text.size());
  }
}

TEST(Utf8CharSizeTest, RefusesCutCharacters) {
  for (const uint32_t character : {0xE9u, 0x20ACu, 0x1F600u}) {
    const std::string text = Utf8(character);
    for (size_t size = 0; size < text.size(); ++size) {
      EXPECT_EQ(Utf8CharSize(text.substr(0, size)), 0u);
      EXPECT_EQ(Utf8CharSize(text.substr(0, size) + "abc"),
                size == 0 ? 1u : 0u);
    }
  }
}

TEST(Utf8CharSizeTest, RefusesOverlongAndOutOfRange) {
  EXPECT_EQ(Utf8CharSize("\xC0\x80"), 0u);
  EXPECT_EQ(Utf8CharSize("\xC1\xBF"), 0u);
  EXPECT_EQ(Utf8CharSize("\xE0\x9F\xBF"), 0u);
  EXPECT_EQ(Utf8CharSize("\xF0\x8F\xBF\xBF"), 0u);
  EXPECT_EQ(Utf8CharSize("\xF4\x90\x80\x80"), 0u);
  EXPECT_EQ(Utf8CharSize("\xF5\x80\x80\x80"), 0u);
  EXPECT_EQ(Utf8CharSize("\x80"), 0u);
  EXPECT_EQ(Utf8CharSize("\xFF"), 0u);
}

}  // namespace
}  // namespace tessera
