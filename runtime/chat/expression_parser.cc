#include "runtime/chat/expression_parser.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace tessera::jinja {
namespace {

constexpr int kMaxDepth = 200;

}  // namespace

absl::Status ExpressionParser::CheckDepth() const {
  if (depth_ <= kMaxDepth) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("line ", tokens_.line(), ": more than ", kMaxDepth,
                   " expressions and blocks within each other"));
}

Expr* ExpressionParser::New(ExprKind kind, int line) {
  return &syntax_.exprs.emplace_back(Expr{kind, line, "", {}, {}, {}, {}, {}});
}

Expr* ExpressionParser::NewConstant(Value value) {
  Expr* constant = New(ExprKind::kConstant);
  constant->constant = std::move(value);
  return constant;
}

absl::StatusOr<const Expr*> ExpressionParser::Expression() {
  const Nesting nesting(&depth_);
  TESSERA_RETURN_IF_ERROR(CheckDepth());
  TESSERA_ASSIGN_OR_RETURN(const Expr* expr, Or());
  while (tokens_.SkipName("if")) {
    Expr* conditional = New(ExprKind::kConditional);
    TESSERA_ASSIGN_OR_RETURN(const Expr* condition, Or());
    const Expr* otherwise = nullptr;
    if (tokens_.SkipName("else")) {
      TESSERA_ASSIGN_OR_RETURN(otherwise, Expression());
    }
    conditional->parts = {condition, expr, otherwise};
    expr = conditional;
  }
  return expr;
}

bool ExpressionParser::EndsTuple() const {
  const Token& token = tokens_.current();
  return token.kind == TokenKind::kBlockEnd ||
         token.kind == TokenKind::kVariableEnd || tokens_.IsOperator(")") ||
         tokens_.IsName("recursive");
}

absl::StatusOr<const Expr*> ExpressionParser::ExpressionOrTuple(
    bool with_conditions) {
  Expr* tuple = New(ExprKind::kTuple);
  bool is_tuple = false;
  while (true) {
    if (!tuple->parts.empty() && EndsTuple()) break;
    TESSERA_ASSIGN_OR_RETURN(const Expr* part,
                             with_conditions ? Expression() : Or());
    tuple->parts.push_back(part);
    if (!tokens_.SkipOperator(",")) break;
    is_tuple = true;
  }
  return is_tuple ? tuple : tuple->parts[0];
}

absl::StatusOr<const Expr*> ExpressionParser::OneTarget(bool with_namespace) {
  if (tokens_.SkipOperator("(")) {
    TESSERA_ASSIGN_OR_RETURN(const Expr* target, Target(with_namespace));
    TESSERA_RETURN_IF_ERROR(tokens_.ExpectOperator(")"));
    return target;
  }
  if (tokens_.current().kind != TokenKind::kName) return tokens_.Unexpected();
  Expr* name = New(ExprKind::kName);
  name->name = tokens_.Take().text;
  for (const absl::string_view reserved :
       {"true", "false", "none", "True", "False", "None"}) {
    if (name->name == reserved) {
      return tokens_.Error(
          absl::StrCat("'", reserved, "' cannot be assigned to"));
    }
  }
  if (!with_namespace || !tokens_.SkipOperator(".")) return name;
  if (tokens_.current().kind != TokenKind::kName) return tokens_.Unexpected();
  Expr* attribute = New(ExprKind::kAttribute);
  attribute->parts = {name};
  attribute->name = tokens_.Take().text;
  return attribute;
}

absl::StatusOr<const Expr*> ExpressionParser::Target(bool with_namespace) {
  const Nesting nesting(&depth_);
  TESSERA_RETURN_IF_ERROR(CheckDepth());
  Expr* tuple = New(ExprKind::kTuple);
  bool is_tuple = false;
  while (true) {
    TESSERA_ASSIGN_OR_RETURN(const Expr* target, OneTarget(with_namespace));
    tuple->parts.push_back(target);
    if (!tokens_.SkipOperator(",")) break;
    is_tuple = true;
    if (EndsTuple() || tokens_.IsName("in") || tokens_.IsOperator("=")) break;
  }
  return is_tuple ? tuple : tuple->parts[0];
}

absl::StatusOr<const Expr*> ExpressionParser::Or() {
  TESSERA_ASSIGN_OR_RETURN(const Expr* left, And());
  while (tokens_.IsName("or")) {
    Expr* both = New(ExprKind::kOr);
    tokens_.Take();
    TESSERA_ASSIGN_OR_RETURN(const Expr* right, And());
    both->parts = {left, right};
    left = both;
  }
  return left;
}

absl::StatusOr<const Expr*> ExpressionParser::And() {
  TESSERA_ASSIGN_OR_RETURN(const Expr* left, Not());
  while (tokens_.IsName("and")) {
    Expr* both = New(ExprKind::kAnd);
    tokens_.Take();
    TESSERA_ASSIGN_OR_RETURN(const Expr* right, Not());
    both->parts = {left, right};
    left = both;
  }
  return left;
}

absl::StatusOr<const Expr*> ExpressionParser::Not() {
  if (!tokens_.IsName("not")) return Compare();
  const Nesting nesting(&depth_);
  TESSERA_RETURN_IF_ERROR(CheckDepth());
  Expr* negation = New(ExprKind::kNot);
  tokens_.Take();
  TESSERA_ASSIGN_OR_RETURN(const Expr* operand, Not());
  negation->parts = {operand};
  return negation;
}

absl::StatusOr<const Expr*> ExpressionParser::Compare() {
  static constexpr std::pair<absl::string_view, Comparison> kComparisons[] = {
      {"==", Comparison::kEq}, {"!=", Comparison::kNe},
      {"<", Comparison::kLt},  {"<=", Comparison::kLe},
      {">", Comparison::kGt},  {">=", Comparison::kGe}};
  TESSERA_ASSIGN_OR_RETURN(const Expr* first, Sum());
  Expr* compare = nullptr;
  while (true) {
    std::optional<Comparison> comparison;
    for (const auto& [op, value] : kComparisons) {
      if (tokens_.IsOperator(op)) comparison = value;
    }
    if (tokens_.IsName("in")) comparison = Comparison::kIn;
    if (tokens_.IsName("not") && tokens_.ahead().Is(TokenKind::kName, "in")) {
      tokens_.Take();
      comparison = Comparison::kNotIn;
    }
    if (!comparison.has_value()) break;
    if (compare == nullptr) {
      compare = New(ExprKind::kCompare);
      compare->parts = {first};
    }
    tokens_.Take();
    TESSERA_ASSIGN_OR_RETURN(const Expr* next, Sum());
    compare->parts.push_back(next);
    compare->comparisons.push_back(*comparison);
  }
  return compare == nullptr ? first : compare;
}

absl::StatusOr<const Expr*> ExpressionParser::Sum() {
  TESSERA_ASSIGN_OR_RETURN(const Expr* left, Concat());
  while (tokens_.IsOperator("+") || tokens_.IsOperator("-")) {
    Expr* sum = New(ExprKind::kArithmetic);
    sum->arithmetic =
        tokens_.Take().text == "+" ? Arithmetic::kAdd : Arithmetic::kSub;
    TESSERA_ASSIGN_OR_RETURN(const Expr* right, Concat());
    sum->parts = {left, right};
    left = sum;
  }
  return left;
}

absl::StatusOr<const Expr*> ExpressionParser::Concat() {
  TESSERA_ASSIGN_OR_RETURN(const Expr* first, Product());
  if (!tokens_.IsOperator("~")) return first;
  Expr* concat = New(ExprKind::kConcat);
  concat->parts = {first};
  while (tokens_.SkipOperator("~")) {
    TESSERA_ASSIGN_OR_RETURN(const Expr* next, Product());
    concat->parts.push_back(next);
  }
  return concat;
}

absl::StatusOr<const Expr*> ExpressionParser::Product() {
  static constexpr std::pair<absl::string_view, Arithmetic> kProducts[] = {
      {"*", Arithmetic::kMul},
      {"/", Arithmetic::kDiv},
      {"//", Arithmetic::kFloorDiv},
      {"%", Arithmetic::kMod}};
  TESSERA_ASSIGN_OR_RETURN(const Expr* left, Power());
  while (true) {
    const auto* const product = std::find_if(
        std::begin(kProducts), std::end(kProducts),
        [&](const auto& p) { return tokens_.IsOperator(p.first); });
    if (product == std::end(kProducts)) return left;
    Expr* node = New(ExprKind::kArithmetic);
    node->arithmetic = product->second;
    tokens_.Take();
    TESSERA_ASSIGN_OR_RETURN(const Expr* right, Power());
    node->parts = {left, right};
    left = node;
  }
}

absl::StatusOr<const Expr*> ExpressionParser::Power() {
  TESSERA_ASSIGN_OR_RETURN(const Expr* left, Unary(true));
  while (tokens_.IsOperator("**")) {
    Expr* power = New(ExprKind::kArithmetic);
    power->arithmetic = Arithmetic::kPow;
    tokens_.Take();
    TESSERA_ASSIGN_OR_RETURN(const Expr* right, Unary(true));
    power->parts = {left, right};
    left = power;
  }
  return left;
}

absl::StatusOr<const Expr*> ExpressionParser::Unary(bool with_filters) {
  const Nesting nesting(&depth_);
  TESSERA_RETURN_IF_ERROR(CheckDepth());
  const Expr* expr = nullptr;
  if (tokens_.IsOperator("-") || tokens_.IsOperator("+")) {
    Expr* sign = New(tokens_.IsOperator("-") ? ExprKind::kNegative
                                             : ExprKind::kPositive);
    tokens_.Take();
    TESSERA_ASSIGN_OR_RETURN(const Expr* operand, Unary(false));
    sign->parts = {operand};
    expr = sign;
  } else {
    TESSERA_ASSIGN_OR_RETURN(expr, Primary());
  }
  TESSERA_ASSIGN_OR_RETURN(expr, Postfix(expr));
  return with_filters ? FiltersAndTests(expr) : expr;
}

}  // namespace tessera::jinja
