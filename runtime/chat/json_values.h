// JSON as values of a chat template.
#ifndef RUNTIME_CHAT_JSON_VALUES_H_
#define RUNTIME_CHAT_JSON_VALUES_H_

#include "absl/status/statusor.h"
#include "formats/json/json_document.h"
#include "runtime/chat/value.h"
#include "runtime/chat/value_heap.h"

namespace tessera::jinja {

// `json`, as Python's json.loads gives it: keys keep their order, and what was
// written with a fraction or exponent is a float. All of it is marked as from
// outside, but the roles of "messages" that templates build control tokens of:
// "system", "user", "assistant", "tool" and their like. Unimplemented for
// integers beyond 64 bits; ResourceExhausted beyond the heap's limits.
absl::StatusOr<Value> ValueFromJson(ValueHeap& heap, JsonValue json);

// The role of a message: not from outside if it is one that models know.
absl::StatusOr<Value> RoleValue(ValueHeap& heap, absl::string_view role);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_JSON_VALUES_H_
