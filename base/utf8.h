// Well-formed UTF-8, character by character.
#ifndef BASE_UTF8_H_
#define BASE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// Bytes of the character that `text` starts with, 1 to 4, or 0 if it starts
// with none: empty, cut short, overlong, a surrogate, or beyond U+10FFFF
// (Unicode 15, table 3-7).
size_t Utf8CharSize(absl::string_view text);

// Bytes that `text` starts with and that are whole characters.
size_t Utf8PrefixSize(absl::string_view text);

// The same for bytes none of which starts a character.
size_t InvalidPrefixSize(absl::string_view text);

bool IsAscii(absl::string_view text);

// The character that `text` starts with; `size` is its Utf8CharSize, not 0.
inline char32_t DecodeUtf8(absl::string_view text, size_t size) {
  const auto byte = [&](size_t i) {
    return static_cast<char32_t>(static_cast<uint8_t>(text[i]));
  };
  if (size == 1) return byte(0);
  char32_t character = byte(0) & (0x7Fu >> size);
  for (size_t i = 1; i < size; ++i) {
    character = character << 6 | (byte(i) & 0x3F);
  }
  return character;
}

// `character` is neither a surrogate nor beyond U+10FFFF.
void AppendUtf8(char32_t character, std::string* text);

// `bytes` with U+FFFD for what is no UTF-8: one for each maximal part of a
// character (Unicode 15, section 3.9), as Rust's String::from_utf8_lossy.
std::string Utf8Lossy(absl::string_view bytes);

}  // namespace tessera

#endif  // BASE_UTF8_H_
