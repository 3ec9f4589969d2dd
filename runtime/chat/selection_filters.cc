// The filters of filters.h that apply other filters and tests.
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "runtime/chat/attribute_path.h"
#include "runtime/chat/attributes.h"
#include "runtime/chat/filters.h"
#include "runtime/chat/value_operations.h"

namespace tessera::jinja {
namespace {

using Result = absl::StatusOr<Value>;

// The arguments behind the first `count`.
CallArguments Rest(const CallArguments& call, size_t count) {
  CallArguments rest;
  rest.positional.assign(call.positional.begin() + count,
                         call.positional.end());
  rest.named = call.named;
  return rest;
}

absl::StatusOr<std::string> NameAt(const CallArguments& call, size_t index,
                                   absl::string_view what) {
  if (index >= call.positional.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a filter lacks the name of ", what));
  }
  if (!call.positional[index].IsText()) {
    return WrongType(call.positional[index],
                     absl::StrCat("the name of ", what));
  }
  return call.positional[index].bytes();
}

Result MapAttribute(Interpreter& in, const std::vector<Value>& items,
                    const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("map", call, {"attribute", "default"}));
  TESSERA_ASSIGN_OR_RETURN(const AttributePath path,
                           ParseAttributePath(args[0]));
  std::vector<Value> result;
  for (const Value& item : items) {
    Value value = item;
    for (const Value& key : path) {
      TESSERA_RETURN_IF_ERROR(in.heap().Spend(1));
      TESSERA_ASSIGN_OR_RETURN(value, GetItem(in, value, key));
      if (value.IsUndefined() && args[1] != nullptr && !args[1]->IsNone()) {
        value = *args[1];
      }
    }
    result.push_back(std::move(value));
  }
  return in.heap().List(ValueKind::kGenerator, std::move(result));
}

// What is false has no elements, whatever it is: none, too.
absl::StatusOr<std::vector<Value>> ElementsIfTrue(Interpreter& in,
                                                  const Value& value) {
  if (!IsTrue(value)) return std::vector<Value>();
  return Elements(in.heap(), value);
}

Result Map(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const std::vector<Value> items,
                           ElementsIfTrue(in, self));
  if (call.positional.empty() && !call.named.empty() &&
      call.named[0].first == "attribute") {
    return MapAttribute(in, items, call);
  }
  TESSERA_ASSIGN_OR_RETURN(const std::string name, NameAt(call, 0, "a filter"));
  const CallArguments rest = Rest(call, 1);
  std::vector<Value> result;
  for (const Value& item : items) {
    TESSERA_RETURN_IF_ERROR(in.heap().Spend(1));
    TESSERA_ASSIGN_OR_RETURN(Value value, in.Filter(name, item, rest));
    result.push_back(std::move(value));
  }
  return in.heap().List(ValueKind::kGenerator, std::move(result));
}

template <bool kByAttribute, bool kWanted>
Result Select(Interpreter& in, const Value& self, const CallArguments& call) {
  AttributePath path;
  const size_t first = kByAttribute ? 1 : 0;
  if (kByAttribute) {
    if (call.positional.empty()) {
      return absl::InvalidArgumentError("Missing parameter for attribute name");
    }
    TESSERA_ASSIGN_OR_RETURN(path, ParseAttributePath(&call.positional[0]));
  }
  std::string test;
  CallArguments rest;
  if (call.positional.size() > first) {
    TESSERA_ASSIGN_OR_RETURN(test, NameAt(call, first, "a test"));
    rest = Rest(call, first + 1);
  }
  TESSERA_ASSIGN_OR_RETURN(const std::vector<Value> items,
                           ElementsIfTrue(in, self));
  std::vector<Value> result;
  for (const Value& item : items) {
    TESSERA_RETURN_IF_ERROR(in.heap().Spend(1));
    TESSERA_ASSIGN_OR_RETURN(const Value value, Follow(in, path, item));
    bool holds = false;
    if (test.empty()) {
      holds = IsTrue(value);
    } else {
      TESSERA_ASSIGN_OR_RETURN(holds, in.Test(test, value, rest));
    }
    if (holds == kWanted) result.push_back(item);
  }
  return in.heap().List(ValueKind::kGenerator, std::move(result));
}

// An attribute, and never an item.
Result Attr(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args, Bind("attr", call, {"name"}, 1));
  if (!args[0]->IsText()) return WrongType(*args[0], "a name");
  if (self.IsDict() && FindMethod(self, args[0]->bytes()) == nullptr) {
    return Value::Undefined(absl::StrCat("'dict object' has no attribute '",
                                         args[0]->bytes(), "'"));
  }
  return GetAttribute(in, self, args[0]->bytes());
}

constexpr NamedFunction kFilters[] = {
    {"attr", Attr},
    {"map", Map},
    {"reject", Select<false, false>},
    {"rejectattr", Select<true, false>},
    {"select", Select<false, true>},
    {"selectattr", Select<true, true>},
};

}  // namespace

absl::Span<const NamedFunction> SelectionFilters() { return kFilters; }

}  // namespace tessera::jinja
