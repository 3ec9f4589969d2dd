// What stands behind an operand: attributes, items, calls, filters and tests.
#include "base/status_macros.h"
#include "runtime/chat/expression_parser.h"

namespace tessera::jinja {

absl::StatusOr<const Expr*> ExpressionParser::Postfix(const Expr* expr) {
  while (true) {
    if (tokens_.IsOperator(".") || tokens_.IsOperator("[")) {
      TESSERA_ASSIGN_OR_RETURN(expr, Subscript(expr));
    } else if (tokens_.IsOperator("(")) {
      TESSERA_ASSIGN_OR_RETURN(expr, Call(expr));
    } else {
      return expr;
    }
  }
}

absl::StatusOr<const Expr*> ExpressionParser::FiltersAndTests(
    const Expr* expr) {
  while (true) {
    if (tokens_.IsOperator("|")) {
      tokens_.Take();
      TESSERA_ASSIGN_OR_RETURN(expr, Filter(expr));
    } else if (tokens_.IsName("is")) {
      tokens_.Take();
      TESSERA_ASSIGN_OR_RETURN(expr, Test(expr));
    } else if (tokens_.IsOperator("(")) {
      // Behind a filter, too.
      TESSERA_ASSIGN_OR_RETURN(expr, Call(expr));
    } else {
      return expr;
    }
  }
}

absl::StatusOr<const Expr*> ExpressionParser::Subscript(const Expr* object) {
  if (tokens_.Take().text == "[") return Brackets(object);
  const Token& token = tokens_.current();
  if (token.kind == TokenKind::kName) {
    Expr* attribute = New(ExprKind::kAttribute);
    attribute->parts = {object};
    attribute->name = tokens_.Take().text;
    return attribute;
  }
  if (token.kind != TokenKind::kInteger) return tokens_.Unexpected();
  Expr* item = New(ExprKind::kItem);
  TESSERA_ASSIGN_OR_RETURN(const Expr* index, Number());
  item->parts = {object, index};
  return item;
}

absl::StatusOr<const Expr*> ExpressionParser::Brackets(const Expr* object) {
  Expr* item = New(ExprKind::kItem);
  item->parts = {object, nullptr};
  const Expr* first = nullptr;
  if (!tokens_.IsOperator(":")) {
    TESSERA_ASSIGN_OR_RETURN(first, Expression());
  }
  if (tokens_.IsOperator(":")) {
    item->kind = ExprKind::kSlice;
    return Slice(item, first);
  }
  item->parts[1] = first;
  if (tokens_.IsOperator(",")) {
    Expr* tuple = New(ExprKind::kTuple);
    tuple->parts = {first};
    while (tokens_.SkipOperator(",")) {
      TESSERA_ASSIGN_OR_RETURN(const Expr* next, Expression());
      tuple->parts.push_back(next);
    }
    item->parts[1] = tuple;
  }
  TESSERA_RETURN_IF_ERROR(tokens_.ExpectOperator("]"));
  return item;
}

absl::StatusOr<const Expr*> ExpressionParser::Slice(Expr* slice,
                                                    const Expr* start) {
  slice->parts = {slice->parts[0], start, nullptr, nullptr};
  for (size_t part = 2; part <= 3 && tokens_.SkipOperator(":"); ++part) {
    if (tokens_.IsOperator(":") || tokens_.IsOperator("]")) continue;
    TESSERA_ASSIGN_OR_RETURN(slice->parts[part], Expression());
  }
  TESSERA_RETURN_IF_ERROR(tokens_.ExpectOperator("]"));
  return slice;
}

absl::StatusOr<std::string> ExpressionParser::DottedName() {
  if (tokens_.current().kind != TokenKind::kName) return tokens_.Unexpected();
  std::string name = tokens_.Take().text;
  while (tokens_.SkipOperator(".")) {
    if (tokens_.current().kind != TokenKind::kName) return tokens_.Unexpected();
    absl::StrAppend(&name, ".", tokens_.Take().text);
  }
  return name;
}

absl::StatusOr<const Expr*> ExpressionParser::Filter(const Expr* input) {
  Expr* filter = New(ExprKind::kFilter);
  filter->parts = {input};
  TESSERA_ASSIGN_OR_RETURN(filter->name, DottedName());
  if (tokens_.IsOperator("("))
    TESSERA_RETURN_IF_ERROR(Arguments(&filter->call));
  return filter;
}

absl::StatusOr<const Expr*> ExpressionParser::Filters(bool starts_inline) {
  const Expr* expr = nullptr;
  while (starts_inline || tokens_.SkipOperator("|")) {
    starts_inline = false;
    TESSERA_ASSIGN_OR_RETURN(expr, Filter(expr));
  }
  return expr;
}

absl::StatusOr<const Expr*> ExpressionParser::Test(const Expr* input) {
  const bool negated = tokens_.SkipName("not");
  Expr* test = New(ExprKind::kTest);
  test->parts = {input};
  TESSERA_ASSIGN_OR_RETURN(test->name, DottedName());
  const Token& next = tokens_.current();
  if (tokens_.IsOperator("(")) {
    TESSERA_RETURN_IF_ERROR(Arguments(&test->call));
  } else if ((next.kind == TokenKind::kName && next.text != "else" &&
              next.text != "or" && next.text != "and") ||
             next.kind == TokenKind::kString ||
             next.kind == TokenKind::kInteger ||
             next.kind == TokenKind::kFloat || tokens_.IsOperator("[") ||
             tokens_.IsOperator("{")) {
    if (tokens_.IsName("is")) return tokens_.Error("tests cannot be chained");
    TESSERA_ASSIGN_OR_RETURN(const Expr* argument, Primary());
    TESSERA_ASSIGN_OR_RETURN(argument, Postfix(argument));
    test->call.positional = {argument};
  }
  if (!negated) return test;
  Expr* negation = New(ExprKind::kNot, test->line);
  negation->parts = {test};
  return negation;
}

absl::StatusOr<const Expr*> ExpressionParser::Call(const Expr* callee) {
  Expr* call = New(ExprKind::kCall);
  call->parts = {callee};
  TESSERA_RETURN_IF_ERROR(Arguments(&call->call));
  return call;
}

absl::Status ExpressionParser::Arguments(CallSyntax* call) {
  TESSERA_RETURN_IF_ERROR(tokens_.ExpectOperator("("));
  for (bool first = true; !tokens_.SkipOperator(")"); first = false) {
    if (!first) {
      TESSERA_RETURN_IF_ERROR(tokens_.ExpectOperator(","));
      if (tokens_.SkipOperator(")")) break;
    }
    TESSERA_RETURN_IF_ERROR(Argument(call));
  }
  return absl::OkStatus();
}

absl::Status ExpressionParser::Argument(CallSyntax* call) {
  if (tokens_.IsOperator("**") || tokens_.IsOperator("*")) {
    const Expr*& starred =
        tokens_.Take().text == "*" ? call->star : call->star_star;
    if (starred != nullptr || call->star_star != nullptr) {
      return tokens_.Unexpected();
    }
    TESSERA_ASSIGN_OR_RETURN(starred, Expression());
    return absl::OkStatus();
  }
  if (tokens_.current().kind == TokenKind::kName &&
      tokens_.ahead().Is(TokenKind::kOperator, "=")) {
    if (call->star_star != nullptr) return tokens_.Unexpected();
    std::string name = tokens_.Take().text;
    tokens_.Take();
    TESSERA_ASSIGN_OR_RETURN(const Expr* value, Expression());
    call->named.emplace_back(std::move(name), value);
    return absl::OkStatus();
  }
  if (call->star != nullptr || call->star_star != nullptr ||
      !call->named.empty()) {
    return tokens_.Unexpected();
  }
  TESSERA_ASSIGN_OR_RETURN(const Expr* value, Expression());
  call->positional.push_back(value);
  return absl::OkStatus();
}

}  // namespace tessera::jinja
