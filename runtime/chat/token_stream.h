// Tokens, taken one after another by a parser.
#ifndef RUNTIME_CHAT_TOKEN_STREAM_H_
#define RUNTIME_CHAT_TOKEN_STREAM_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/quoted.h"
#include "runtime/chat/lexer.h"

namespace tessera::jinja {

class TokenStream {
 public:
  // `tokens` end with kEnd.
  explicit TokenStream(std::vector<Token> tokens)
      : tokens_(std::move(tokens)) {}

  const Token& current() const { return tokens_[next_]; }
  const Token& ahead() const {
    return tokens_[next_ + 1 < tokens_.size() ? next_ + 1 : next_];
  }
  int line() const { return current().line; }

  Token Take() {
    const Token token = current();
    if (next_ + 1 < tokens_.size()) ++next_;
    return token;
  }

  bool IsName(absl::string_view name) const {
    return current().Is(TokenKind::kName, name);
  }
  bool IsOperator(absl::string_view op) const {
    return current().Is(TokenKind::kOperator, op);
  }
  bool SkipName(absl::string_view name) {
    return IsName(name) && (Take(), true);
  }
  bool SkipOperator(absl::string_view op) {
    return IsOperator(op) && (Take(), true);
  }

  absl::Status Expect(TokenKind kind) {
    if (current().kind != kind) return Unexpected();
    Take();
    return absl::OkStatus();
  }
  absl::Status ExpectOperator(absl::string_view op) {
    if (!SkipOperator(op)) return Unexpected(op);
    return absl::OkStatus();
  }

  absl::Status Error(absl::string_view message) const {
    return absl::InvalidArgumentError(
        absl::StrCat("line ", line(), ": ", message));
  }
  // For what is valid Jinja and not supported.
  absl::Status Refuse(absl::string_view what) const {
    return absl::UnimplementedError(
        absl::StrCat("line ", line(), ": ", what, " is not supported"));
  }
  absl::Status Unexpected(absl::string_view expected = "") const {
    std::string message = absl::StrCat("unexpected ", Spelled());
    if (!expected.empty()) {
      absl::StrAppend(&message, ", expected '", expected, "'");
    }
    return Error(message);
  }

 private:
  std::string Spelled() const {
    switch (current().kind) {
      case TokenKind::kEnd:
        return "end of the template";
      case TokenKind::kBlockEnd:
      case TokenKind::kVariableEnd:
        return "end of a tag";
      case TokenKind::kString:
        return absl::StrCat("string ", Quoted(current().text));
      default:
        return Quoted(current().text);
    }
  }

  const std::vector<Token> tokens_;
  size_t next_ = 0;
};

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_TOKEN_STREAM_H_
