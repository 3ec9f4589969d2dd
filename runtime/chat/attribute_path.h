// What filters mean by an attribute: "a.b.0", or a number.
#ifndef RUNTIME_CHAT_ATTRIBUTE_PATH_H_
#define RUNTIME_CHAT_ATTRIBUTE_PATH_H_

#include <vector>

#include "absl/status/statusor.h"
#include "runtime/chat/interpreter.h"
#include "runtime/chat/value.h"

namespace tessera::jinja {

// Keys to be looked up one after another. Empty: the value itself.
using AttributePath = std::vector<Value>;

// Null and none give the empty path.
absl::StatusOr<AttributePath> ParseAttributePath(const Value* attribute);

absl::StatusOr<Value> Follow(Interpreter& interpreter,
                             const AttributePath& path, Value value);

// What filters compare: texts without their case unless `case_sensitive`.
absl::StatusOr<Value> SortKey(Interpreter& interpreter,
                              const AttributePath& path, const Value& value,
                              bool case_sensitive);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_ATTRIBUTE_PATH_H_
