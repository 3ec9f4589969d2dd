// Kinds of characters, as Rust's standard library and its crates know them.
#ifndef RUNTIME_TOKENIZER_UNICODE_CLASS_H_
#define RUNTIME_TOKENIZER_UNICODE_CLASS_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// Property White_Space: char::is_whitespace, and \s.
bool IsWhitespace(char32_t c);

// What \w matches in the regex crate: Alphabetic, marks, decimal digits,
// connectors and joiners (Unicode technical standard 18, annex C).
bool IsWord(char32_t c);

// Categories Nd, Nl, No: char::is_numeric.
bool IsNumeric(char32_t c);

// ASCII punctuation, and categories P*.
bool IsPunctuation(char32_t c);

// Categories M* of Unicode 12.
bool IsMark(char32_t c);

// The number of a script for SentencePiece's splitting: Hiragana, Katakana and
// U+30FC count as Han. -1 for a space and for what Unicode 9
// does not assign.
int ScriptOf(char32_t c);

// Appends the lower case of `c`, by itself: char::to_lowercase.
void AppendLowercase(char32_t c, std::string* text);

// Whether the first or last character of `text`, any bytes, IsWord.
bool StartsWithWord(absl::string_view text);
bool EndsWithWord(absl::string_view text);

// Bytes of white space at the start or end of `text`.
size_t LeadingWhitespace(absl::string_view text);
size_t TrailingWhitespace(absl::string_view text);

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_UNICODE_CLASS_H_
