#include "runtime/chat/arithmetic.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "runtime/chat/percent_format.h"
#include "runtime/chat/text_edits.h"
#include "runtime/chat/value_operations.h"

namespace tessera::jinja {
namespace {

absl::string_view Spelling(Arithmetic operation) {
  constexpr absl::string_view kSpellings[] = {"+",  "-", "*",          "/",
                                              "//", "%", "** or pow()"};
  return kSpellings[static_cast<size_t>(operation)];
}

absl::Status Overflow() {
  return absl::InvalidArgumentError("an integer is beyond 64 bits");
}

absl::Status DivisionByZero() {
  return absl::InvalidArgumentError("division by zero");
}

// Rounds toward minus infinity.
int64_t FloorDivided(int64_t a, int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

double FloatModulo(double a, double b) {
  const double rest = std::fmod(a, b);
  if (rest == 0) return std::copysign(0.0, b);
  return (rest < 0) != (b < 0) ? rest + b : rest;
}

absl::StatusOr<Value> IntegerPower(int64_t base, int64_t exponent) {
  if (exponent < 0) {
    if (base == 0) {
      return absl::InvalidArgumentError(
          "0.0 cannot be raised to a negative power");
    }
    return Value::Float(
        std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  }
  int64_t result = 1;
  while (true) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result)) {
      return Overflow();
    }
    exponent >>= 1;
    if (exponent == 0) return Value::Int(result);
    if (__builtin_mul_overflow(base, base, &base)) return Overflow();
  }
}

absl::StatusOr<Value> OfIntegers(Arithmetic operation, int64_t a, int64_t b) {
  int64_t result = 0;
  switch (operation) {
    case Arithmetic::kAdd:
      if (__builtin_add_overflow(a, b, &result)) return Overflow();
      return Value::Int(result);
    case Arithmetic::kSub:
      if (__builtin_sub_overflow(a, b, &result)) return Overflow();
      return Value::Int(result);
    case Arithmetic::kMul:
      if (__builtin_mul_overflow(a, b, &result)) return Overflow();
      return Value::Int(result);
    case Arithmetic::kPow:
      return IntegerPower(a, b);
    default:
      break;
  }
  if (b == 0) return DivisionByZero();
  if (operation == Arithmetic::kDiv) {
    return Value::Float(static_cast<double>(a) / static_cast<double>(b));
  }
  if (b == -1) {
    if (operation == Arithmetic::kMod) return Value::Int(0);
    return OfIntegers(Arithmetic::kSub, 0, a);
  }
  const int64_t quotient = FloorDivided(a, b);
  return Value::Int(operation == Arithmetic::kMod ? a - quotient * b
                                                  : quotient);
}

absl::StatusOr<Value> OfFloats(Arithmetic operation, double a, double b) {
  switch (operation) {
    case Arithmetic::kAdd:
      return Value::Float(a + b);
    case Arithmetic::kSub:
      return Value::Float(a - b);
    case Arithmetic::kMul:
      return Value::Float(a * b);
    case Arithmetic::kPow: {
      if (a == 0 && b < 0) return IntegerPower(0, -1);
      if (a < 0 && std::floor(b) != b) {
        return absl::InvalidArgumentError("complex numbers are not supported");
      }
      const double result = std::pow(a, b);
      if (std::isinf(result) && std::isfinite(a) && std::isfinite(b)) {
        return absl::InvalidArgumentError("a number is too large");
      }
      return Value::Float(result);
    }
    default:
      break;
  }
  if (b == 0) return DivisionByZero();
  if (operation == Arithmetic::kDiv) return Value::Float(a / b);
  const double rest = FloatModulo(a, b);
  if (operation == Arithmetic::kMod) return Value::Float(rest);
  const double quotient = (a - rest) / b;
  const double floor = std::floor(quotient);
  return Value::Float(quotient - floor > 0.5 ? floor + 1 : floor);
}

absl::StatusOr<Value> RepeatedText(ValueHeap& heap, const MarkedText& text,
                                   int64_t times) {
  MarkedText result;
  if (times <= 0 || text.empty()) return heap.Text(result);
  const auto size = static_cast<int64_t>(text.size());
  if (times > heap.limits().memory_bytes / size)
    times = heap.limits().memory_bytes;
  TESSERA_RETURN_IF_ERROR(heap.CheckRoom(
      times >= heap.limits().memory_bytes ? times + 1 : times * size * 2));
  TESSERA_RETURN_IF_ERROR(heap.Spend(times / 8));
  for (int64_t i = 0; i < times; ++i) result.Append(text);
  return heap.Text(std::move(result));
}

absl::StatusOr<Value> RepeatedList(ValueHeap& heap, const Value& list,
                                   int64_t times) {
  const std::vector<Value>& items = list.as<ListObject>().items;
  std::vector<Value> result;
  if (times > 0 && !items.empty()) {
    int64_t count = 0;
    if (__builtin_mul_overflow(times, static_cast<int64_t>(items.size()),
                               &count) ||
        count > heap.limits().memory_bytes) {
      count = heap.limits().memory_bytes;
    }
    TESSERA_RETURN_IF_ERROR(heap.Spend(count));
    TESSERA_RETURN_IF_ERROR(
        heap.CheckRoom(count * static_cast<int64_t>(sizeof(Value))));
    for (int64_t i = 0; i < times; ++i) {
      result.insert(result.end(), items.begin(), items.end());
    }
  }
  return heap.List(list.kind(), std::move(result));
}

absl::StatusOr<Value> Concatenated(ValueHeap& heap, const Value& a,
                                   const Value& b) {
  if (a.IsText()) {
    TESSERA_RETURN_IF_ERROR(heap.CheckRoom(
        static_cast<int64_t>(a.text().size() + b.text().size())));
    const bool is_markup = a.is_markup() || b.is_markup();
    MarkedText result =
        is_markup && !a.is_markup() ? Escaped(a.text()) : a.text();
    result.Append(is_markup && !b.is_markup() ? Escaped(b.text()) : b.text());
    TESSERA_ASSIGN_OR_RETURN(const Value text, heap.Text(std::move(result)));
    return text.AsMarkup(is_markup);
  }
  std::vector<Value> items = a.as<ListObject>().items;
  const std::vector<Value>& more = b.as<ListObject>().items;
  TESSERA_RETURN_IF_ERROR(
      heap.Spend(static_cast<int64_t>(items.size() + more.size()) / 4));
  items.insert(items.end(), more.begin(), more.end());
  return heap.List(a.kind(), std::move(items));
}

bool IsSequence(const Value& value) {
  return value.IsText() || value.Is(ValueKind::kList) ||
         value.Is(ValueKind::kTuple);
}

absl::StatusOr<Value> Repeated(ValueHeap& heap, const Value& sequence,
                               int64_t times) {
  if (!sequence.IsText()) return RepeatedList(heap, sequence, times);
  TESSERA_ASSIGN_OR_RETURN(const Value text,
                           RepeatedText(heap, sequence.text(), times));
  return text.AsMarkup(sequence.is_markup());
}

}  // namespace

absl::StatusOr<Value> Calculate(ValueHeap& heap, Arithmetic operation,
                                const Value& a, const Value& b) {
  if (operation == Arithmetic::kMod && a.IsText()) {
    TESSERA_ASSIGN_OR_RETURN(MarkedText text, PercentFormat(heap, a.text(), b));
    return heap.Text(std::move(text));
  }
  if (a.IsNumber() && b.IsNumber()) {
    TESSERA_ASSIGN_OR_RETURN(
        const Value result,
        a.IsInteger() && b.IsInteger()
            ? OfIntegers(operation, a.integer(), b.integer())
            : OfFloats(operation, a.number(), b.number()));
    return result.WithOutside(a.outside() || b.outside());
  }
  if (operation == Arithmetic::kAdd && IsSequence(a) && a.kind() == b.kind()) {
    return Concatenated(heap, a, b);
  }
  if (operation == Arithmetic::kMul && IsSequence(a) && b.IsInteger()) {
    return Repeated(heap, a, b.integer());
  }
  if (operation == Arithmetic::kMul && a.IsInteger() && IsSequence(b)) {
    return Repeated(heap, b, a.integer());
  }
  for (const Value* value : {&a, &b}) {
    if (value->IsUndefined()) return WrongType(*value, "a value");
  }
  if (operation == Arithmetic::kAdd && (a.IsText() || a.Is(ValueKind::kList))) {
    return absl::InvalidArgumentError(
        absl::StrCat("can only concatenate ", TypeName(a), " (not \"",
                     TypeName(b), "\") to ", TypeName(a)));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unsupported operand type(s) for ", Spelling(operation),
                   ": '", TypeName(a), "' and '", TypeName(b), "'"));
}

absl::StatusOr<Value> Negative(const Value& value) {
  if (value.IsInteger()) {
    return OfIntegers(Arithmetic::kSub, 0, value.integer());
  }
  if (value.Is(ValueKind::kFloat)) return Value::Float(-value.real());
  return WrongType(value, "a number");
}

}  // namespace tessera::jinja
