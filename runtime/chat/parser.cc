#include "runtime/chat/parser.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "runtime/chat/expression_parser.h"
#include "runtime/chat/lexer.h"
#include "runtime/chat/token_stream.h"

namespace tessera::jinja {
namespace {

// Statements of Jinja that a chat template has no use for.
constexpr absl::string_view kRefused[] = {"extends", "include", "import",
                                          "from",    "block",   "autoescape",
                                          "do",      "trans",   "debug"};

class Parser {
 public:
  Parser(std::vector<Token> tokens, Syntax* syntax)
      : tokens_(std::move(tokens)),
        syntax_(*syntax),
        expressions_(&tokens_, syntax) {}

  absl::Status Run() { return Body({}, &syntax_.root); }

 private:
  using Names = absl::Span<const absl::string_view>;

  Stmt* New(StmtKind kind) {
    Stmt& statement = syntax_.stmts.emplace_back();
    statement.kind = kind;
    statement.line = tokens_.line();
    return &statement;
  }

  // Statements up to a tag that begins with one of `ends`, whose begin is
  // taken; or to the end of the template if there are none.
  absl::Status Body(Names ends, Block* body) {
    const ExpressionParser::Nesting nesting(expressions_.depth());
    TESSERA_RETURN_IF_ERROR(expressions_.CheckDepth());
    const int begin = tokens_.line();
    while (true) {
      switch (tokens_.current().kind) {
        case TokenKind::kEnd:
          if (ends.empty()) return absl::OkStatus();
          return absl::InvalidArgumentError(
              absl::StrCat("line ", begin, ": the template ends before '",
                           ends.back(), "'"));
        case TokenKind::kData: {
          Stmt* data = New(StmtKind::kData);
          data->text = tokens_.Take().text;
          body->push_back(data);
          break;
        }
        case TokenKind::kVariableBegin:
          tokens_.Take();
          TESSERA_RETURN_IF_ERROR(Output(TokenKind::kVariableEnd, body));
          break;
        default:
          TESSERA_RETURN_IF_ERROR(tokens_.Expect(TokenKind::kBlockBegin));
          if (std::any_of(ends.begin(), ends.end(), [&](absl::string_view end) {
                return tokens_.IsName(end);
              })) {
            return absl::OkStatus();
          }
          TESSERA_RETURN_IF_ERROR(Statement(body));
      }
    }
  }

  absl::Status Output(TokenKind end, Block* body) {
    Stmt* output = New(StmtKind::kOutput);
    TESSERA_ASSIGN_OR_RETURN(output->expr,
                             expressions_.ExpressionOrTuple(true));
    body->push_back(output);
    return tokens_.Expect(end);
  }

  // A body and the tag {% end %} behind it.
  absl::Status BodyAndEnd(absl::string_view end, Block* body) {
    TESSERA_RETURN_IF_ERROR(tokens_.Expect(TokenKind::kBlockEnd));
    TESSERA_RETURN_IF_ERROR(Body({end}, body));
    tokens_.Take();
    return tokens_.Expect(TokenKind::kBlockEnd);
  }

  absl::Status Statement(Block* body) {
    using Parse = absl::Status (Parser::*)(Stmt*);
    struct Known {
      absl::string_view name;
      StmtKind kind;
      Parse parse;
    };
    static constexpr Known kKnown[] = {
        {"if", StmtKind::kIf, &Parser::If},
        {"for", StmtKind::kFor, &Parser::For},
        {"set", StmtKind::kSet, &Parser::Set},
        {"with", StmtKind::kWith, &Parser::With},
        {"macro", StmtKind::kMacro, &Parser::Macro},
        {"call", StmtKind::kCallBlock, &Parser::CallBlock},
        {"filter", StmtKind::kFilterBlock, &Parser::FilterBlock},
        {"generation", StmtKind::kGeneration, &Parser::Generation},
        {"break", StmtKind::kBreak, &Parser::LeaveLoop},
        {"continue", StmtKind::kContinue, &Parser::LeaveLoop}};
    if (tokens_.current().kind != TokenKind::kName) return tokens_.Unexpected();
    const std::string name = tokens_.current().text;
    for (const Known& known : kKnown) {
      if (name != known.name) continue;
      Stmt* statement = New(known.kind);
      tokens_.Take();
      body->push_back(statement);
      return (this->*known.parse)(statement);
    }
    if (tokens_.SkipName("print")) return Output(TokenKind::kBlockEnd, body);
    if (std::find(std::begin(kRefused), std::end(kRefused), name) !=
        std::end(kRefused)) {
      return tokens_.Refuse(absl::StrCat("the statement '", name, "'"));
    }
    return tokens_.Error(absl::StrCat("unknown statement ", Quoted(name)));
  }

  absl::Status If(Stmt* statement) {
    while (true) {
      Branch branch;
      TESSERA_ASSIGN_OR_RETURN(branch.condition,
                               expressions_.ExpressionOrTuple(false));
      TESSERA_RETURN_IF_ERROR(tokens_.Expect(TokenKind::kBlockEnd));
      TESSERA_RETURN_IF_ERROR(Body({"elif", "else", "endif"}, &branch.body));
      statement->branches.push_back(std::move(branch));
      if (tokens_.SkipName("elif")) continue;
      if (tokens_.SkipName("else"))
        return BodyAndEnd("endif", &statement->body);
      tokens_.Take();
      return tokens_.Expect(TokenKind::kBlockEnd);
    }
  }

  absl::Status For(Stmt* statement) {
    TESSERA_ASSIGN_OR_RETURN(statement->target, expressions_.Target(false));
    if (!tokens_.SkipName("in")) return tokens_.Unexpected("in");
    TESSERA_ASSIGN_OR_RETURN(statement->expr,
                             expressions_.ExpressionOrTuple(false));
    if (tokens_.SkipName("if")) {
      TESSERA_ASSIGN_OR_RETURN(statement->filter, expressions_.Expression());
    }
    statement->recursive = tokens_.SkipName("recursive");
    TESSERA_RETURN_IF_ERROR(tokens_.Expect(TokenKind::kBlockEnd));
    ++loops_;
    TESSERA_RETURN_IF_ERROR(Body({"else", "endfor"}, &statement->body));
    --loops_;
    if (tokens_.SkipName("else")) {
      return BodyAndEnd("endfor", &statement->else_body);
    }
    tokens_.Take();
    return tokens_.Expect(TokenKind::kBlockEnd);
  }

  absl::Status LeaveLoop(Stmt*) {
    if (loops_ == 0) return tokens_.Error("this stands outside of any loop");
    return tokens_.Expect(TokenKind::kBlockEnd);
  }

  absl::Status Set(Stmt* statement) {
    TESSERA_ASSIGN_OR_RETURN(statement->target, expressions_.Target(true));
    if (tokens_.SkipOperator("=")) {
      TESSERA_ASSIGN_OR_RETURN(statement->expr,
                               expressions_.ExpressionOrTuple(true));
      return tokens_.Expect(TokenKind::kBlockEnd);
    }
    statement->kind = StmtKind::kSetBlock;
    TESSERA_ASSIGN_OR_RETURN(statement->expr, expressions_.Filters(false));
    return BodyAndEnd("endset", &statement->body);
  }

  absl::Status With(Stmt* statement) {
    while (tokens_.current().kind != TokenKind::kBlockEnd) {
      if (!statement->assignments.empty()) {
        TESSERA_RETURN_IF_ERROR(tokens_.ExpectOperator(","));
      }
      TESSERA_ASSIGN_OR_RETURN(const Expr* target, expressions_.Target(false));
      TESSERA_RETURN_IF_ERROR(tokens_.ExpectOperator("="));
      TESSERA_ASSIGN_OR_RETURN(const Expr* value, expressions_.Expression());
      statement->assignments.emplace_back(target, value);
    }
    return BodyAndEnd("endwith", &statement->body);
  }

  absl::Status Signature(Stmt* statement) {
    TESSERA_RETURN_IF_ERROR(tokens_.ExpectOperator("("));
    while (!tokens_.SkipOperator(")")) {
      if (!statement->parameters.empty()) {
        TESSERA_RETURN_IF_ERROR(tokens_.ExpectOperator(","));
      }
      if (tokens_.current().kind != TokenKind::kName) {
        return tokens_.Unexpected();
      }
      Parameter parameter;
      parameter.name = tokens_.Take().text;
      if (tokens_.SkipOperator("=")) {
        TESSERA_ASSIGN_OR_RETURN(parameter.standard, expressions_.Expression());
      } else if (!statement->parameters.empty() &&
                 statement->parameters.back().standard != nullptr) {
        return tokens_.Error(
            "a parameter without default follows one that has one");
      }
      statement->parameters.push_back(std::move(parameter));
    }
    return absl::OkStatus();
  }

  // A body of its own, in which no loop outside of it can be left.
  absl::Status MacroBody(Stmt* statement, absl::string_view end) {
    const int loops = std::exchange(loops_, 0);
    const size_t first = syntax_.exprs.size();
    TESSERA_RETURN_IF_ERROR(BodyAndEnd(end, &statement->body));
    loops_ = loops;
    for (size_t i = first; i < syntax_.exprs.size(); ++i) {
      if (syntax_.exprs[i].kind != ExprKind::kName) continue;
      const std::string& name = syntax_.exprs[i].name;
      statement->uses_varargs |= name == "varargs";
      statement->uses_kwargs |= name == "kwargs";
      statement->uses_caller |= name == "caller";
    }
    return absl::OkStatus();
  }

  absl::Status Macro(Stmt* statement) {
    if (tokens_.current().kind != TokenKind::kName) return tokens_.Unexpected();
    statement->text = tokens_.Take().text;
    TESSERA_RETURN_IF_ERROR(Signature(statement));
    return MacroBody(statement, "endmacro");
  }

  absl::Status CallBlock(Stmt* statement) {
    if (tokens_.IsOperator("(")) TESSERA_RETURN_IF_ERROR(Signature(statement));
    TESSERA_ASSIGN_OR_RETURN(statement->expr, expressions_.Expression());
    if (statement->expr->kind != ExprKind::kCall) {
      return tokens_.Error("a call block needs a call");
    }
    statement->text = "caller";
    return MacroBody(statement, "endcall");
  }

  absl::Status FilterBlock(Stmt* statement) {
    TESSERA_ASSIGN_OR_RETURN(statement->expr, expressions_.Filters(true));
    return BodyAndEnd("endfilter", &statement->body);
  }

  absl::Status Generation(Stmt* statement) {
    return MacroBody(statement, "endgeneration");
  }

  TokenStream tokens_;
  Syntax& syntax_;
  ExpressionParser expressions_;
  int loops_ = 0;  // around what is being parsed
};

}  // namespace

absl::StatusOr<std::unique_ptr<const Syntax>> ParseTemplate(
    absl::string_view source) {
  TESSERA_ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(source));
  auto syntax = std::make_unique<Syntax>();
  TESSERA_RETURN_IF_ERROR(Parser(std::move(tokens), syntax.get()).Run());
  return syntax;
}

}  // namespace tessera::jinja
