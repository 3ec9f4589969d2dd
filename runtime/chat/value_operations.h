// What can be done with any value: as Python and Jinja define it.
#ifndef RUNTIME_CHAT_VALUE_OPERATIONS_H_
#define RUNTIME_CHAT_VALUE_OPERATIONS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/chat/syntax.h"
#include "runtime/chat/value.h"
#include "runtime/chat/value_heap.h"

namespace tessera::jinja {

// Errors of this file are InvalidArgument unless a limit is reached. What is
// undefined gives an error that says what was looked for.

bool IsTrue(const Value& value);

// "expected a string, got int"; for an undefined value, what it was.
absl::Status WrongType(const Value& value, absl::string_view expected);

absl::StatusOr<bool> IsEqual(ValueHeap& heap, const Value& a, const Value& b);

// Negative, 0 or positive as a < b, a == b, a > b. An error for types that have
// no order, which shows `op`.
absl::StatusOr<int> Order(ValueHeap& heap, const Value& a, const Value& b,
                          absl::string_view op);

absl::StatusOr<bool> Compare(ValueHeap& heap, Comparison comparison,
                             const Value& a, const Value& b);

// a in b
absl::StatusOr<bool> Contains(ValueHeap& heap, const Value& item,
                              const Value& container);

absl::StatusOr<int64_t> Length(const Value& value);

// The elements that a loop visits. A generator has none afterwards.
absl::StatusOr<std::vector<Value>> Elements(ValueHeap& heap,
                                            const Value& value);
bool IsIterable(const Value& value);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_VALUE_OPERATIONS_H_
