// The source of a chat template as tokens.
#ifndef RUNTIME_CHAT_LEXER_H_
#define RUNTIME_CHAT_LEXER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera::jinja {

enum class TokenKind : uint8_t {
  kData,  // what is printed as it is
  kVariableBegin,
  kVariableEnd,
  kBlockBegin,
  kBlockEnd,
  kName,
  kString,   // text: what the literal means
  kInteger,  // text: as spelled, without underscores
  kFloat,
  kOperator,
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  int line = 0;
  std::string text;

  bool Is(TokenKind wanted, absl::string_view wanted_text) const {
    return kind == wanted && text == wanted_text;
  }
};

// Ends with kEnd. White space as with trim_blocks and lstrip_blocks, one line
// end at the end is left out, and other line ends become "\n"; comments and
// raw blocks are gone. InvalidArgument, with the line, for what is no template.
// The rules are those of jinja2/lexer.py.
absl::StatusOr<std::vector<Token>> Tokenize(absl::string_view source);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_LEXER_H_
