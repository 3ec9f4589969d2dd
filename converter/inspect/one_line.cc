#include "converter/inspect/one_line.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/counted.h"
#include "base/printable.h"

namespace tessera {

std::string OneLine(absl::string_view text, size_t most) {
  size_t size = std::min(text.size(), most);
  // Not in the middle of a UTF-8 sequence.
  while (size < text.size() && size > 0 && (text[size] & 0xc0) == 0x80) --size;
  std::string line = Printable(text.substr(0, size));
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
