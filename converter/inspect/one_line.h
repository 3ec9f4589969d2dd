// Text from a file for a line of a terminal.
#ifndef CONVERTER_INSPECT_ONE_LINE_H_
#define CONVERTER_INSPECT_ONE_LINE_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// `text` on one line: control characters and bytes that are no UTF-8 are
// escaped as in C, and what is longer than `most` bytes is cut, with its size
// behind it.
std::string OneLine(absl::string_view text, size_t most = 120);

// The same for a text that may have backslashes of its own: these are doubled,
// as in C, so that each text looks like no other.
std::string OneLineAsInC(absl::string_view text, size_t most = 120);

// `text`, which is one line, broken at spaces into lines of at most `columns`
// bytes; each after the first begins with `indent` spaces. Words that are
// longer stay whole.
std::string Wrapped(absl::string_view text, size_t indent, size_t columns);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_ONE_LINE_H_
