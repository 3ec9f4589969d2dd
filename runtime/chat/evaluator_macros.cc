// The macros of evaluator.h.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "runtime/chat/evaluation_depth.h"
#include "runtime/chat/evaluator.h"
#include "runtime/chat/value_text.h"

namespace tessera::jinja {

struct Macro : CallableObject {
  Macro(Evaluator* evaluator, const Stmt* statement, Scope* outer)
      : evaluator(*evaluator), statement(*statement), outer(outer) {}

  absl::StatusOr<Value> Call(Interpreter&,
                             const CallArguments& arguments) override {
    return evaluator.CallMacro(statement, outer, arguments);
  }

  Evaluator& evaluator;
  const Stmt& statement;
  Scope* const outer;
};

absl::StatusOr<Value> Evaluator::MakeMacro(const Stmt& statement) {
  for (int kept = scopes_.KeepCurrent(); kept > 0; --kept) {
    TESSERA_RETURN_IF_ERROR(heap_.Spend(8));
    TESSERA_RETURN_IF_ERROR(heap_.SpendEntry());
  }
  TESSERA_ASSIGN_OR_RETURN(
      Macro * macro, heap_.New<Macro>(this, &statement, scopes_.current()));
  return Value::Of(ValueKind::kCallable, macro);
}

absl::Status Evaluator::DefineMacro(const Stmt& statement) {
  TESSERA_ASSIGN_OR_RETURN(const Value macro, MakeMacro(statement));
  scopes_.current()->Set(statement.text, macro);
  return absl::OkStatus();
}

absl::Status Evaluator::CallBlock(const Stmt& statement) {
  TESSERA_ASSIGN_OR_RETURN(const Value caller, MakeMacro(statement));
  TESSERA_ASSIGN_OR_RETURN(const Value value,
                           CallExpr(*statement.expr, &caller));
  TESSERA_ASSIGN_OR_RETURN(const MarkedText text, TextOf(heap_, value));
  return Append(text);
}

absl::StatusOr<Value> Evaluator::CallMacro(const Stmt& statement, Scope* outer,
                                           const CallArguments& arguments) {
  const EvaluationDepth depth(&depth_);
  TESSERA_RETURN_IF_ERROR(depth.Check(heap_));
  const Scopes::Entered scope(&scopes_, outer);
  TESSERA_RETURN_IF_ERROR(BindMacro(statement, arguments));
  MarkedText text;
  MarkedText* const before = std::exchange(output_, &text);
  const absl::Status status = Execute(statement.body).status();
  output_ = before;
  if (!status.ok()) return status;
  return heap_.Text(std::move(text));
}

absl::Status Evaluator::BindMacro(const Stmt& statement,
                                  const CallArguments& arguments) {
  const auto& parameters = statement.parameters;
  Scope& scope = *scopes_.current();
  std::vector<const Value*> bound(parameters.size());
  const size_t count = std::min(parameters.size(), arguments.positional.size());
  for (size_t i = 0; i < count; ++i) bound[i] = &arguments.positional[i];
  TESSERA_ASSIGN_OR_RETURN(DictObject * rest, heap_.Dict());
  Value caller = Value::Undefined("No caller defined");
  for (const auto& [name, value] : arguments.named) {
    TESSERA_RETURN_IF_ERROR(
        heap_.Spend(1 + static_cast<int64_t>(parameters.size()) / 8));
    const auto parameter =
        std::find_if(parameters.begin(), parameters.end(),
                     [&](const Parameter& p) { return p.name == name; });
    if (parameter != parameters.end()) {
      const Value*& place = bound[parameter - parameters.begin()];
      if (place != nullptr) {
        return absl::InvalidArgumentError(
            absl::StrCat("macro ", Quoted(statement.text), " got twice the ",
                         "argument ", Quoted(name)));
      }
      place = &value;
    } else if (name == "caller" && statement.uses_caller) {
      caller = value;
    } else if (statement.uses_kwargs) {
      rest->Set(name, value);
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("macro ", Quoted(statement.text),
                       " takes no keyword argument ", Quoted(name)));
    }
  }
  if (arguments.positional.size() > count && !statement.uses_varargs) {
    return absl::InvalidArgumentError(
        absl::StrCat("macro ", Quoted(statement.text), " takes not more than ",
                     count, " argument(s)"));
  }
  if (statement.uses_caller) scope.Set("caller", caller);
  if (statement.uses_kwargs) {
    scope.Set("kwargs", Value::Of(ValueKind::kDict, rest));
  }
  if (statement.uses_varargs) {
    TESSERA_ASSIGN_OR_RETURN(
        Value varargs,
        heap_.List(ValueKind::kTuple, {arguments.positional.begin() + count,
                                       arguments.positional.end()}));
    scope.Set("varargs", std::move(varargs));
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    TESSERA_RETURN_IF_ERROR(
        heap_.Spend(static_cast<int64_t>(scope.values.size()) / 16));
    Value value = Value::Undefined(absl::StrCat(
        "parameter ", Quoted(parameters[i].name), " was not provided"));
    if (bound[i] != nullptr) {
      value = *bound[i];
    } else if (parameters[i].standard != nullptr) {
      TESSERA_ASSIGN_OR_RETURN(value, Evaluate(*parameters[i].standard));
    }
    scope.Set(parameters[i].name, std::move(value));
  }
  return absl::OkStatus();
}

}  // namespace tessera::jinja
