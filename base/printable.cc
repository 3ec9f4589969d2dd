#include "base/printable.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/utf8.h"

namespace tessera {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Beyond ASCII, by value: control characters, and characters that are not seen
// but change what is (Unicode 15: categories Cc, Cf, Zl, Zp, and what does not
// exist).
constexpr Range kHidden[] = {
    {0x80, 0x9F},       {0xAD, 0xAD},       {0x600, 0x605},
    {0x61C, 0x61C},     {0x6DD, 0x6DD},     {0x70F, 0x70F},
    {0x890, 0x891},     {0x8E2, 0x8E2},     {0x180E, 0x180E},
    {0x200B, 0x200F},   {0x2028, 0x202E},   {0x2060, 0x206F},
    {0xFEFF, 0xFEFF},   {0xFFF0, 0xFFFB},   {0xFFFE, 0xFFFF},
    {0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x1343F},
    {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
    {0x1FFFE, 0x1FFFF}, {0xFFFFE, 0xFFFFF}, {0x10FFFE, 0x10FFFF},
};

bool IsHidden(char32_t character) {
  if (character < 0x80) return character < 0x20 || character == 0x7F;
  return std::any_of(
      std::begin(kHidden), std::end(kHidden), [character](const Range& range) {
        return range.first <= character && character <= range.last;
      });
}

// Appends `character`, or `byte` if that is none, as C writes it.
void AppendAsC(absl::string_view bytes, char32_t character, std::string* text) {
  if (bytes.size() == 1) {
    absl::StrAppend(text, absl::CHexEscape(bytes));
  } else {
    absl::StrAppendFormat(text, character < 0x10000 ? "\\u%04x" : "\\U%08x",
                          static_cast<uint32_t>(character));
  }
}

// The same as JSON writes it: as UTF-16.
void AppendAsJson(absl::string_view bytes, char32_t character,
                  std::string* text) {
  if (bytes.size() == 1 && static_cast<uint8_t>(bytes[0]) >= 0x80) {
    absl::StrAppend(text, "\\ufffd");
  } else if (character < 0x10000) {
    absl::StrAppendFormat(text, "\\u%04x", static_cast<uint32_t>(character));
  } else {
    const uint32_t bits = static_cast<uint32_t>(character) - 0x10000;
    absl::StrAppendFormat(text, "\\u%04x\\u%04x", 0xD800 | bits >> 10,
                          0xDC00 | (bits & 0x3FF));
  }
}

using Append = void (*)(absl::string_view, char32_t, std::string*);

std::string Escaped(absl::string_view text, absl::string_view kept,
                    Append append) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const size_t size = Utf8CharSize(text);
    const absl::string_view bytes = text.substr(0, std::max<size_t>(size, 1));
    text.remove_prefix(bytes.size());
    const char32_t character = size == 0 ? 0 : DecodeUtf8(bytes, size);
    const bool is_kept =
        size != 0 && (!IsHidden(character) || absl::StrContains(kept, bytes));
    if (is_kept) {
      absl::StrAppend(&result, bytes);
    } else {
      append(bytes, character, &result);
    }
  }
  return result;
}

bool IsInsideCharacter(absl::string_view text, size_t position) {
  return position < text.size() && (text[position] & 0xC0) == 0x80;
}

}  // namespace

std::string Printable(absl::string_view text) {
  return Escaped(text, "", AppendAsC);
}

std::string PrintableLines(absl::string_view text) {
  return Escaped(text, "\n\t", AppendAsC);
}

std::string PrintableJson(absl::string_view json) {
  return Escaped(json, "\n\t\r", AppendAsJson);
}

std::string ShortPrintable(absl::string_view text, size_t most) {
  constexpr absl::string_view kGap = "...";
  std::string line = Printable(text);
  if (line.size() <= most) return line;
  const size_t kept = most - kGap.size();
  size_t head = kept / 2;
  while (head > 0 && IsInsideCharacter(line, head)) --head;
  size_t tail = line.size() - (kept - kept / 2);
  while (IsInsideCharacter(line, tail)) ++tail;
  return absl::StrCat(absl::string_view(line).substr(0, head), kGap,
                      absl::string_view(line).substr(tail));
}

}  // namespace tessera
