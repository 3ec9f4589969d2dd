#include "runtime/chat/evaluator.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "runtime/chat/arithmetic.h"
#include "runtime/chat/attributes.h"
#include "runtime/chat/evaluation_depth.h"
#include "runtime/chat/filters.h"
#include "runtime/chat/value_operations.h"
#include "runtime/chat/value_tests.h"
#include "runtime/chat/value_text.h"

namespace tessera::jinja {

absl::StatusOr<MarkedText> Evaluator::Run(const Syntax& syntax) {
  MarkedText output;
  output_ = &output;
  const absl::Status status = Execute(syntax.root).status();
  if (status.ok()) return output;
  if (error_line_ == 0) return status;
  return absl::Status(status.code(), absl::StrCat("line ", error_line_, ": ",
                                                  status.message()));
}

absl::StatusOr<Value> Evaluator::Evaluate(const Expr& expr) {
  const EvaluationDepth depth(&depth_);
  TESSERA_RETURN_IF_ERROR(depth.Check(heap_));
  TESSERA_RETURN_IF_ERROR(heap_.Spend(1));
  Result result = EvaluateAtDepth(expr);
  if (!result.ok() && error_line_ == 0) error_line_ = expr.line;
  return result;
}

absl::StatusOr<Value> Evaluator::EvaluateAtDepth(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kConstant:
      return expr.constant;
    case ExprKind::kName:
      return Name(expr.name);
    case ExprKind::kAttribute: {
      TESSERA_ASSIGN_OR_RETURN(const Value object, Evaluate(*expr.parts[0]));
      return GetAttribute(*this, object, expr.name);
    }
    case ExprKind::kItem: {
      TESSERA_ASSIGN_OR_RETURN(const Value object, Evaluate(*expr.parts[0]));
      TESSERA_ASSIGN_OR_RETURN(const Value key, Evaluate(*expr.parts[1]));
      return GetItem(*this, object, key);
    }
    case ExprKind::kSlice:
      return Slice(expr);
    case ExprKind::kCall:
      return CallExpr(expr, nullptr);
    case ExprKind::kFilter:
      return FilterExpr(expr);
    case ExprKind::kTest: {
      TESSERA_ASSIGN_OR_RETURN(const Value value, Evaluate(*expr.parts[0]));
      TESSERA_ASSIGN_OR_RETURN(const CallArguments arguments,
                               Arguments(expr.call));
      TESSERA_ASSIGN_OR_RETURN(const bool holds,
                               Test(expr.name, value, arguments));
      return Value::Bool(holds);
    }
    case ExprKind::kNegative:
    case ExprKind::kPositive:
    case ExprKind::kNot: {
      TESSERA_ASSIGN_OR_RETURN(const Value value, Evaluate(*expr.parts[0]));
      if (expr.kind == ExprKind::kNot) return Value::Bool(!IsTrue(value));
      if (expr.kind == ExprKind::kNegative) return Negative(value);
      if (!value.IsNumber()) return WrongType(value, "a number");
      return value.Is(ValueKind::kBool) ? Value::Int(value.integer()) : value;
    }
    case ExprKind::kArithmetic:
    case ExprKind::kAnd:
    case ExprKind::kOr:
      return Binary(expr);
    case ExprKind::kConcat:
      return Concat(expr);
    case ExprKind::kCompare:
      return Comparisons(expr);
    case ExprKind::kConditional: {
      TESSERA_ASSIGN_OR_RETURN(const Value condition, Evaluate(*expr.parts[0]));
      if (IsTrue(condition)) return Evaluate(*expr.parts[1]);
      if (expr.parts[2] != nullptr) return Evaluate(*expr.parts[2]);
      return Value::Undefined(
          "an inline if was false, and it has no else section");
    }
    case ExprKind::kList:
    case ExprKind::kTuple:
      return List(expr);
    case ExprKind::kDict:
      return Dict(expr);
  }
  return absl::InternalError("unknown expression");
}

absl::StatusOr<Value> Evaluator::Name(const std::string& name) {
  TESSERA_RETURN_IF_ERROR(heap_.Spend(scopes_.current()->names() / 16));
  if (const Value* value = scopes_.current()->Find(name)) return *value;
  if (const Value* value = variables_.Find(name)) return *value;
  if (const Value* value = globals_.Find(name)) return *value;
  return Value::Undefined(absl::StrCat(Quoted(name), " is undefined"));
}

absl::StatusOr<Value> Evaluator::Binary(const Expr& expr) {
  TESSERA_ASSIGN_OR_RETURN(const Value left, Evaluate(*expr.parts[0]));
  if (expr.kind != ExprKind::kArithmetic &&
      IsTrue(left) == (expr.kind == ExprKind::kOr)) {
    return left;
  }
  TESSERA_ASSIGN_OR_RETURN(const Value right, Evaluate(*expr.parts[1]));
  if (expr.kind != ExprKind::kArithmetic) return right;
  return Calculate(heap_, expr.arithmetic, left, right);
}

absl::StatusOr<Value> Evaluator::Concat(const Expr& expr) {
  MarkedText text;
  for (const Expr* part : expr.parts) {
    TESSERA_ASSIGN_OR_RETURN(const Value value, Evaluate(*part));
    TESSERA_ASSIGN_OR_RETURN(const MarkedText next, TextOf(heap_, value));
    TESSERA_RETURN_IF_ERROR(
        heap_.CheckRoom(static_cast<int64_t>(text.size() + next.size())));
    text.Append(next);
  }
  return heap_.Text(std::move(text));
}

absl::StatusOr<Value> Evaluator::Comparisons(const Expr& expr) {
  TESSERA_ASSIGN_OR_RETURN(Value left, Evaluate(*expr.parts[0]));
  for (size_t i = 0; i < expr.comparisons.size(); ++i) {
    TESSERA_ASSIGN_OR_RETURN(Value right, Evaluate(*expr.parts[i + 1]));
    TESSERA_ASSIGN_OR_RETURN(const bool holds,
                             Compare(heap_, expr.comparisons[i], left, right));
    if (!holds) return Value::Bool(false);
    left = std::move(right);
  }
  return Value::Bool(true);
}

absl::StatusOr<Value> Evaluator::Slice(const Expr& expr) {
  TESSERA_ASSIGN_OR_RETURN(const Value object, Evaluate(*expr.parts[0]));
  Value bounds[3];
  const Value* given[3] = {};
  for (size_t i = 0; i < 3; ++i) {
    if (expr.parts[i + 1] == nullptr) continue;
    TESSERA_ASSIGN_OR_RETURN(bounds[i], Evaluate(*expr.parts[i + 1]));
    given[i] = &bounds[i];
  }
  return GetSlice(heap_, object, given[0], given[1], given[2]);
}

absl::StatusOr<CallArguments> Evaluator::Arguments(const CallSyntax& call) {
  CallArguments arguments;
  for (const Expr* expr : call.positional) {
    TESSERA_ASSIGN_OR_RETURN(Value value, Evaluate(*expr));
    arguments.positional.push_back(std::move(value));
  }
  if (call.star != nullptr) {
    TESSERA_ASSIGN_OR_RETURN(const Value value, Evaluate(*call.star));
    TESSERA_ASSIGN_OR_RETURN(const std::vector<Value> more,
                             Elements(heap_, value));
    arguments.positional.insert(arguments.positional.end(), more.begin(),
                                more.end());
  }
  for (const auto& [name, expr] : call.named) {
    TESSERA_ASSIGN_OR_RETURN(Value value, Evaluate(*expr));
    arguments.named.emplace_back(name, std::move(value));
  }
  if (call.star_star != nullptr) {
    TESSERA_ASSIGN_OR_RETURN(const Value value, Evaluate(*call.star_star));
    if (!value.IsDict()) return WrongType(value, "a dict after **");
    for (const auto& [key, item] : value.as<DictObject>().entries) {
      // Names have no marks.
      if (!key.IsText() || key.text().IsOutside()) {
        return WrongType(key, "names of the template after **");
      }
      arguments.named.emplace_back(key.bytes(), item);
    }
  }
  return arguments;
}

absl::StatusOr<Value> Evaluator::CallExpr(const Expr& expr,
                                          const Value* caller) {
  const Expr& callee = *expr.parts[0];
  Value function;
  Function method = nullptr;
  if (callee.kind == ExprKind::kAttribute) {
    // The common case: a method, without an object that binds it.
    TESSERA_ASSIGN_OR_RETURN(function, Evaluate(*callee.parts[0]));
    method = FindMethod(function, callee.name);
    if (method == nullptr) {
      TESSERA_ASSIGN_OR_RETURN(function,
                               GetAttribute(*this, function, callee.name));
    }
  } else {
    TESSERA_ASSIGN_OR_RETURN(function, Evaluate(callee));
  }
  TESSERA_ASSIGN_OR_RETURN(CallArguments arguments, Arguments(expr.call));
  if (caller != nullptr) arguments.named.emplace_back("caller", *caller);
  if (method != nullptr) {
    TESSERA_ASSIGN_OR_RETURN(const Value result,
                             method(*this, function, arguments));
    return function.is_markup() ? result.AsMarkup(true) : result;
  }
  return Call(function, arguments);
}

absl::StatusOr<Value> Evaluator::Call(const Value& callee,
                                      const CallArguments& arguments) {
  TESSERA_RETURN_IF_ERROR(heap_.Spend(1));
  if (callee.Is(ValueKind::kCallable) || callee.Is(ValueKind::kAttributes)) {
    return callee.as<CallableObject>().Call(*this, arguments);
  }
  if (callee.IsUndefined()) return WrongType(callee, "a function");
  return absl::InvalidArgumentError(
      absl::StrCat("'", TypeName(callee), "' object is not callable"));
}

absl::StatusOr<Value> Evaluator::Attribute(const Value& object,
                                           absl::string_view name) {
  return GetAttribute(*this, object, name);
}

absl::StatusOr<Value> Evaluator::Item(const Value& object, const Value& key) {
  return GetItem(*this, object, key);
}

absl::StatusOr<Value> Evaluator::Filter(absl::string_view name,
                                        const Value& input,
                                        const CallArguments& arguments) {
  TESSERA_RETURN_IF_ERROR(heap_.Spend(1));
  TESSERA_ASSIGN_OR_RETURN(const Function filter, FindFilter(name));
  return filter(*this, input, arguments);
}

absl::StatusOr<bool> Evaluator::Test(absl::string_view name, const Value& input,
                                     const CallArguments& arguments) {
  TESSERA_RETURN_IF_ERROR(heap_.Spend(1));
  return TestValue(*this, name, input, arguments);
}

absl::StatusOr<Value> Evaluator::FilterExpr(const Expr& expr) {
  Value input = block_value_;
  if (expr.parts[0] != nullptr) {
    TESSERA_ASSIGN_OR_RETURN(input, Evaluate(*expr.parts[0]));
  }
  TESSERA_ASSIGN_OR_RETURN(const CallArguments arguments, Arguments(expr.call));
  return Filter(expr.name, input, arguments);
}

absl::StatusOr<Value> Evaluator::List(const Expr& expr) {
  std::vector<Value> items;
  items.reserve(expr.parts.size());
  for (const Expr* part : expr.parts) {
    TESSERA_ASSIGN_OR_RETURN(Value item, Evaluate(*part));
    items.push_back(std::move(item));
  }
  return heap_.List(
      expr.kind == ExprKind::kList ? ValueKind::kList : ValueKind::kTuple,
      std::move(items));
}

absl::StatusOr<Value> Evaluator::Dict(const Expr& expr) {
  TESSERA_ASSIGN_OR_RETURN(DictObject * dict, heap_.Dict());
  for (size_t i = 0; i < expr.parts.size(); i += 2) {
    TESSERA_ASSIGN_OR_RETURN(const Value key, Evaluate(*expr.parts[i]));
    TESSERA_ASSIGN_OR_RETURN(const Value value, Evaluate(*expr.parts[i + 1]));
    TESSERA_RETURN_IF_ERROR(heap_.SpendEntry());
    TESSERA_RETURN_IF_ERROR(heap_.SpendBytes(HashedBytes(key)));
    TESSERA_RETURN_IF_ERROR(heap_.CheckRoom(HashedBytes(key)));
    TESSERA_RETURN_IF_ERROR(dict->Set(key, value));
  }
  return Value::Of(ValueKind::kDict, dict);
}

}  // namespace tessera::jinja
