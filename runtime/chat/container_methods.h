// The methods of lists, tuples and dicts.
#ifndef RUNTIME_CHAT_CONTAINER_METHODS_H_
#define RUNTIME_CHAT_CONTAINER_METHODS_H_

#include "absl/types/span.h"
#include "runtime/chat/interpreter.h"

namespace tessera::jinja {

// Those that change the container are there, and return InvalidArgument where
// the sandbox of transformers forbids them: all but pop and clear of a list.
absl::Span<const NamedFunction> ListMethods();
absl::Span<const NamedFunction> TupleMethods();
absl::Span<const NamedFunction> DictMethods();

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_CONTAINER_METHODS_H_
