// The expressions of a chat template.
#ifndef RUNTIME_CHAT_EXPRESSION_PARSER_H_
#define RUNTIME_CHAT_EXPRESSION_PARSER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/chat/syntax.h"
#include "runtime/chat/token_stream.h"

namespace tessera::jinja {

// Parses by the grammar of jinja2/parser.py. Nodes go into `syntax`. All errors
// name the line: InvalidArgument for what is not in the grammar, Unimplemented
// for what is and is not supported.
class ExpressionParser {
 public:
  // Both must outlive it.
  ExpressionParser(TokenStream* tokens, Syntax* syntax)
      : tokens_(*tokens), syntax_(*syntax) {}

  absl::StatusOr<const Expr*> Expression();

  // One expression, or several with commas between them. Without conditions,
  // "x if y" ends before "if".
  absl::StatusOr<const Expr*> ExpressionOrTuple(bool with_conditions);

  // A name, several with commas, or ns.attribute if `with_namespace`.
  absl::StatusOr<const Expr*> Target(bool with_namespace);

  // Filters of a block: the first without "|" if `starts_inline`.
  absl::StatusOr<const Expr*> Filters(bool starts_inline);

  // Counts how deep the parser is while it lives.
  class Nesting {
   public:
    explicit Nesting(int* depth) : depth_(depth) { ++*depth_; }
    ~Nesting() { --*depth_; }

   private:
    int* const depth_;
  };
  int* depth() { return &depth_; }
  absl::Status CheckDepth() const;

 private:
  using Parsed = absl::StatusOr<const Expr*>;

  Expr* New(ExprKind kind) { return New(kind, tokens_.line()); }
  Expr* New(ExprKind kind, int line);
  Expr* NewConstant(Value value);

  Parsed Or();
  Parsed And();
  Parsed Not();
  Parsed Compare();
  Parsed Sum();
  Parsed Concat();
  Parsed Product();
  Parsed Power();
  Parsed Unary(bool with_filters);
  Parsed Primary();
  Parsed Number();
  Parsed Parenthesized();
  Parsed List();
  Parsed Dict();
  Parsed Postfix(const Expr* expr);
  Parsed FiltersAndTests(const Expr* expr);
  Parsed Subscript(const Expr* object);
  Parsed Brackets(const Expr* object);
  Parsed Slice(Expr* slice, const Expr* start);
  Parsed Filter(const Expr* input);
  Parsed Test(const Expr* input);
  Parsed Call(const Expr* callee);
  Parsed OneTarget(bool with_namespace);
  absl::Status Arguments(CallSyntax* call);
  absl::Status Argument(CallSyntax* call);
  absl::StatusOr<std::string> DottedName();
  bool EndsTuple() const;

  TokenStream& tokens_;
  Syntax& syntax_;
  int depth_ = 0;
};

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_EXPRESSION_PARSER_H_
