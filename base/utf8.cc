#include "base/utf8.h"

#include <algorithm>
#include <cstring>

namespace tessera {
namespace {

bool InRange(char c, uint8_t low, uint8_t high) {
  const uint8_t byte = static_cast<uint8_t>(c);
  return low <= byte && byte <= high;
}

// Bytes at the start of `text`, not empty, that belong to one character as far
// as they go. Sets *whole if they are all of it.
size_t CharPartSize(absl::string_view text, bool* whole) {
  const uint8_t lead = static_cast<uint8_t>(text[0]);
  *whole = lead < 0x80;
  if (lead < 0xC2 || lead > 0xF4) return 1;
  const size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // Only the second byte has limits that depend on the first.
  uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  size_t part = 1;
  while (part < std::min(size, text.size()) && InRange(text[part], low, high)) {
    ++part;
    low = 0x80;
    high = 0xBF;
  }
  *whole = part == size;
  return part;
}

// Bytes of ASCII at the start of `text`, as far as 8 at a time find them.
size_t AsciiPrefixSize(absl::string_view text) {
  size_t size = 0;
  uint64_t bytes = 0;
  for (; size + sizeof(bytes) <= text.size(); size += sizeof(bytes)) {
    std::memcpy(&bytes, text.data() + size, sizeof(bytes));
    if ((bytes & 0x8080808080808080u) != 0) break;
  }
  return size;
}

}  // namespace

size_t Utf8CharSize(absl::string_view text) {
  if (text.empty()) return 0;
  if (static_cast<uint8_t>(text[0]) < 0x80) return 1;
  bool whole = false;
  const size_t size = CharPartSize(text, &whole);
  return whole ? size : 0;
}

size_t Utf8PrefixSize(absl::string_view text) {
  size_t size = 0;
  while (size < text.size()) {
    size += AsciiPrefixSize(text.substr(size));
    const size_t end = std::min(text.size(), size + 64);
    while (size < end) {
      const size_t char_size = Utf8CharSize(text.substr(size));
      if (char_size == 0) return size;
      size += char_size;
    }
  }
  return size;
}

size_t InvalidPrefixSize(absl::string_view text) {
  size_t size = 0;
  while (size < text.size() && Utf8CharSize(text.substr(size)) == 0) ++size;
  return size;
}

bool IsAscii(absl::string_view text) {
  const size_t size = AsciiPrefixSize(text);
  return std::all_of(text.begin() + size, text.end(),
                     [](char c) { return static_cast<uint8_t>(c) < 0x80; });
}

void AppendUtf8(char32_t character, std::string* text) {
  const auto append = [&](char32_t byte) {
    text->push_back(static_cast<char>(byte));
  };
  const auto append_tail = [&](int shift) {
    append(0x80 | (character >> shift & 0x3F));
  };
  if (character < 0x80) return append(character);
  if (character < 0x800) {
    append(0xC0 | character >> 6);
  } else if (character < 0x10000) {
    append(0xE0 | character >> 12);
    append_tail(6);
  } else {
    append(0xF0 | character >> 18);
    append_tail(12);
    append_tail(6);
  }
  append_tail(0);
}

std::string Utf8Lossy(absl::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const size_t valid = Utf8PrefixSize(bytes);
    text.append(bytes.data(), valid);
    bytes.remove_prefix(valid);
    if (bytes.empty()) break;
    bool whole = false;
    bytes.remove_prefix(CharPartSize(bytes, &whole));
    text += "\uFFFD";
  }
  return text;
}

}  // namespace tessera
