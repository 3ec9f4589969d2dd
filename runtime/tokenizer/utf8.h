// Well-formed UTF-8, character by character.
#ifndef RUNTIME_TOKENIZER_UTF8_H_
#define RUNTIME_TOKENIZER_UTF8_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace tessera {

// Bytes of the character that `text` starts with, 1 to 4, or 0 if it starts
// with none: empty, cut short, overlong, a surrogate, or beyond U+10FFFF
// (Unicode 15, table 3-7).
size_t Utf8CharSize(absl::string_view text);

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_UTF8_H_
