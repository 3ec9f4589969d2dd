#include "runtime/tokenizer/byte_level.h"

#include <array>
#include <cstddef>

#include "base/utf8.h"

namespace tessera {
namespace {

constexpr bool StandsForItself(int byte) {
  return (0x21 <= byte && byte <= 0x7E) || (0xA1 <= byte && byte != 0xAD);
}

constexpr int kFirstMoved = 0x100;
constexpr int kCharCount = kFirstMoved + 68;

struct Alphabet {
  char spelling[256][2] = {};
  uint8_t size[256] = {};
  int16_t byte_of[kCharCount] = {};  // by character; -1 where there is none
};

constexpr Alphabet MakeAlphabet() {
  Alphabet alphabet;
  for (int16_t& byte : alphabet.byte_of) byte = -1;
  int moved = kFirstMoved;
  for (int byte = 0; byte < 256; ++byte) {
    const int character = StandsForItself(byte) ? byte : moved++;
    alphabet.byte_of[character] = static_cast<int16_t>(byte);
    char* spelling = alphabet.spelling[byte];
    if (character < 0x80) {
      spelling[0] = static_cast<char>(character);
      alphabet.size[byte] = 1;
    } else {
      spelling[0] = static_cast<char>(0xC0 | (character >> 6));
      spelling[1] = static_cast<char>(0x80 | (character & 0x3F));
      alphabet.size[byte] = 2;
    }
  }
  return alphabet;
}

constexpr Alphabet kAlphabet = MakeAlphabet();

// The byte of the character that `text` starts with, or -1; every character of
// the alphabet has 1 or 2 bytes.
int FirstByte(absl::string_view text, size_t char_size) {
  int character = static_cast<uint8_t>(text[0]);
  if (char_size == 2) {
    character = (character & 0x1F) << 6 | (text[1] & 0x3F);
  } else if (char_size != 1) {
    return -1;
  }
  return character < kCharCount ? kAlphabet.byte_of[character] : -1;
}

}  // namespace

absl::string_view ByteLevelChar(uint8_t byte) {
  return absl::string_view(kAlphabet.spelling[byte], kAlphabet.size[byte]);
}

void AppendByteLevel(absl::string_view bytes, std::string* spelling) {
  for (const char c : bytes) {
    const absl::string_view character = ByteLevelChar(static_cast<uint8_t>(c));
    spelling->append(character.data(), character.size());
  }
}

std::string DecodeByteLevel(absl::string_view spelling) {
  std::string bytes;
  bytes.reserve(spelling.size());
  while (!spelling.empty()) {
    const size_t char_size = Utf8CharSize(spelling);
    const int byte = FirstByte(spelling, char_size);
    const size_t size = char_size == 0 ? 1 : char_size;
    if (byte >= 0) {
      bytes.push_back(static_cast<char>(byte));
    } else {
      bytes.append(spelling.data(), size);
    }
    spelling.remove_prefix(size);
  }
  return bytes;
}

std::string DecodeByteLevelToken(absl::string_view spelling) {
  std::string bytes;
  for (absl::string_view rest = spelling; !rest.empty();) {
    const size_t char_size = Utf8CharSize(rest);
    const int byte = FirstByte(rest, char_size);
    if (byte < 0) return std::string(spelling);
    bytes.push_back(static_cast<char>(byte));
    rest.remove_prefix(char_size);
  }
  return bytes;
}

}  // namespace tessera
