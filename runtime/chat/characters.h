// Characters of UTF-8 text, as Python's str sees them.
#ifndef RUNTIME_CHAT_CHARACTERS_H_
#define RUNTIME_CHAT_CHARACTERS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace tessera::jinja {

// Bytes of the character that `text`, which is not empty, begins with. A byte
// that is no UTF-8 counts as one character.
size_t CharacterSize(absl::string_view text);

// The code point of a character of `size` bytes at the start of `text`.
char32_t CodePoint(absl::string_view text, size_t size);

void AppendCodePoint(char32_t code, std::string* text);

int64_t CountCharacters(absl::string_view text);

// The byte at which character `index` begins; text.size() if there are fewer.
size_t CharacterOffset(absl::string_view text, int64_t index);

// str.isspace(), which is also what strip(), split() and \s go by.
bool IsSpace(char32_t code);
bool IsPrintable(char32_t code);
bool IsAlpha(char32_t code);
bool IsDecimal(char32_t code);
bool IsDigit(char32_t code);
bool IsNumeric(char32_t code);
bool IsUpper(char32_t code);
bool IsLower(char32_t code);
bool IsTitle(char32_t code);
inline bool IsAlnum(char32_t code) { return IsAlpha(code) || IsNumeric(code); }

// Whole texts: one character may become several, and what stands beside it
// counts.
std::string ToUpper(absl::string_view text);
std::string ToLower(absl::string_view text);
std::string ToTitle(char32_t code);

// The bytes of white space at the start and at the end of `text`.
size_t LeadingSpace(absl::string_view text);
size_t TrailingSpace(absl::string_view text);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_CHARACTERS_H_
