#include "converter/inspect/one_line.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/counted.h"
#include "formats/json/message_utf8.h"

namespace tessera {
namespace {

// U+0080 to U+009F, of which terminals obey some.
bool IsControlPair(absl::string_view text, size_t i) {
  return i + 1 < text.size() && text[i] == '\xc2' &&
         static_cast<unsigned char>(text[i + 1]) < 0xa0;
}

}  // namespace

std::string OneLine(absl::string_view text, size_t most) {
  size_t size = std::min(text.size(), most);
  // Not in the middle of a UTF-8 sequence.
  while (size < text.size() && size > 0 && (text[size] & 0xc0) == 0x80) --size;
  const std::string utf8 = AsUtf8(std::string(text.substr(0, size)));
  std::string line;
  for (size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    const size_t bytes = IsControlPair(utf8, i) ? 2 : 1;
    if (bytes == 2 || c < 0x20 || c == 0x7f) {
      absl::StrAppend(&line, absl::CHexEscape(utf8.substr(i, bytes)));
    } else {
      line += utf8[i];
    }
    i += bytes - 1;
  }
  if (size < text.size()) {
    absl::StrAppend(&line, "... (", WithCommas(text.size()), " bytes)");
  }
  return line;
}

std::string Wrapped(absl::string_view text, size_t indent, size_t columns) {
  std::string result;
  size_t column = indent;
  for (absl::string_view word : absl::StrSplit(text, ' ')) {
    if (!result.empty()) {
      if (column + 1 + word.size() > columns) {
        absl::StrAppend(&result, "\n", std::string(indent, ' '));
        column = indent;
      } else {
        result += ' ';
        ++column;
      }
    }
    absl::StrAppend(&result, word);
    column += word.size();
  }
  return result;
}

}  // namespace tessera
