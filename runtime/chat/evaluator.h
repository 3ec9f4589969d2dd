// Runs a chat template.
#ifndef RUNTIME_CHAT_EVALUATOR_H_
#define RUNTIME_CHAT_EVALUATOR_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/chat/interpreter.h"
#include "runtime/chat/loop.h"
#include "runtime/chat/marked_text.h"
#include "runtime/chat/scopes.h"
#include "runtime/chat/syntax.h"
#include "runtime/chat/value.h"
#include "runtime/chat/value_heap.h"

namespace tessera::jinja {

// One rendering. Scopes are those of jinja2: bodies of loops, macros, with,
// call and filter have their own, those of if have not.
class Evaluator : public Interpreter {
 public:
  // All must outlive it. `variables` hide `globals` of the same name.
  Evaluator(ValueHeap* heap, const DictObject* variables,
            const DictObject* globals)
      : heap_(*heap), variables_(*variables), globals_(*globals) {}

  // The text that `syntax` makes. Errors begin with the line.
  absl::StatusOr<MarkedText> Run(const Syntax& syntax);

  ValueHeap& heap() override { return heap_; }
  absl::StatusOr<Value> Call(const Value& callee,
                             const CallArguments& arguments) override;
  absl::StatusOr<Value> Attribute(const Value& object,
                                  absl::string_view name) override;
  absl::StatusOr<Value> Item(const Value& object, const Value& key) override;
  absl::StatusOr<Value> Filter(absl::string_view name, const Value& input,
                               const CallArguments& arguments) override;
  absl::StatusOr<bool> Test(absl::string_view name, const Value& input,
                            const CallArguments& arguments) override;

 private:
  friend struct Macro;
  using Result = absl::StatusOr<Value>;
  enum class Flow { kNext, kBreak, kContinue };

  // Expressions.
  Result Evaluate(const Expr& expr);
  Result EvaluateAtDepth(const Expr& expr);
  Result Name(const std::string& name);
  Result Binary(const Expr& expr);
  Result Concat(const Expr& expr);
  Result Comparisons(const Expr& expr);
  Result Slice(const Expr& expr);
  Result CallExpr(const Expr& expr, const Value* caller);
  Result FilterExpr(const Expr& expr);
  Result List(const Expr& expr);
  Result Dict(const Expr& expr);
  absl::StatusOr<CallArguments> Arguments(const CallSyntax& call);

  // Statements.
  absl::StatusOr<Flow> Execute(const Block& block);
  absl::StatusOr<Flow> ExecuteOne(const Stmt& statement);
  absl::Status Output(const Stmt& statement);
  absl::StatusOr<Flow> If(const Stmt& statement);
  absl::StatusOr<Flow> For(const Stmt& statement);
  absl::StatusOr<Flow> RunLoop(const Stmt& statement, const Value& items,
                               int64_t depth, Scope* outer);
  absl::StatusOr<std::vector<Value>> LoopItems(const Stmt& statement,
                                               const Value& items,
                                               Scope* outer);
  absl::StatusOr<Flow> With(const Stmt& statement);
  absl::Status DefineMacro(const Stmt& statement);
  Result MakeMacro(const Stmt& statement);
  absl::Status CallBlock(const Stmt& statement);
  absl::Status SetBlock(const Stmt& statement);
  absl::Status FilterBlock(const Stmt& statement);
  absl::Status Assign(const Expr& target, const Value& value);
  absl::Status Append(const MarkedText& text);
  // What a body prints, in a scope of its own within `outer`.
  Result Captured(const Block& body, Scope* outer);
  Result CallMacro(const Stmt& statement, Scope* outer,
                   const CallArguments& arguments);
  absl::Status BindMacro(const Stmt& statement, const CallArguments& arguments);

  ValueHeap& heap_;
  const DictObject& variables_;
  const DictObject& globals_;
  Scopes scopes_;
  MarkedText* output_ = nullptr;
  Value block_value_;  // what the filters of a block get
  int depth_ = 0;
  int error_line_ = 0;  // of the innermost thing that failed
};

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_EVALUATOR_H_
