// The filters of filters.h that work on sequences.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "runtime/chat/arithmetic.h"
#include "runtime/chat/attribute_path.h"
#include "runtime/chat/attributes.h"
#include "runtime/chat/filters.h"
#include "runtime/chat/value_operations.h"
#include "runtime/chat/value_text.h"

namespace tessera::jinja {
namespace {

using Result = absl::StatusOr<Value>;

Result LengthOf(Interpreter& in, const Value& self, const CallArguments& call) {
  if (self.IsText()) {
    TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(self.text().size()));
  }
  TESSERA_RETURN_IF_ERROR(Bind("length", call, {}).status());
  TESSERA_ASSIGN_OR_RETURN(const int64_t length, Length(self));
  return Value::Int(length);
}

Result ToList(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_RETURN_IF_ERROR(Bind("list", call, {}).status());
  TESSERA_ASSIGN_OR_RETURN(std::vector<Value> items, Elements(in.heap(), self));
  return in.heap().List(std::move(items));
}

Result First(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_RETURN_IF_ERROR(Bind("first", call, {}).status());
  if (self.Is(ValueKind::kGenerator)) {
    auto& list = self.as<ListObject>();
    if (list.next < list.items.size()) return list.items[list.next++];
  } else if (self.Is(ValueKind::kList) || self.Is(ValueKind::kTuple)) {
    const auto& items = self.as<ListObject>().items;
    if (!items.empty()) return items[0];
  } else {
    TESSERA_ASSIGN_OR_RETURN(const std::vector<Value> items,
                             Elements(in.heap(), self));
    if (!items.empty()) return items[0];
  }
  return Value::Undefined("No first item, sequence was empty.");
}

absl::Status NotReversible(const Value& value) {
  return absl::InvalidArgumentError(
      absl::StrCat("'", TypeName(value), "' object is not reversible"));
}

Result Last(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_RETURN_IF_ERROR(Bind("last", call, {}).status());
  if (self.Is(ValueKind::kGenerator)) return NotReversible(self);
  TESSERA_ASSIGN_OR_RETURN(const std::vector<Value> items,
                           Elements(in.heap(), self));
  if (!items.empty()) return items.back();
  return Value::Undefined("No last item, sequence was empty.");
}

Result Reverse(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_RETURN_IF_ERROR(Bind("reverse", call, {}).status());
  if (self.IsText()) {
    const Value step = Value::Int(-1);
    return GetSlice(in.heap(), self, nullptr, nullptr, &step);
  }
  TESSERA_ASSIGN_OR_RETURN(std::vector<Value> items, Elements(in.heap(), self));
  std::reverse(items.begin(), items.end());
  return in.heap().List(
      self.Is(ValueKind::kGenerator) ? ValueKind::kList : ValueKind::kGenerator,
      std::move(items));
}

Result Join(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("join", call, {"d", "attribute"}));
  TESSERA_ASSIGN_OR_RETURN(const AttributePath path,
                           ParseAttributePath(args[1]));
  MarkedText separator;
  if (args[0] != nullptr) {
    TESSERA_ASSIGN_OR_RETURN(separator, TextOf(in.heap(), *args[0]));
  }
  TESSERA_ASSIGN_OR_RETURN(const std::vector<Value> items,
                           Elements(in.heap(), self));
  MarkedText result;
  for (size_t i = 0; i < items.size(); ++i) {
    TESSERA_ASSIGN_OR_RETURN(const Value item, Follow(in, path, items[i]));
    TESSERA_ASSIGN_OR_RETURN(const MarkedText text, TextOf(in.heap(), item));
    if (i > 0) result.Append(separator);
    result.Append(text);
    TESSERA_RETURN_IF_ERROR(in.heap().Spend(1 + separator.size() / 512));
    TESSERA_RETURN_IF_ERROR(
        in.heap().CheckRoom(static_cast<int64_t>(result.size())));
  }
  return in.heap().Text(std::move(result));
}

Result Batch(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("batch", call, {"linecount", "fill_with"}, 1));
  TESSERA_ASSIGN_OR_RETURN(const int64_t count, IntOr(args[0], 1));
  TESSERA_ASSIGN_OR_RETURN(const std::vector<Value> items,
                           Elements(in.heap(), self));
  std::vector<std::vector<Value>> batches;
  for (const Value& item : items) {
    if (batches.empty() ||
        static_cast<int64_t>(batches.back().size()) == count) {
      batches.emplace_back();
    }
    batches.back().push_back(item);
  }
  if (!batches.empty() && args[1] != nullptr && !args[1]->IsNone()) {
    TESSERA_RETURN_IF_ERROR(in.heap().Spend(std::max<int64_t>(count, 0)));
    while (static_cast<int64_t>(batches.back().size()) < count) {
      batches.back().push_back(*args[1]);
    }
  }
  std::vector<Value> result;
  for (std::vector<Value>& batch : batches) {
    TESSERA_ASSIGN_OR_RETURN(Value list, in.heap().List(std::move(batch)));
    result.push_back(std::move(list));
  }
  return in.heap().List(ValueKind::kGenerator, std::move(result));
}

Result Slice(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("slice", call, {"slices", "fill_with"}, 1));
  TESSERA_ASSIGN_OR_RETURN(const int64_t slices, IntOr(args[0], 1));
  TESSERA_ASSIGN_OR_RETURN(const std::vector<Value> items,
                           Elements(in.heap(), self));
  if (slices == 0) return absl::InvalidArgumentError("division by zero");
  TESSERA_RETURN_IF_ERROR(in.heap().Spend(std::max<int64_t>(slices, 0)));
  const auto size = static_cast<int64_t>(items.size());
  std::vector<Value> result;
  auto begin = items.begin();
  for (int64_t i = 0; i < slices; ++i) {
    const bool extra = i < size % slices;
    const auto end = begin + size / slices + (extra ? 1 : 0);
    std::vector<Value> part(begin, end);
    begin = end;
    if (!extra && args[1] != nullptr && !args[1]->IsNone()) {
      part.push_back(*args[1]);
    }
    TESSERA_ASSIGN_OR_RETURN(Value list, in.heap().List(std::move(part)));
    result.push_back(std::move(list));
  }
  return in.heap().List(ValueKind::kGenerator, std::move(result));
}

Result Items(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_RETURN_IF_ERROR(Bind("items", call, {}).status());
  std::vector<Value> items;
  if (!self.IsUndefined()) {
    if (!self.IsDict()) {
      return absl::InvalidArgumentError(
          "Can only get item pairs from a mapping.");
    }
    for (const auto& [key, value] : self.as<DictObject>().entries) {
      TESSERA_ASSIGN_OR_RETURN(Value item,
                               in.heap().List(ValueKind::kTuple, {key, value}));
      items.push_back(std::move(item));
    }
  }
  return in.heap().List(ValueKind::kGenerator, std::move(items));
}

Result Sum(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("sum", call, {"attribute", "start"}));
  TESSERA_ASSIGN_OR_RETURN(const AttributePath path,
                           ParseAttributePath(args[0]));
  TESSERA_ASSIGN_OR_RETURN(const std::vector<Value> items,
                           Elements(in.heap(), self));
  Value sum = args[1] == nullptr ? Value::Int(0) : *args[1];
  if (sum.IsText()) return WrongType(sum, "a number");
  for (const Value& item : items) {
    TESSERA_RETURN_IF_ERROR(in.heap().Spend(1));
    TESSERA_ASSIGN_OR_RETURN(const Value value, Follow(in, path, item));
    TESSERA_ASSIGN_OR_RETURN(
        sum, Calculate(in.heap(), Arithmetic::kAdd, sum, value));
  }
  return sum;
}

constexpr NamedFunction kFilters[] = {
    {"batch", Batch},     {"count", LengthOf}, {"first", First},
    {"items", Items},     {"join", Join},      {"last", Last},
    {"length", LengthOf}, {"list", ToList},    {"reverse", Reverse},
    {"slice", Slice},     {"sum", Sum}};

}  // namespace

absl::Span<const NamedFunction> SequenceFilters() { return kFilters; }

}  // namespace tessera::jinja
