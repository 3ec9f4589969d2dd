#include "runtime/chat/loop.h"

#include "base/status_macros.h"
#include "runtime/chat/value_operations.h"

namespace tessera::jinja {
namespace {

absl::StatusOr<Value> Cycle(Interpreter&, const Value& self,
                            const CallArguments& call) {
  if (call.positional.empty()) {
    return absl::InvalidArgumentError("no items for cycling given");
  }
  return call.positional[self.as<Loop>().index % call.positional.size()];
}

absl::StatusOr<Value> Changed(Interpreter& in, const Value& self,
                              const CallArguments& call) {
  auto& last = self.as<Loop>().changed;
  bool same = last.has_value() && last->size() == call.positional.size();
  for (size_t i = 0; same && i < last->size(); ++i) {
    TESSERA_ASSIGN_OR_RETURN(
        same, IsEqual(in.heap(), (*last)[i], call.positional[i]));
  }
  if (!same) last = call.positional;
  return Value::Bool(!same);
}

}  // namespace

absl::StatusOr<Value> Loop::Attribute(Interpreter& interpreter,
                                      absl::string_view name) {
  const auto at = static_cast<int64_t>(index);
  const auto length = static_cast<int64_t>(items.size());
  if (name == "index") return Value::Int(at + 1);
  if (name == "index0") return Value::Int(at);
  if (name == "revindex") return Value::Int(length - at);
  if (name == "revindex0") return Value::Int(length - at - 1);
  if (name == "first") return Value::Bool(at == 0);
  if (name == "last") return Value::Bool(at + 1 == length);
  if (name == "length") return Value::Int(length);
  if (name == "depth") return Value::Int(depth);
  if (name == "depth0") return Value::Int(depth - 1);
  if (name == "previtem") {
    return at > 0 ? items[at - 1]
                  : Value::Undefined("there is no previous item");
  }
  if (name == "nextitem") {
    return at + 1 < length ? items[at + 1]
                           : Value::Undefined("there is no next item");
  }
  if (name != "cycle" && name != "changed") return Value();
  TESSERA_ASSIGN_OR_RETURN(BoundFunction * method,
                           interpreter.heap().New<BoundFunction>(
                               name == "cycle" ? Cycle : Changed,
                               Value::Of(ValueKind::kAttributes, this)));
  return Value::Of(ValueKind::kCallable, method);
}

absl::StatusOr<Value> Loop::Call(Interpreter&, const CallArguments& call) {
  if (!recurse) {
    return absl::InvalidArgumentError(
        "The loop must have the 'recursive' marker to be called recursively.");
  }
  if (call.positional.size() != 1) {
    return absl::InvalidArgumentError("a loop is called with what it visits");
  }
  return recurse(call.positional[0]);
}

}  // namespace tessera::jinja
