// The methods of strings.
#ifndef RUNTIME_CHAT_TEXT_METHODS_H_
#define RUNTIME_CHAT_TEXT_METHODS_H_

#include "absl/types/span.h"
#include "runtime/chat/interpreter.h"

namespace tessera::jinja {

absl::Span<const NamedFunction> TextMethods();

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_TEXT_METHODS_H_
