// A chat template, parsed.
#ifndef RUNTIME_CHAT_SYNTAX_H_
#define RUNTIME_CHAT_SYNTAX_H_

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "runtime/chat/value.h"

namespace tessera::jinja {

struct Expr;
struct Stmt;
using Block = std::vector<const Stmt*>;

enum class ExprKind : uint8_t {
  kConstant,
  kName,
  kAttribute,  // parts: object
  kItem,       // parts: object, key
  kSlice,      // parts: object, start, stop, step; null where left out
  kCall,       // parts: callee
  kFilter,     // parts: input; null in a filter block
  kTest,       // parts: input
  kNegative,
  kPositive,
  kNot,
  kArithmetic,  // operation; two parts
  kConcat,      // a ~ b ~ c
  kCompare,     // parts; comparisons between them
  kAnd,
  kOr,
  kConditional,  // parts: condition, then, else; the last may be null
  kList,
  kTuple,
  kDict,  // parts: key, value, key, value
};

enum class Arithmetic : uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kFloorDiv,
  kMod,
  kPow
};
enum class Comparison : uint8_t { kEq, kNe, kLt, kLe, kGt, kGe, kIn, kNotIn };

struct CallSyntax {
  std::vector<const Expr*> positional;
  std::vector<std::pair<std::string, const Expr*>> named;
  const Expr* star = nullptr;       // *arguments
  const Expr* star_star = nullptr;  // **arguments
};

struct Expr {
  ExprKind kind;
  int line;
  std::string name;  // of a name, attribute, filter or test
  Value constant;
  Arithmetic arithmetic = Arithmetic::kAdd;
  std::vector<const Expr*> parts;
  std::vector<Comparison> comparisons;
  CallSyntax call;  // of a call, filter or test
};

enum class StmtKind : uint8_t {
  kData,
  kOutput,       // expr
  kIf,           // branches, and body: else
  kFor,          // target, expr, filter; body, else_body
  kSet,          // target = expr
  kSetBlock,     // target = body, through the filters in expr, if any
  kWith,         // assignments; body
  kMacro,        // name, parameters, body
  kCallBlock,    // expr, with the macro caller(parameters) of body
  kFilterBlock,  // expr: filters; body
  kGeneration,   // body
  kBreak,
  kContinue,
};

struct Parameter {
  std::string name;
  const Expr* standard = nullptr;  // its default
};

struct Branch {
  const Expr* condition;
  Block body;
};

struct Stmt {
  StmtKind kind = StmtKind::kData;
  int line = 0;
  std::string text;              // of data; the name of a macro
  const Expr* target = nullptr;  // a name, ns.attribute, or a tuple of them
  const Expr* expr = nullptr;
  const Expr* filter = nullptr;
  bool recursive = false;
  // Whether a macro's body names them, and so takes such arguments.
  bool uses_varargs = false;
  bool uses_kwargs = false;
  bool uses_caller = false;
  std::vector<Parameter> parameters;
  std::vector<std::pair<const Expr*, const Expr*>> assignments;
  std::vector<Branch> branches;
  Block body;
  Block else_body;
};

// Owns all nodes; they refer to each other by address.
struct Syntax {
  std::deque<Expr> exprs;
  std::deque<Stmt> stmts;
  Block root;
};

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_SYNTAX_H_
