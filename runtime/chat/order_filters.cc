// The filters of filters.h that compare elements.
#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "runtime/chat/attribute_path.h"
#include "runtime/chat/filters.h"
#include "runtime/chat/value_operations.h"

namespace tessera::jinja {
namespace {

using Result = absl::StatusOr<Value>;

// The order of `keys`, each a list of values that are compared one after
// another. Stable. Equal values need have no order, unless `strict`.
absl::StatusOr<std::vector<size_t>> SortedOrder(
    ValueHeap& heap, const std::vector<std::vector<Value>>& keys, bool reverse,
    bool strict) {
  std::vector<size_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0);
  absl::Status status;
  const auto less = [&](const std::vector<Value>& a,
                        const std::vector<Value>& b) {
    for (size_t i = 0; i < a.size() && status.ok(); ++i) {
      const auto equal = IsEqual(heap, a[i], b[i]);
      if (!strict && equal.ok() && *equal) continue;
      const auto result = Order(heap, a[i], b[i], "<");
      status.Update(equal.status());
      status.Update(result.status());
      return status.ok() && *result < 0;
    }
    return false;
  };
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    if (!status.ok()) return false;
    return reverse ? less(keys[b], keys[a]) : less(keys[a], keys[b]);
  });
  if (!status.ok()) return status;
  return order;
}

absl::StatusOr<std::vector<AttributePath>> SeveralPaths(
    const Value* attribute) {
  std::vector<AttributePath> paths;
  if (attribute == nullptr || !attribute->IsText()) {
    TESSERA_ASSIGN_OR_RETURN(AttributePath path, ParseAttributePath(attribute));
    paths.push_back(std::move(path));
    return paths;
  }
  for (const absl::string_view part : absl::StrSplit(attribute->bytes(), ',')) {
    const Value one = Value::Word(part);
    TESSERA_ASSIGN_OR_RETURN(AttributePath path, ParseAttributePath(&one));
    paths.push_back(std::move(path));
  }
  return paths;
}

absl::StatusOr<std::vector<Value>> Sorted(
    Interpreter& in, std::vector<Value> items,
    const std::vector<AttributePath>& paths, bool case_sensitive, bool reverse,
    bool strict) {
  std::vector<std::vector<Value>> keys(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    for (const AttributePath& path : paths) {
      TESSERA_ASSIGN_OR_RETURN(Value key,
                               SortKey(in, path, items[i], case_sensitive));
      keys[i].push_back(std::move(key));
    }
  }
  TESSERA_ASSIGN_OR_RETURN(const std::vector<size_t> order,
                           SortedOrder(in.heap(), keys, reverse, strict));
  std::vector<Value> result;
  for (const size_t i : order) result.push_back(items[i]);
  return result;
}

Result Sort(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(
      const auto args,
      Bind("sort", call, {"reverse", "case_sensitive", "attribute"}));
  TESSERA_ASSIGN_OR_RETURN(const auto paths, SeveralPaths(args[2]));
  TESSERA_ASSIGN_OR_RETURN(std::vector<Value> items, Elements(in.heap(), self));
  TESSERA_ASSIGN_OR_RETURN(
      std::vector<Value> sorted,
      Sorted(in, std::move(items), paths, TruthOr(args[1], false),
             TruthOr(args[0], false), false));
  return in.heap().List(std::move(sorted));
}

Result DictSort(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(
      const auto args,
      Bind("dictsort", call, {"case_sensitive", "by", "reverse"}));
  const MarkedText key_word("key");
  TESSERA_ASSIGN_OR_RETURN(const MarkedText* by, TextOr(args[1], &key_word));
  if (by->bytes() != "key" && by->bytes() != "value") {
    return absl::InvalidArgumentError(
        "You can only sort by either \"key\" or \"value\"");
  }
  if (!self.IsDict()) return WrongType(self, "a dict");
  std::vector<Value> items;
  for (const auto& [key, value] : self.as<DictObject>().entries) {
    TESSERA_ASSIGN_OR_RETURN(Value item,
                             in.heap().List(ValueKind::kTuple, {key, value}));
    items.push_back(std::move(item));
  }
  const AttributePath path = {Value::Int(by->bytes() == "key" ? 0 : 1)};
  TESSERA_ASSIGN_OR_RETURN(
      std::vector<Value> sorted,
      Sorted(in, std::move(items), {path}, TruthOr(args[0], false),
             TruthOr(args[2], false), true));
  return in.heap().List(std::move(sorted));
}

Result Unique(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(
      const auto args, Bind("unique", call, {"case_sensitive", "attribute"}));
  TESSERA_ASSIGN_OR_RETURN(const AttributePath path,
                           ParseAttributePath(args[1]));
  TESSERA_ASSIGN_OR_RETURN(const std::vector<Value> items,
                           Elements(in.heap(), self));
  DictObject seen;
  std::vector<Value> result;
  for (const Value& item : items) {
    TESSERA_RETURN_IF_ERROR(in.heap().Spend(2));
    TESSERA_ASSIGN_OR_RETURN(const Value key,
                             SortKey(in, path, item, TruthOr(args[0], false)));
    TESSERA_ASSIGN_OR_RETURN(const Value* found, seen.Find(key));
    if (found != nullptr) continue;
    TESSERA_RETURN_IF_ERROR(seen.Set(key, item));
    result.push_back(item);
  }
  return in.heap().List(ValueKind::kGenerator, std::move(result));
}

template <bool kMax>
Result Extreme(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("min", call, {"case_sensitive", "attribute"}));
  TESSERA_ASSIGN_OR_RETURN(const AttributePath path,
                           ParseAttributePath(args[1]));
  TESSERA_ASSIGN_OR_RETURN(const std::vector<Value> items,
                           Elements(in.heap(), self));
  if (items.empty()) {
    return Value::Undefined("No aggregated item, sequence was empty.");
  }
  const bool case_sensitive = TruthOr(args[0], false);
  Value best = items[0];
  TESSERA_ASSIGN_OR_RETURN(Value best_key,
                           SortKey(in, path, best, case_sensitive));
  for (size_t i = 1; i < items.size(); ++i) {
    TESSERA_ASSIGN_OR_RETURN(const Value key,
                             SortKey(in, path, items[i], case_sensitive));
    TESSERA_ASSIGN_OR_RETURN(
        const bool better,
        Compare(in.heap(), kMax ? Comparison::kGt : Comparison::kLt, key,
                best_key));
    if (!better) continue;
    best = items[i];
    best_key = key;
  }
  return best;
}

Result GroupBy(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(
      const auto args,
      Bind("groupby", call, {"attribute", "default", "case_sensitive"}, 1));
  if (args[1] != nullptr && !args[1]->IsNone()) {
    return absl::UnimplementedError(
        "the default of the filter 'groupby' is not supported");
  }
  const bool case_sensitive = TruthOr(args[2], false);
  TESSERA_ASSIGN_OR_RETURN(const AttributePath path,
                           ParseAttributePath(args[0]));
  TESSERA_ASSIGN_OR_RETURN(std::vector<Value> items, Elements(in.heap(), self));
  TESSERA_ASSIGN_OR_RETURN(
      items, Sorted(in, std::move(items), {path}, case_sensitive, false, true));
  std::vector<Value> groups;
  for (size_t begin = 0; begin < items.size();) {
    TESSERA_ASSIGN_OR_RETURN(const Value key,
                             SortKey(in, path, items[begin], case_sensitive));
    size_t end = begin + 1;
    for (; end < items.size(); ++end) {
      TESSERA_ASSIGN_OR_RETURN(const Value next,
                               SortKey(in, path, items[end], case_sensitive));
      TESSERA_ASSIGN_OR_RETURN(const bool equal, IsEqual(in.heap(), key, next));
      if (!equal) break;
    }
    TESSERA_ASSIGN_OR_RETURN(const Value name, Follow(in, path, items[begin]));
    TESSERA_ASSIGN_OR_RETURN(
        const Value members,
        in.heap().List({items.begin() + begin, items.begin() + end}));
    TESSERA_ASSIGN_OR_RETURN(
        Value group, in.heap().List(ValueKind::kTuple, {name, members}));
    group.as<ListObject>().is_group = true;
    groups.push_back(std::move(group));
    begin = end;
  }
  return in.heap().List(std::move(groups));
}

constexpr NamedFunction kFilters[] = {
    {"dictsort", DictSort},  {"groupby", GroupBy}, {"max", Extreme<true>},
    {"min", Extreme<false>}, {"sort", Sort},       {"unique", Unique}};

}  // namespace

absl::Span<const NamedFunction> OrderFilters() { return kFilters; }

}  // namespace tessera::jinja
