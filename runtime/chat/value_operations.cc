#include "runtime/chat/value_operations.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace tessera::jinja {
namespace {

constexpr int kMaxNesting = 500;

bool IsListLike(const Value& value) {
  return value.Is(ValueKind::kList) || value.Is(ValueKind::kTuple);
}

bool AreRangesEqual(const RangeObject& a, const RangeObject& b) {
  const int64_t length = a.length();
  return length == b.length() &&
         (length == 0 ||
          (a.start == b.start && (length == 1 || a.step == b.step)));
}

int OrderOfNumbers(const Value& a, const Value& b) {
  if (a.IsInteger() && b.IsInteger()) {
    return a.integer() < b.integer() ? -1 : a.integer() > b.integer();
  }
  return a.number() < b.number() ? -1 : a.number() > b.number();
}

absl::Status NoOrder(const Value& a, const Value& b, absl::string_view op) {
  for (const Value* value : {&a, &b}) {
    if (value->IsUndefined()) return WrongType(*value, "a value");
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", op, "' not supported between instances of '",
                   TypeName(a), "' and '", TypeName(b), "'"));
}

absl::Status CheckNesting(int depth) {
  if (depth <= kMaxNesting) return absl::OkStatus();
  return absl::ResourceExhaustedError("values nest too deeply");
}

absl::StatusOr<bool> IsEqualWithin(ValueHeap& heap, const Value& a,
                                   const Value& b, int depth);

absl::StatusOr<bool> AreDictsEqual(ValueHeap& heap, const DictObject& a,
                                   const DictObject& b, int depth) {
  if (a.entries.size() != b.entries.size()) return false;
  for (const auto& [key, value] : a.entries) {
    TESSERA_ASSIGN_OR_RETURN(const Value* other, b.Find(key));
    if (other == nullptr) return false;
    TESSERA_ASSIGN_OR_RETURN(const bool equal,
                             IsEqualWithin(heap, value, *other, depth + 1));
    if (!equal) return false;
  }
  return true;
}

absl::StatusOr<bool> IsEqualWithin(ValueHeap& heap, const Value& a,
                                   const Value& b, int depth) {
  TESSERA_RETURN_IF_ERROR(CheckNesting(depth));
  TESSERA_RETURN_IF_ERROR(heap.Spend(1));
  if (a.IsNumber() && b.IsNumber()) {
    return a.IsInteger() && b.IsInteger() ? a.integer() == b.integer()
                                          : a.number() == b.number();
  }
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case ValueKind::kUndefined:
    case ValueKind::kNone:
      return true;
    case ValueKind::kText:
      TESSERA_RETURN_IF_ERROR(heap.SpendBytes(a.text().size()));
      return a.bytes() == b.bytes();
    case ValueKind::kList:
    case ValueKind::kTuple: {
      const std::vector<Value>& left = a.as<ListObject>().items;
      const std::vector<Value>& right = b.as<ListObject>().items;
      if (left.size() != right.size()) return false;
      for (size_t i = 0; i < left.size(); ++i) {
        TESSERA_ASSIGN_OR_RETURN(
            const bool equal,
            IsEqualWithin(heap, left[i], right[i], depth + 1));
        if (!equal) return false;
      }
      return true;
    }
    case ValueKind::kDict:
      return AreDictsEqual(heap, a.as<DictObject>(), b.as<DictObject>(), depth);
    case ValueKind::kRange:
      return AreRangesEqual(a.as<RangeObject>(), b.as<RangeObject>());
    default:
      return a.object() == b.object();
  }
}

absl::StatusOr<int> OrderWithin(ValueHeap& heap, const Value& a, const Value& b,
                                absl::string_view op, int depth) {
  TESSERA_RETURN_IF_ERROR(CheckNesting(depth));
  TESSERA_RETURN_IF_ERROR(heap.Spend(1));
  if (a.IsNumber() && b.IsNumber()) return OrderOfNumbers(a, b);
  if (a.IsText() && b.IsText()) {
    TESSERA_RETURN_IF_ERROR(
        heap.SpendBytes(std::min(a.text().size(), b.text().size())));
    return a.bytes().compare(b.bytes());
  }
  if (!IsListLike(a) || a.kind() != b.kind()) return NoOrder(a, b, op);
  const std::vector<Value>& left = a.as<ListObject>().items;
  const std::vector<Value>& right = b.as<ListObject>().items;
  for (size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    TESSERA_ASSIGN_OR_RETURN(const bool equal,
                             IsEqualWithin(heap, left[i], right[i], depth + 1));
    if (!equal) return OrderWithin(heap, left[i], right[i], op, depth + 1);
  }
  return left.size() < right.size() ? -1 : left.size() > right.size();
}

}  // namespace

absl::Status WrongType(const Value& value, absl::string_view expected) {
  if (value.IsUndefined()) return absl::InvalidArgumentError(value.what());
  return absl::InvalidArgumentError(
      absl::StrCat("expected ", expected, ", got '", TypeName(value), "'"));
}

bool IsTrue(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kUndefined:
    case ValueKind::kNone:
      return false;
    case ValueKind::kBool:
    case ValueKind::kInt:
      return value.integer() != 0;
    case ValueKind::kFloat:
      return value.real() != 0;
    case ValueKind::kText:
      return !value.text().empty();
    case ValueKind::kList:
    case ValueKind::kTuple:
    case ValueKind::kDict:
    case ValueKind::kRange:
    case ValueKind::kDictView:
      return *Length(value) != 0;
    default:
      return true;
  }
}

absl::StatusOr<bool> IsEqual(ValueHeap& heap, const Value& a, const Value& b) {
  return IsEqualWithin(heap, a, b, 0);
}

absl::StatusOr<int> Order(ValueHeap& heap, const Value& a, const Value& b,
                          absl::string_view op) {
  return OrderWithin(heap, a, b, op, 0);
}

absl::StatusOr<bool> Compare(ValueHeap& heap, Comparison comparison,
                             const Value& a, const Value& b) {
  const auto order = [&](absl::string_view op,
                         auto holds) -> absl::StatusOr<bool> {
    // Nothing is less than what is not a number, nor greater.
    if ((a.Is(ValueKind::kFloat) && a.real() != a.real()) ||
        (b.Is(ValueKind::kFloat) && b.real() != b.real())) {
      if (a.IsNumber() && b.IsNumber()) return false;
    }
    TESSERA_ASSIGN_OR_RETURN(const int result, Order(heap, a, b, op));
    return holds(result);
  };
  const auto negated = [](absl::StatusOr<bool> value) -> absl::StatusOr<bool> {
    if (!value.ok()) return value;
    return !*value;
  };
  switch (comparison) {
    case Comparison::kEq:
      return IsEqual(heap, a, b);
    case Comparison::kNe:
      return negated(IsEqual(heap, a, b));
    case Comparison::kLt:
      return order("<", [](int result) { return result < 0; });
    case Comparison::kLe:
      return order("<=", [](int result) { return result <= 0; });
    case Comparison::kGt:
      return order(">", [](int result) { return result > 0; });
    case Comparison::kGe:
      return order(">=", [](int result) { return result >= 0; });
    case Comparison::kIn:
      return Contains(heap, a, b);
    case Comparison::kNotIn:
      return negated(Contains(heap, a, b));
  }
  return false;
}

}  // namespace tessera::jinja
