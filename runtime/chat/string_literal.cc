#include "runtime/chat/string_literal.h"

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "runtime/chat/characters.h"

namespace tessera::jinja {
namespace {

// What a letter behind a backslash stands for; 0 if nothing.
char SimpleEscape(char letter) {
  switch (letter) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'v':
      return '\v';
    case '\\':
    case '\'':
    case '"':
      return letter;
    default:
      return 0;
  }
}

int HexDigits(char letter) {
  return letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
}

absl::StatusOr<char32_t> ReadHex(absl::string_view text, size_t digits) {
  char32_t code = 0;
  for (size_t i = 0; i < digits; ++i) {
    if (i >= text.size() || !absl::ascii_isxdigit(text[i])) {
      return absl::InvalidArgumentError("an escape in a string breaks off");
    }
    const char c = absl::ascii_tolower(text[i]);
    code = code * 16 + static_cast<char32_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the escape \\", text.substr(0, digits),
                     " in a string is no character"));
  }
  return code;
}

bool IsOctal(char c) { return c >= '0' && c <= '7'; }

// Appends what the escape at the start of `text`, behind its backslash, means,
// and returns its bytes.
absl::StatusOr<size_t> AppendEscape(absl::string_view text,
                                    std::string* result) {
  const char letter = text[0];
  if (letter == '\n') return 1;
  if (const char simple = SimpleEscape(letter)) {
    result->push_back(simple);
    return 1;
  }
  if (const auto digits = static_cast<size_t>(HexDigits(letter))) {
    TESSERA_ASSIGN_OR_RETURN(const char32_t code,
                             ReadHex(text.substr(1), digits));
    AppendCodePoint(code, result);
    return 1 + digits;
  }
  if (letter == 'N') {
    return absl::UnimplementedError(
        "names of characters (\\N{...}) are not supported");
  }
  if (!IsOctal(letter)) {
    result->push_back('\\');
    return 0;
  }
  size_t size = 0;
  char32_t code = 0;
  for (; size < 3 && size < text.size() && IsOctal(text[size]); ++size) {
    code = code * 8 + static_cast<char32_t>(text[size] - '0');
  }
  AppendCodePoint(code, result);
  return size;
}

}  // namespace

absl::StatusOr<std::string> UnescapeString(absl::string_view literal) {
  std::string result;
  for (size_t i = 0; i < literal.size();) {
    if (literal[i] != '\\' || i + 1 == literal.size()) {
      result.push_back(literal[i++]);
      continue;
    }
    TESSERA_ASSIGN_OR_RETURN(const size_t size,
                             AppendEscape(literal.substr(i + 1), &result));
    i += 1 + size;
  }
  return result;
}

}  // namespace tessera::jinja
