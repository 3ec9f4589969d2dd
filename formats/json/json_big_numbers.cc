#include "formats/json/json_big_numbers.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "formats/json/json_error_offset.h"

namespace tessera {
namespace {

// Behind the string that begins at `begin`, or the end of a text that is cut.
size_t EndOfString(absl::string_view text, size_t begin) {
  size_t at = begin + 1;
  while (at < text.size() && text[at] != '"') {
    at += text[at] == '\\' ? 2 : 1;
  }
  return std::min(at + 1, text.size());
}

size_t EndOfNumber(absl::string_view text, size_t begin) {
  size_t at = begin;
  while (at < text.size() && (absl::ascii_isdigit(text[at]) ||
                              absl::StrContains("+-.eE", text[at]))) {
    ++at;
  }
  return at;
}

std::string ThatFits(absl::string_view number) {
  uint64_t positive;
  int64_t negative;
  if (absl::SimpleAtoi(number, &positive) ||
      absl::SimpleAtoi(number, &negative)) {
    return std::string(number);
  }
  double value;
  if (JsonErrorOffset(number).has_value() ||
      !absl::SimpleAtod(number, &value)) {
    return std::string(number);  // the parser refuses it
  }
  if (std::isinf(value)) {
    return value < 0 ? "-1.7976931348623157e308" : "1.7976931348623157e308";
  }
  const bool is_integer = number.find_first_of(".eE") == number.npos;
  return is_integer ? absl::StrCat(number, ".0") : std::string(number);
}

// One of the words that Python writes for what JSON has no number for, if
// `text` begins with it and it is a value; else empty.
absl::string_view NoNumber(absl::string_view text) {
  for (const absl::string_view word : {"NaN", "Infinity", "-Infinity"}) {
    if (!absl::StartsWith(text, word)) continue;
    const absl::string_view rest =
        absl::StripLeadingAsciiWhitespace(text.substr(word.size()));
    const bool is_value =
        rest.empty() || absl::StrContains(",]}", rest.front());
    return is_value ? word : "";
  }
  return "";
}

}  // namespace

std::string WithNumbersThatFit(absl::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      const size_t end = EndOfString(text, at);
      absl::StrAppend(&result, text.substr(at, end - at));
      at = end;
    } else if (const absl::string_view word = NoNumber(text.substr(at));
               !word.empty()) {
      absl::StrAppend(&result, "\"", word, "\"");
      at += word.size();
    } else if (c == '-' || absl::ascii_isdigit(c)) {
      const size_t end = EndOfNumber(text, at);
      result += ThatFits(text.substr(at, end - at));
      at = end;
    } else {
      result += c;
      ++at;
    }
  }
  return result;
}

}  // namespace tessera
