// What filters, tests and methods see of the interpreter that runs them.
#ifndef RUNTIME_CHAT_INTERPRETER_H_
#define RUNTIME_CHAT_INTERPRETER_H_

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/chat/value.h"
#include "runtime/chat/value_heap.h"

namespace tessera::jinja {

struct CallArguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;
};

class Interpreter {
 public:
  virtual ~Interpreter() = default;

  virtual ValueHeap& heap() = 0;
  virtual absl::StatusOr<Value> Call(const Value& callee,
                                     const CallArguments& arguments) = 0;
  // object.name and object[key], as a template has them.
  virtual absl::StatusOr<Value> Attribute(const Value& object,
                                          absl::string_view name) = 0;
  virtual absl::StatusOr<Value> Item(const Value& object, const Value& key) = 0;
  virtual absl::StatusOr<Value> Filter(absl::string_view name,
                                       const Value& input,
                                       const CallArguments& arguments) = 0;
  virtual absl::StatusOr<bool> Test(absl::string_view name, const Value& input,
                                    const CallArguments& arguments) = 0;
};

// A filter, or a method of `self`.
using Function = absl::StatusOr<Value> (*)(Interpreter& interpreter,
                                           const Value& self,
                                           const CallArguments& arguments);

struct NamedFunction {
  absl::string_view name;
  Function function;
};

struct CallableObject : Object {
  virtual absl::StatusOr<Value> Call(Interpreter& interpreter,
                                     const CallArguments& arguments) = 0;
};

// May be called, too; mostly that is an error.
struct AttributesObject : CallableObject {
  absl::StatusOr<Value> Call(Interpreter&, const CallArguments&) override {
    return absl::InvalidArgumentError(
        "an object that is no function is called");
  }
  // Undefined if there is none.
  virtual absl::StatusOr<Value> Attribute(Interpreter& interpreter,
                                          absl::string_view name) = 0;
};

// A method together with its object, or a filter without one.
struct BoundFunction : CallableObject {
  BoundFunction(Function function, Value self)
      : function(function), self(std::move(self)) {}
  absl::StatusOr<Value> Call(Interpreter& interpreter,
                             const CallArguments& arguments) override {
    return function(interpreter, self, arguments);
  }

  const Function function;
  const Value self;
};

// The arguments of a call in the order of a function's parameters; null where
// none was given. InvalidArgument if one of the first `required` is missing,
// one is given twice, or there is no such parameter.
absl::StatusOr<std::vector<const Value*>> Bind(
    absl::string_view function, const CallArguments& arguments,
    std::initializer_list<absl::string_view> parameters, size_t required = 0);

// What an argument is, or `standard` if it was not given. InvalidArgument if it
// is of another type.
absl::StatusOr<int64_t> IntOr(const Value* argument, int64_t standard);
absl::StatusOr<const MarkedText*> TextOr(const Value* argument,
                                         const MarkedText* standard);
// Null if it was not given, or is none.
absl::StatusOr<const MarkedText*> TextOrNull(const Value* argument);
bool TruthOr(const Value* argument, bool standard);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_INTERPRETER_H_
