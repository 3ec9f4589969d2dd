#include "runtime/chat/container_methods.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "runtime/chat/value_operations.h"
#include "runtime/chat/value_text.h"

namespace tessera::jinja {
namespace {

using Result = absl::StatusOr<Value>;

Result Forbidden(Interpreter&, const Value& self, const CallArguments&) {
  return absl::InvalidArgumentError(absl::StrCat(
      "a method that changes a ", TypeName(self), " is not safely callable"));
}

// jinja2's sandbox forbids the other methods that change a list, but not these
// two.
Result Pop(Interpreter&, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args, Bind("pop", call, {"index"}));
  TESSERA_ASSIGN_OR_RETURN(int64_t index, IntOr(args[0], -1));
  std::vector<Value>& items = self.as<ListObject>().items;
  const auto size = static_cast<int64_t>(items.size());
  if (index < 0) index += size;
  if (index < 0 || index >= size) {
    return absl::InvalidArgumentError("pop index out of range");
  }
  Value item = items[index];
  items.erase(items.begin() + index);
  return item;
}

Result Clear(Interpreter&, const Value& self, const CallArguments& call) {
  TESSERA_RETURN_IF_ERROR(Bind("clear", call, {}).status());
  self.as<ListObject>().items.clear();
  return Value::None();
}

Result Index(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("index", call, {"value", "start", "stop"}, 1));
  const std::vector<Value>& items = self.as<ListObject>().items;
  const auto size = static_cast<int64_t>(items.size());
  TESSERA_ASSIGN_OR_RETURN(int64_t start, IntOr(args[1], 0));
  TESSERA_ASSIGN_OR_RETURN(int64_t stop, IntOr(args[2], size));
  if (start < 0) start = std::max<int64_t>(start + size, 0);
  if (stop < 0) stop += size;
  for (int64_t i = start; i < std::min(stop, size); ++i) {
    TESSERA_ASSIGN_OR_RETURN(const bool equal,
                             IsEqual(in.heap(), items[i], *args[0]));
    if (equal) return Value::Int(i);
  }
  TESSERA_ASSIGN_OR_RETURN(const MarkedText text, ReprOf(in.heap(), *args[0]));
  return absl::InvalidArgumentError(
      absl::StrCat(text.bytes(), " is not in ", TypeName(self)));
}

Result Count(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args, Bind("count", call, {"value"}, 1));
  int64_t count = 0;
  for (const Value& item : self.as<ListObject>().items) {
    TESSERA_ASSIGN_OR_RETURN(const bool equal,
                             IsEqual(in.heap(), item, *args[0]));
    count += equal ? 1 : 0;
  }
  return Value::Int(count);
}

Result CopyList(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_RETURN_IF_ERROR(Bind("copy", call, {}).status());
  TESSERA_ASSIGN_OR_RETURN(std::vector<Value> items, Elements(in.heap(), self));
  return in.heap().List(std::move(items));
}

Result CopyDict(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_RETURN_IF_ERROR(Bind("copy", call, {}).status());
  TESSERA_ASSIGN_OR_RETURN(DictObject * copy, in.heap().Dict());
  for (const auto& [key, value] : self.as<DictObject>().entries) {
    TESSERA_RETURN_IF_ERROR(in.heap().Spend(1));
    TESSERA_RETURN_IF_ERROR(in.heap().SpendEntry());
    TESSERA_RETURN_IF_ERROR(copy->Set(key, value));
  }
  return Value::Of(ValueKind::kDict, copy);
}

Result Get(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("get", call, {"key", "default"}, 1));
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(HashedBytes(*args[0])));
  TESSERA_ASSIGN_OR_RETURN(const Value* found,
                           self.as<DictObject>().Find(*args[0]));
  if (found != nullptr) return *found;
  return args[1] == nullptr ? Value::None() : *args[1];
}

template <DictViewObject::Part kPart>
Result View(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_RETURN_IF_ERROR(Bind("a method of a dict", call, {}).status());
  TESSERA_ASSIGN_OR_RETURN(DictViewObject * view,
                           in.heap().New<DictViewObject>());
  view->dict = &self.as<DictObject>();
  view->part = kPart;
  return Value::Of(ValueKind::kDictView, view);
}

constexpr NamedFunction kListMethods[] = {
    {"append", Forbidden},  {"clear", Clear},      {"copy", CopyList},
    {"count", Count},       {"extend", Forbidden}, {"index", Index},
    {"insert", Forbidden},  {"pop", Pop},          {"remove", Forbidden},
    {"reverse", Forbidden}, {"sort", Forbidden}};

constexpr NamedFunction kTupleMethods[] = {{"count", Count}, {"index", Index}};

constexpr NamedFunction kDictMethods[] = {
    {"clear", Forbidden},
    {"copy", CopyDict},
    {"get", Get},
    {"items", View<DictViewObject::Part::kItems>},
    {"keys", View<DictViewObject::Part::kKeys>},
    {"pop", Forbidden},
    {"popitem", Forbidden},
    {"setdefault", Forbidden},
    {"update", Forbidden},
    {"values", View<DictViewObject::Part::kValues>}};

}  // namespace

absl::Span<const NamedFunction> ListMethods() { return kListMethods; }
absl::Span<const NamedFunction> TupleMethods() { return kTupleMethods; }
absl::Span<const NamedFunction> DictMethods() { return kDictMethods; }

}  // namespace tessera::jinja
