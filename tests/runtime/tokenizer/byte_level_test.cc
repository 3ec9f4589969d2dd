#include "runtime/tokenizer/byte_level.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(ByteLevelTest, KnownCharacters) {
  EXPECT_EQ(ByteLevelChar('A'), "A");
  EXPECT_EQ(ByteLevelChar('~'), "~");
  EXPECT_EQ(ByteLevelChar(0x00), "\u0100");
  EXPECT_EQ(ByteLevelChar('\n'), "\u010A");
  EXPECT_EQ(ByteLevelChar(' '), "\u0120");
  EXPECT_EQ(ByteLevelChar(0x7F), "\u0121");
  EXPECT_EQ(ByteLevelChar(0xA0), "\u0142");
  EXPECT_EQ(ByteLevelChar(0xA1), "\u00A1");
  EXPECT_EQ(ByteLevelChar(0xAD), "\u0143");
  EXPECT_EQ(ByteLevelChar(0xFF), "\u00FF");
}

TEST(ByteLevelTest, IsABijection) {
  std::set<std::string> characters;
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) {
    const absl::string_view character =
        ByteLevelChar(static_cast<uint8_t>(byte));
    characters.emplace(character.data(), character.size());
    bytes.push_back(static_cast<char>(byte));
  }
  EXPECT_EQ(characters.size(), 256u);
  std::string spelling;
  AppendByteLevel(bytes, &spelling);
  EXPECT_EQ(DecodeByteLevel(spelling), bytes);
}

TEST(ByteLevelTest, KeepsWhatIsNotOfTheAlphabet) {
  EXPECT_EQ(DecodeByteLevel("\u0120a\u4E2D b\xFF\u0144\u00AD\xC4"),
            " a\u4E2D b\xFF\u0144\u00AD\xC4");
  EXPECT_EQ(DecodeByteLevel(""), "");
}

}  // namespace
}  // namespace tessera
