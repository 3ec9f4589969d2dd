#include "runtime/tokenizer/text_changes.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "absl/strings/ascii.h"
#include "base/utf8.h"
#include "runtime/tokenizer/unicode_class.h"

namespace tessera {
namespace {

void Append(absl::string_view part, std::string* result) {
  result->append(part.data(), part.size());
}

// Calls change(c) for each character. It returns what becomes of it: the same
// character, another one, or none.
TextChange ChangeChars(
    absl::string_view text, std::string* result,
    absl::FunctionRef<std::optional<char32_t>(char32_t)> change) {
  TextChange total;
  for (size_t begin = 0; begin < text.size();) {
    const size_t size = Utf8CharSize(text.substr(begin));
    if (size == 0) {
      result->push_back(text[begin++]);
      continue;
    }
    const char32_t before = DecodeUtf8(text.substr(begin), size);
    const std::optional<char32_t> after = change(before);
    if (after != before) total.changed = true;
    if (after.has_value()) AppendUtf8(*after, result);
    if (begin == 0 && !after.has_value()) total.keeps_start = false;
    begin += size;
  }
  return total;
}

std::optional<char32_t> NmtChar(char32_t c) {
  if ((c >= 0x01 && c <= 0x08) || c == 0x0B || (c >= 0x0E && c <= 0x1F) ||
      c == 0x7F || c == 0x8F || c == 0x9F) {
    return std::nullopt;
  }
  if (c == 0x09 || c == 0x0A || c == 0x0C || c == 0x0D || c == 0x1680 ||
      (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 ||
      c == 0x2581 || c == 0xFEFF || c == 0xFFFD) {
    return ' ';
  }
  return c;
}

std::optional<char32_t> WithoutMark(char32_t c) {
  return IsMark(c) ? std::nullopt : std::optional<char32_t>(c);
}

}  // namespace

TextChange ChangeRuns(
    absl::string_view text, std::string* result,
    absl::FunctionRef<bool(absl::string_view, std::string*)> change) {
  TextChange total;
  while (!text.empty()) {
    const absl::string_view run = text.substr(0, Utf8PrefixSize(text));
    if (!run.empty() && change(run, result)) {
      total.changed = true;
    } else {
      Append(run, result);
    }
    text.remove_prefix(run.size());
    const size_t invalid = InvalidPrefixSize(text);
    Append(text.substr(0, invalid), result);
    text.remove_prefix(invalid);
  }
  return total;
}

TextChange LowercaseText(absl::string_view text, std::string* result) {
  TextChange total;
  for (size_t begin = 0; begin < text.size();) {
    const size_t size = std::max<size_t>(Utf8CharSize(text.substr(begin)), 1);
    if (size == 1) {
      result->push_back(absl::ascii_tolower(text[begin]));
    } else {
      AppendLowercase(DecodeUtf8(text.substr(begin), size), result);
    }
    begin += size;
  }
  total.changed = *result != text;
  return total;
}

TextChange RemoveExtraSpaces(absl::string_view text, std::string* result) {
  for (const char c : text) {
    if (c != ' ' || (!result->empty() && result->back() != ' ')) {
      result->push_back(c);
    }
  }
  if (!result->empty() && result->back() == ' ') result->pop_back();
  return {result->size() != text.size(), true};
}

TextChange RemoveMarks(absl::string_view text, std::string* result) {
  return ChangeChars(text, result, WithoutMark);
}

TextChange ReplaceControls(absl::string_view text, std::string* result) {
  return ChangeChars(text, result, NmtChar);
}

}  // namespace tessera
