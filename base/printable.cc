#include "base/printable.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/escaping.h"
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

std::string Escaped(absl::string_view text, absl::string_view kept) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const size_t size = Utf8CharSize(text);
    const absl::string_view bytes = text.substr(0, std::max<size_t>(size, 1));
    text.remove_prefix(bytes.size());
    const char32_t character = size == 0 ? 0 : DecodeUtf8(bytes, size);
    if (size != 0 && (!IsHidden(character) ||
                      kept.find(bytes[0]) != absl::string_view::npos)) {
      absl::StrAppend(&result, bytes);
    } else if (size <= 1) {
      absl::StrAppend(&result, absl::CHexEscape(bytes));
    } else {
      absl::StrAppendFormat(&result,
                            character < 0x10000 ? "\\u%04x" : "\\U%08x",
                            static_cast<uint32_t>(character));
    }
  }
  return result;
}

bool IsInsideCharacter(absl::string_view text, size_t position) {
  return position < text.size() && (text[position] & 0xC0) == 0x80;
}

}  // namespace

std::string Printable(absl::string_view text) { return Escaped(text, ""); }

std::string PrintableLines(absl::string_view text) {
  return Escaped(text, "\n\t");
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
