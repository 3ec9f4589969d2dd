#include "converter/inspect/one_line.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/counted.h"
#include "base/printable.h"

namespace tessera {
namespace {

// At most so many bytes, and no part of a UTF-8 sequence.
absl::string_view Start(absl::string_view text, size_t most) {
  size_t size = std::min(text.size(), most);
  while (size < text.size() && size > 0 && (text[size] & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

// Stands for what is left out.
std::string Rest(absl::string_view start, absl::string_view text) {
  if (start.size() == text.size()) return "";
  return absl::StrCat("... (", WithCommas(text.size()), " bytes)");
}

}  // namespace

std::string OneLine(absl::string_view text, size_t most) {
  const absl::string_view start = Start(text, most);
  return absl::StrCat(Printable(start), Rest(start, text));
}

std::string OneLineAsInC(absl::string_view text, size_t most) {
  const absl::string_view start = Start(text, most);
  return absl::StrCat(Printable(absl::StrReplaceAll(start, {{"\\", "\\\\"}})),
                      Rest(start, text));
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
