// Values as text.
#ifndef RUNTIME_CHAT_VALUE_TEXT_H_
#define RUNTIME_CHAT_VALUE_TEXT_H_

#include <string>

#include "absl/status/statusor.h"
#include "runtime/chat/marked_text.h"
#include "runtime/chat/value.h"
#include "runtime/chat/value_heap.h"

namespace tessera::jinja {

// Python's str() and repr(). What came from a conversation is marked. An error
// if containers nest too deeply, or a limit is reached.
absl::StatusOr<MarkedText> TextOf(ValueHeap& heap, const Value& value);
absl::StatusOr<MarkedText> ReprOf(ValueHeap& heap, const Value& value);

// repr() of a float: the fewest digits that mean the same number.
std::string FloatText(double value);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_VALUE_TEXT_H_
