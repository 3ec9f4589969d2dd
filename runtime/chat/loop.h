// The variable "loop" within a for loop.
#ifndef RUNTIME_CHAT_LOOP_H_
#define RUNTIME_CHAT_LOOP_H_

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/chat/interpreter.h"
#include "runtime/chat/value.h"

namespace tessera::jinja {

struct Loop : AttributesObject {
  absl::StatusOr<Value> Attribute(Interpreter& interpreter,
                                  absl::string_view name) override;
  // loop(items), in a recursive loop.
  absl::StatusOr<Value> Call(Interpreter& interpreter,
                             const CallArguments& arguments) override;

  std::vector<Value> items;
  size_t index = 0;
  int64_t depth = 1;
  std::optional<std::vector<Value>> changed;  // what changed() was given last
  // Runs the loop's body for other items; empty if it is not recursive.
  std::function<absl::StatusOr<Value>(const Value& items)> recurse;
};

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_LOOP_H_
