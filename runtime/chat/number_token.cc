#include "runtime/chat/number_token.h"

#include "absl/strings/ascii.h"

namespace tessera::jinja {
namespace {

// Digits with single underscores between them, at the start of `text`.
template <typename IsDigit>
size_t DigitsSize(absl::string_view text, IsDigit is_digit) {
  size_t size = 0;
  while (size < text.size() &&
         (is_digit(text[size]) ||
          (text[size] == '_' && size > 0 && text[size - 1] != '_' &&
           size + 1 < text.size() && is_digit(text[size + 1])))) {
    ++size;
  }
  return size;
}

bool IsDecimalDigit(char c) { return absl::ascii_isdigit(c); }

}  // namespace

size_t FloatTokenSize(absl::string_view text) {
  size_t size = DigitsSize(text, IsDecimalDigit);
  if (size == 0) return 0;
  bool is_float = false;
  if (size + 1 < text.size() && text[size] == '.') {
    if (const size_t more = DigitsSize(text.substr(size + 1), IsDecimalDigit)) {
      size += 1 + more;
      is_float = true;
    }
  }
  if (size < text.size() && (text[size] == 'e' || text[size] == 'E')) {
    size_t digits = size + 1;
    if (digits < text.size() && (text[digits] == '+' || text[digits] == '-')) {
      ++digits;
    }
    if (const size_t more =
            DigitsSize(absl::ClippedSubstr(text, digits), IsDecimalDigit)) {
      return digits + more;
    }
  }
  return is_float ? size : 0;
}

size_t IntegerTokenSize(absl::string_view text) {
  if (text[0] == '0' && text.size() > 2) {
    const char base = absl::ascii_tolower(text[1]);
    const absl::string_view rest =
        text.substr(text[2] == '_' && text.size() > 3 ? 3 : 2);
    size_t more = 0;
    if (base == 'x') more = DigitsSize(rest, absl::ascii_isxdigit);
    if (base == 'b') {
      more = DigitsSize(rest, [](char c) { return c == '0' || c == '1'; });
    }
    if (base == 'o') {
      more = DigitsSize(rest, [](char c) { return c >= '0' && c <= '7'; });
    }
    if (more > 0) return text.size() - rest.size() + more;
  }
  if (text[0] == '0') return DigitsSize(text, [](char c) { return c == '0'; });
  return DigitsSize(text, IsDecimalDigit);
}

}  // namespace tessera::jinja
