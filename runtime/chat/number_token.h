// Numbers as a template spells them.
#ifndef RUNTIME_CHAT_NUMBER_TOKEN_H_
#define RUNTIME_CHAT_NUMBER_TOKEN_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace tessera::jinja {

// Bytes of the number that `text`, which begins with a digit, begins with.
// 0 if it is no float, with fraction or exponent; else it is an integer.
size_t FloatTokenSize(absl::string_view text);
size_t IntegerTokenSize(absl::string_view text);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_NUMBER_TOKEN_H_
