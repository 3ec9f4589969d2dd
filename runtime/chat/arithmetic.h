// The operators + - * / // % and **.
#ifndef RUNTIME_CHAT_ARITHMETIC_H_
#define RUNTIME_CHAT_ARITHMETIC_H_

#include "absl/status/statusor.h"
#include "runtime/chat/syntax.h"
#include "runtime/chat/value.h"
#include "runtime/chat/value_heap.h"

namespace tessera::jinja {

// As Python defines them for numbers, strings and lists; InvalidArgument for
// other types, and where an integer would need more than 64 bits.
absl::StatusOr<Value> Calculate(ValueHeap& heap, Arithmetic operation,
                                const Value& a, const Value& b);
absl::StatusOr<Value> Negative(const Value& value);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_ARITHMETIC_H_
