// The tests of chat templates: "x is defined".
#ifndef RUNTIME_CHAT_VALUE_TESTS_H_
#define RUNTIME_CHAT_VALUE_TESTS_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/chat/interpreter.h"

namespace tessera::jinja {

// Whether `value` is `name`. InvalidArgument if there is no such test, or it
// takes other arguments.
absl::StatusOr<bool> TestValue(Interpreter& interpreter, absl::string_view name,
                               const Value& value,
                               const CallArguments& arguments);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_VALUE_TESTS_H_
