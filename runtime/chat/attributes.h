// object.name, object[key] and object[a:b:c].
#ifndef RUNTIME_CHAT_ATTRIBUTES_H_
#define RUNTIME_CHAT_ATTRIBUTES_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/chat/interpreter.h"
#include "runtime/chat/value.h"

namespace tessera::jinja {

// The method `name` of a value of that kind, or null.
Function FindMethod(const Value& object, absl::string_view name);

// As jinja2's Environment.getattr and getitem: an attribute that is not there
// is looked up as a key, and the other way around. What neither is, is
// undefined; asking an undefined value is InvalidArgument, and so are methods
// that would change a value: the sandbox forbids them.
absl::StatusOr<Value> GetAttribute(Interpreter& interpreter,
                                   const Value& object, absl::string_view name);
absl::StatusOr<Value> GetItem(Interpreter& interpreter, const Value& object,
                              const Value& key);

// Null is left out.
absl::StatusOr<Value> GetSlice(ValueHeap& heap, const Value& object,
                               const Value* start, const Value* stop,
                               const Value* step);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_ATTRIBUTES_H_
