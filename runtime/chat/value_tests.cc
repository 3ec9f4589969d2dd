#include "runtime/chat/value_tests.h"

#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "runtime/chat/arithmetic.h"
#include "runtime/chat/characters.h"
#include "runtime/chat/filters.h"
#include "runtime/chat/syntax.h"
#include "runtime/chat/value_operations.h"
#include "runtime/chat/value_text.h"

namespace tessera::jinja {
namespace {

// Tests of a value alone.
bool IsSequence(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kUndefined:
    case ValueKind::kText:
    case ValueKind::kList:
    case ValueKind::kTuple:
    case ValueKind::kDict:
    case ValueKind::kRange:
      return true;
    default:
      return false;
  }
}

bool IsBool(const Value& value, bool which) {
  return value.Is(ValueKind::kBool) && value.boolean() == which;
}

using PlainTest = bool (*)(const Value&);
constexpr std::pair<absl::string_view, PlainTest> kPlainTests[] = {
    {"defined", [](const Value& v) { return !v.IsUndefined(); }},
    {"undefined", [](const Value& v) { return v.IsUndefined(); }},
    {"none", [](const Value& v) { return v.IsNone(); }},
    {"boolean", [](const Value& v) { return v.Is(ValueKind::kBool); }},
    {"true", [](const Value& v) { return IsBool(v, true); }},
    {"false", [](const Value& v) { return IsBool(v, false); }},
    {"integer", [](const Value& v) { return v.Is(ValueKind::kInt); }},
    {"float", [](const Value& v) { return v.Is(ValueKind::kFloat); }},
    {"number", [](const Value& v) { return v.IsNumber(); }},
    {"string", [](const Value& v) { return v.IsText(); }},
    {"mapping", [](const Value& v) { return v.IsDict(); }},
    {"iterable", [](const Value& v) { return IsIterable(v); }},
    {"sequence", [](const Value& v) { return IsSequence(v); }},
    {"callable",
     [](const Value& v) {
       return v.Is(ValueKind::kCallable) || v.Is(ValueKind::kAttributes) ||
              v.IsUndefined();
     }},
    {"escaped", [](const Value&) { return false; }},
};

// Tests that compare with an argument.
constexpr std::pair<absl::string_view, Comparison> kComparisons[] = {
    {"==", Comparison::kEq},          {"eq", Comparison::kEq},
    {"equalto", Comparison::kEq},     {"!=", Comparison::kNe},
    {"ne", Comparison::kNe},          {"<", Comparison::kLt},
    {"lt", Comparison::kLt},          {"lessthan", Comparison::kLt},
    {"<=", Comparison::kLe},          {"le", Comparison::kLe},
    {">", Comparison::kGt},           {"gt", Comparison::kGt},
    {"greaterthan", Comparison::kGt}, {">=", Comparison::kGe},
    {"ge", Comparison::kGe},          {"in", Comparison::kIn}};

absl::Status CheckCount(absl::string_view name, const CallArguments& arguments,
                        size_t count) {
  if (arguments.positional.size() == count && arguments.named.empty()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "the test ", Quoted(name), " takes ", count, " arguments, got ",
      arguments.positional.size() + arguments.named.size()));
}

// str(value).isupper(), or islower().
absl::StatusOr<bool> IsCased(ValueHeap& heap, const Value& value, bool upper) {
  TESSERA_ASSIGN_OR_RETURN(const MarkedText text, TextOf(heap, value));
  absl::string_view rest = text.bytes();
  TESSERA_RETURN_IF_ERROR(heap.SpendBytes(rest.size() * 4));
  bool any = false;
  while (!rest.empty()) {
    const size_t size = CharacterSize(rest);
    const char32_t code = CodePoint(rest, size);
    if (IsTitle(code) || (upper ? IsLower(code) : IsUpper(code))) return false;
    any |= upper ? IsUpper(code) : IsLower(code);
    rest.remove_prefix(size);
  }
  return any;
}

absl::StatusOr<bool> IsDivisible(ValueHeap& heap, const Value& value,
                                 const Value& by, int64_t rest) {
  TESSERA_ASSIGN_OR_RETURN(const Value modulo,
                           Calculate(heap, Arithmetic::kMod, value, by));
  return IsEqual(heap, modulo, Value::Int(rest));
}

bool IsSame(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case ValueKind::kUndefined:
    case ValueKind::kNone:
      return true;
    case ValueKind::kBool:
    case ValueKind::kInt:
      return a.integer() == b.integer();
    case ValueKind::kFloat:
      return a.real() == b.real();
    case ValueKind::kText:
      return &a.text() == &b.text() || a.bytes() == b.bytes();
    default:
      return a.object() == b.object();
  }
}

}  // namespace

absl::StatusOr<bool> TestValue(Interpreter& interpreter, absl::string_view name,
                               const Value& value,
                               const CallArguments& arguments) {
  ValueHeap& heap = interpreter.heap();
  for (const auto& [known, test] : kPlainTests) {
    if (known != name) continue;
    TESSERA_RETURN_IF_ERROR(CheckCount(name, arguments, 0));
    return test(value);
  }
  for (const auto& [known, comparison] : kComparisons) {
    if (known != name) continue;
    TESSERA_RETURN_IF_ERROR(CheckCount(name, arguments, 1));
    return Compare(heap, comparison, value, arguments.positional[0]);
  }
  if (name == "sameas" || name == "divisibleby") {
    TESSERA_RETURN_IF_ERROR(CheckCount(name, arguments, 1));
    const Value& other = arguments.positional[0];
    return name == "sameas" ? IsSame(value, other)
                            : IsDivisible(heap, value, other, 0);
  }
  if (name == "odd" || name == "even" || name == "upper" || name == "lower" ||
      name == "filter" || name == "test") {
    TESSERA_RETURN_IF_ERROR(CheckCount(name, arguments, 0));
  }
  if (name == "odd" || name == "even") {
    return IsDivisible(heap, value, Value::Int(2), name == "odd" ? 1 : 0);
  }
  if (name == "upper" || name == "lower") {
    return IsCased(heap, value, name == "upper");
  }
  if (name == "filter") {
    return value.IsText() && FindFilter(value.bytes()).ok();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("there is no test ", Quoted(name)));
}

}  // namespace tessera::jinja
