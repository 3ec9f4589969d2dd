// Text from outside, made fit for a terminal.
#ifndef BASE_PRINTABLE_H_
#define BASE_PRINTABLE_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// `text` on one line, and without anything that a terminal would act on or
// that would show it other than it is: control characters (also those of
// U+0080 to U+009F), ends of lines, marks that turn the direction of writing
// and other invisible characters, and bytes that are no UTF-8 are escaped as in
// C: \x1b, \n, \u202e, \xff. Everything else, backslashes too, stays.
std::string Printable(absl::string_view text);

// The same for text that has lines: line feeds and tabs stay. Whoever builds it
// makes each name in it Printable, since nobody can tell its line ends later.
std::string PrintableLines(absl::string_view text);

// `json`, which is JSON, with the same characters escaped in its way (\u202e),
// so that it means the same. For JSON in UTF-8 whose control characters below
// U+0020 are escaped already, as its writers do.
std::string PrintableJson(absl::string_view json);

// Printable, in at most `most` bytes (7 or more): longer text loses its middle,
// so that the file at its beginning and the advice at its end are kept.
std::string ShortPrintable(absl::string_view text, size_t most);

}  // namespace tessera

#endif  // BASE_PRINTABLE_H_
