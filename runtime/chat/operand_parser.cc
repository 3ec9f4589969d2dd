// What expressions begin with: names, literals and brackets.
#include <cerrno>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "base/status_macros.h"
#include "runtime/chat/expression_parser.h"

namespace tessera::jinja {

absl::StatusOr<const Expr*> ExpressionParser::Primary() {
  const Token& token = tokens_.current();
  switch (token.kind) {
    case TokenKind::kName: {
      const std::string& name = token.text;
      Expr* expr = New(ExprKind::kName);
      expr->name = name;
      if (name == "true" || name == "True")
        expr = NewConstant(Value::Bool(true));
      if (name == "false" || name == "False") {
        expr = NewConstant(Value::Bool(false));
      }
      if (name == "none" || name == "None") expr = NewConstant(Value::None());
      tokens_.Take();
      return expr;
    }
    case TokenKind::kString: {
      std::string text;
      while (tokens_.current().kind == TokenKind::kString) {
        text += tokens_.Take().text;
      }
      return NewConstant(Value::Word(text));
    }
    case TokenKind::kInteger:
    case TokenKind::kFloat:
      return Number();
    default:
      if (tokens_.IsOperator("(")) return Parenthesized();
      if (tokens_.IsOperator("[")) return List();
      if (tokens_.IsOperator("{")) return Dict();
      return tokens_.Unexpected();
  }
}

absl::StatusOr<const Expr*> ExpressionParser::Number() {
  const Token& token = tokens_.current();
  Value value;
  if (token.kind == TokenKind::kFloat) {
    value = Value::Float(std::strtod(token.text.c_str(), nullptr));
  } else {
    const std::string& digits = token.text;
    const char mark = digits.size() > 1 ? absl::ascii_tolower(digits[1]) : 0;
    const int base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 10;
    errno = 0;
    value = Value::Int(
        std::strtoll(digits.c_str() + (base == 10 ? 0 : 2), nullptr, base));
    if (errno == ERANGE) return tokens_.Refuse("an integer beyond 64 bits");
  }
  Expr* constant = NewConstant(value);
  tokens_.Take();
  return constant;
}

absl::StatusOr<const Expr*> ExpressionParser::Parenthesized() {
  Expr* empty = New(ExprKind::kTuple);
  tokens_.Take();
  if (tokens_.SkipOperator(")")) return empty;
  TESSERA_ASSIGN_OR_RETURN(const Expr* expr, ExpressionOrTuple(true));
  TESSERA_RETURN_IF_ERROR(tokens_.ExpectOperator(")"));
  return expr;
}

absl::StatusOr<const Expr*> ExpressionParser::List() {
  Expr* list = New(ExprKind::kList);
  tokens_.Take();
  while (!tokens_.SkipOperator("]")) {
    if (!list->parts.empty()) {
      TESSERA_RETURN_IF_ERROR(tokens_.ExpectOperator(","));
      if (tokens_.SkipOperator("]")) break;
    }
    TESSERA_ASSIGN_OR_RETURN(const Expr* item, Expression());
    list->parts.push_back(item);
  }
  return list;
}

absl::StatusOr<const Expr*> ExpressionParser::Dict() {
  Expr* dict = New(ExprKind::kDict);
  tokens_.Take();
  while (!tokens_.SkipOperator("}")) {
    if (!dict->parts.empty()) {
      TESSERA_RETURN_IF_ERROR(tokens_.ExpectOperator(","));
      if (tokens_.SkipOperator("}")) break;
    }
    TESSERA_ASSIGN_OR_RETURN(const Expr* key, Expression());
    TESSERA_RETURN_IF_ERROR(tokens_.ExpectOperator(":"));
    TESSERA_ASSIGN_OR_RETURN(const Expr* value, Expression());
    dict->parts.push_back(key);
    dict->parts.push_back(value);
  }
  return dict;
}

}  // namespace tessera::jinja
