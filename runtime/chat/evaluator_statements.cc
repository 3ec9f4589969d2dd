// The statements of evaluator.h.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "runtime/chat/evaluation_depth.h"
#include "runtime/chat/evaluator.h"
#include "runtime/chat/value_operations.h"
#include "runtime/chat/value_text.h"

namespace tessera::jinja {

absl::StatusOr<Evaluator::Flow> Evaluator::Execute(const Block& block) {
  const EvaluationDepth depth(&depth_);
  TESSERA_RETURN_IF_ERROR(depth.Check(heap_));
  for (const Stmt* statement : block) {
    TESSERA_RETURN_IF_ERROR(heap_.Spend(1));
    const absl::StatusOr<Flow> flow = ExecuteOne(*statement);
    if (!flow.ok() && error_line_ == 0) error_line_ = statement->line;
    if (!flow.ok() || *flow != Flow::kNext) return flow;
  }
  return Flow::kNext;
}

absl::StatusOr<Evaluator::Flow> Evaluator::ExecuteOne(const Stmt& statement) {
  absl::Status status;
  switch (statement.kind) {
    case StmtKind::kIf:
      return If(statement);
    case StmtKind::kFor:
      return For(statement);
    case StmtKind::kWith:
      return With(statement);
    case StmtKind::kGeneration: {
      // A call block without parameters, to transformers.
      const Scopes::Entered scope(&scopes_, scopes_.current());
      TESSERA_RETURN_IF_ERROR(BindMacro(statement, CallArguments()));
      return Execute(statement.body);
    }
    case StmtKind::kBreak:
      return Flow::kBreak;
    case StmtKind::kContinue:
      return Flow::kContinue;
    case StmtKind::kData:
      status = Append(MarkedText(statement.text));
      break;
    case StmtKind::kOutput:
      status = Output(statement);
      break;
    case StmtKind::kSet: {
      TESSERA_ASSIGN_OR_RETURN(const Value value, Evaluate(*statement.expr));
      status = Assign(*statement.target, value);
      break;
    }
    case StmtKind::kSetBlock:
      status = SetBlock(statement);
      break;
    case StmtKind::kMacro:
      status = DefineMacro(statement);
      break;
    case StmtKind::kCallBlock:
      status = CallBlock(statement);
      break;
    case StmtKind::kFilterBlock:
      status = FilterBlock(statement);
      break;
  }
  if (!status.ok()) return status;
  return Flow::kNext;
}

absl::Status Evaluator::Append(const MarkedText& text) {
  TESSERA_RETURN_IF_ERROR(heap_.SpendBytes(text.size() / 8));
  if (static_cast<int64_t>(output_->size() + text.size()) >
      heap_.limits().output_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the template makes more than ",
                     heap_.limits().output_bytes >> 20, " MiB of text"));
  }
  output_->Append(text);
  return absl::OkStatus();
}

absl::Status Evaluator::Output(const Stmt& statement) {
  TESSERA_ASSIGN_OR_RETURN(const Value value, Evaluate(*statement.expr));
  if (value.IsText()) return Append(value.text());
  TESSERA_ASSIGN_OR_RETURN(const MarkedText text, TextOf(heap_, value));
  return Append(text);
}

absl::StatusOr<Evaluator::Flow> Evaluator::If(const Stmt& statement) {
  for (const Branch& branch : statement.branches) {
    TESSERA_ASSIGN_OR_RETURN(const Value condition,
                             Evaluate(*branch.condition));
    if (IsTrue(condition)) return Execute(branch.body);
  }
  return Execute(statement.body);
}

absl::StatusOr<Evaluator::Flow> Evaluator::For(const Stmt& statement) {
  TESSERA_ASSIGN_OR_RETURN(const Value items, Evaluate(*statement.expr));
  return RunLoop(statement, items, 1, scopes_.current());
}

absl::StatusOr<std::vector<Value>> Evaluator::LoopItems(const Stmt& statement,
                                                        const Value& items,
                                                        Scope* outer) {
  TESSERA_ASSIGN_OR_RETURN(std::vector<Value> all, Elements(heap_, items));
  if (statement.filter == nullptr) return all;
  std::vector<Value> kept;
  for (Value& item : all) {
    const Scopes::Entered scope(&scopes_, outer);
    TESSERA_RETURN_IF_ERROR(Assign(*statement.target, item));
    TESSERA_ASSIGN_OR_RETURN(const Value wanted, Evaluate(*statement.filter));
    if (IsTrue(wanted)) kept.push_back(std::move(item));
  }
  return kept;
}

absl::StatusOr<Evaluator::Flow> Evaluator::RunLoop(const Stmt& statement,
                                                   const Value& items,
                                                   int64_t depth,
                                                   Scope* outer) {
  TESSERA_ASSIGN_OR_RETURN(Loop * loop, heap_.New<Loop>());
  TESSERA_ASSIGN_OR_RETURN(loop->items, LoopItems(statement, items, outer));
  loop->depth = depth;
  if (statement.recursive) {
    loop->recurse = [&, depth, outer](const Value& inner) -> Result {
      MarkedText text;
      MarkedText* const before = std::exchange(output_, &text);
      const absl::Status status =
          RunLoop(statement, inner, depth + 1, outer).status();
      output_ = before;
      if (!status.ok()) return status;
      return heap_.Text(std::move(text));
    };
  }
  bool completed = false;  // a body, to its end
  for (loop->index = 0; loop->index < loop->items.size(); ++loop->index) {
    TESSERA_RETURN_IF_ERROR(heap_.Spend(1));
    const Scopes::Entered scope(&scopes_, outer);
    scopes_.current()->Set("loop", Value::Of(ValueKind::kAttributes, loop));
    TESSERA_RETURN_IF_ERROR(
        Assign(*statement.target, loop->items[loop->index]));
    TESSERA_ASSIGN_OR_RETURN(const Flow flow, Execute(statement.body));
    if (flow == Flow::kBreak) break;
    completed |= flow == Flow::kNext;
  }
  // Freed, as the loop itself lives to the end of the rendering.
  loop->items = {};
  loop->recurse = nullptr;
  if (completed) return Flow::kNext;
  // So jinja2 does it: else is for loops of which no body came to its end.
  const Scopes::Entered scope(&scopes_, outer);
  return Execute(statement.else_body);
}

absl::StatusOr<Evaluator::Flow> Evaluator::With(const Stmt& statement) {
  std::vector<Value> values;
  for (const auto& [target, expr] : statement.assignments) {
    TESSERA_ASSIGN_OR_RETURN(Value value, Evaluate(*expr));
    values.push_back(std::move(value));
  }
  const Scopes::Entered scope(&scopes_, scopes_.current());
  for (size_t i = 0; i < values.size(); ++i) {
    TESSERA_RETURN_IF_ERROR(Assign(*statement.assignments[i].first, values[i]));
  }
  return Execute(statement.body);
}

absl::Status Evaluator::Assign(const Expr& target, const Value& value) {
  if (target.kind == ExprKind::kName) {
    TESSERA_RETURN_IF_ERROR(heap_.Spend(
        static_cast<int64_t>(scopes_.current()->values.size()) / 16));
    scopes_.current()->Set(target.name, value);
    return absl::OkStatus();
  }
  if (target.kind == ExprKind::kAttribute) {
    TESSERA_ASSIGN_OR_RETURN(const Value object, Name(target.parts[0]->name));
    if (!object.Is(ValueKind::kNamespace)) {
      return absl::InvalidArgumentError(
          "cannot assign attribute on non-namespace object");
    }
    TESSERA_RETURN_IF_ERROR(heap_.Spend(1));
    auto& names = object.as<DictObject>();
    if (names.Find(target.name) == nullptr) {
      TESSERA_RETURN_IF_ERROR(heap_.SpendEntry());
    }
    names.Set(target.name, value);
    return absl::OkStatus();
  }
  TESSERA_ASSIGN_OR_RETURN(const std::vector<Value> items,
                           Elements(heap_, value));
  if (items.size() != target.parts.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        items.size() < target.parts.size() ? "not enough" : "too many",
        " values to unpack (expected ", target.parts.size(), ", got ",
        items.size(), ")"));
  }
  for (size_t i = 0; i < items.size(); ++i) {
    TESSERA_RETURN_IF_ERROR(Assign(*target.parts[i], items[i]));
  }
  return absl::OkStatus();
}

absl::StatusOr<Value> Evaluator::Captured(const Block& body, Scope* outer) {
  MarkedText text;
  MarkedText* const before = std::exchange(output_, &text);
  absl::Status status;
  {
    const Scopes::Entered scope(&scopes_, outer);
    status = Execute(body).status();
  }
  output_ = before;
  if (!status.ok()) return status;
  return heap_.Text(std::move(text));
}

absl::Status Evaluator::SetBlock(const Stmt& statement) {
  TESSERA_ASSIGN_OR_RETURN(Value value,
                           Captured(statement.body, scopes_.current()));
  if (statement.expr != nullptr) {
    std::swap(block_value_, value);
    const Result filtered = Evaluate(*statement.expr);
    std::swap(block_value_, value);
    TESSERA_ASSIGN_OR_RETURN(value, filtered);
  }
  return Assign(*statement.target, value);
}

absl::Status Evaluator::FilterBlock(const Stmt& statement) {
  TESSERA_ASSIGN_OR_RETURN(Value value,
                           Captured(statement.body, scopes_.current()));
  std::swap(block_value_, value);
  const Result filtered = Evaluate(*statement.expr);
  std::swap(block_value_, value);
  TESSERA_RETURN_IF_ERROR(filtered.status());
  TESSERA_ASSIGN_OR_RETURN(const MarkedText text, TextOf(heap_, *filtered));
  return Append(text);
}

}  // namespace tessera::jinja
