// Character classes from Oniguruma's syntax to PCRE2's.
#ifndef RUNTIME_TOKENIZER_REGEX_CLASS_H_
#define RUNTIME_TOKENIZER_REGEX_CLASS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/tokenizer/regex_property.h"

namespace tessera {

// Takes the class "[...]" from the front of *rest and returns an expression
// that matches the same single characters: a class of PCRE2, or, where
// complements are joined or sets intersected, a group with look-ahead.
// DataLoss if it does not end; Unimplemented for escapes that have no
// translation, and for more than 32 classes in one another.
absl::StatusOr<std::string> TranslateClass(absl::string_view* rest);

// Takes "{name}" or "{^name}" from the front of *rest, which follows \p, or \P
// if `negated`. *negated then says whether the complement of the set is meant.
absl::StatusOr<RegexSet> TakeProperty(absl::string_view* rest, bool* negated);

// Takes from the front of *rest the character that an escape stands for, of
// which the backslash is already taken: "n", "x41", "x{263A}", "u263A", "-".
absl::StatusOr<char32_t> TakeEscapedChar(absl::string_view* rest);

// Takes one character of UTF-8, or DataLoss.
absl::StatusOr<char32_t> TakeChar(absl::string_view* rest);

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_REGEX_CLASS_H_
