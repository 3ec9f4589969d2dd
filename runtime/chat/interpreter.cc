#include "runtime/chat/interpreter.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "runtime/chat/value_operations.h"

namespace tessera::jinja {

absl::StatusOr<std::vector<const Value*>> Bind(
    absl::string_view function, const CallArguments& arguments,
    std::initializer_list<absl::string_view> parameters, size_t required) {
  std::vector<const Value*> bound(parameters.size());
  if (arguments.positional.size() > parameters.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat(function, "() takes at most ", parameters.size(),
                     " arguments, got ", arguments.positional.size()));
  }
  for (size_t i = 0; i < arguments.positional.size(); ++i) {
    bound[i] = &arguments.positional[i];
  }
  for (const auto& [name, value] : arguments.named) {
    const size_t index = std::find(parameters.begin(), parameters.end(), name) -
                         parameters.begin();
    if (index == bound.size() || bound[index] != nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(function,
                       index == bound.size() ? "() has no argument "
                                             : "() got twice the argument ",
                       Quoted(name)));
    }
    bound[index] = &value;
  }
  for (size_t i = 0; i < required; ++i) {
    if (bound[i] == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(function, "() lacks the argument ",
                       Quoted(*(parameters.begin() + i))));
    }
  }
  return bound;
}

absl::StatusOr<int64_t> IntOr(const Value* argument, int64_t standard) {
  if (argument == nullptr) return standard;
  if (argument->IsInteger()) return argument->integer();
  return WrongType(*argument, "an integer");
}

absl::StatusOr<const MarkedText*> TextOr(const Value* argument,
                                         const MarkedText* standard) {
  if (argument == nullptr) return standard;
  if (argument->IsText()) return &argument->text();
  return WrongType(*argument, "a string");
}

absl::StatusOr<const MarkedText*> TextOrNull(const Value* argument) {
  if (argument == nullptr || argument->IsNone()) return nullptr;
  if (argument->IsText()) return &argument->text();
  return WrongType(*argument, "a string");
}

bool TruthOr(const Value* argument, bool standard) {
  return argument == nullptr ? standard : IsTrue(*argument);
}

}  // namespace tessera::jinja
