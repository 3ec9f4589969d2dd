#include "runtime/chat/lexer.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "runtime/chat/characters.h"
#include "runtime/chat/number_token.h"
#include "runtime/chat/string_literal.h"

namespace tessera::jinja {
namespace {

constexpr absl::string_view kOperators[] = {
    "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[",
    "]",  "(",  ")",  "{",  "}",  ">",  "<", "=", ".", ":", "|", ",", ";"};

bool IsNameByte(char c) {
  return absl::ascii_isalnum(c) || c == '_' || static_cast<uint8_t>(c) >= 0x80;
}

std::string WithPlainLineEnds(absl::string_view source) {
  std::string result;
  result.reserve(source.size());
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] != '\r') {
      result.push_back(source[i]);
      continue;
    }
    result.push_back('\n');
    if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
  }
  if (!result.empty() && result.back() == '\n') result.pop_back();
  return result;
}

class Lexer {
 public:
  explicit Lexer(absl::string_view source) : source_(source) {}

  absl::StatusOr<std::vector<Token>> Run() {
    while (position_ < source_.size()) {
      const size_t tag = FindTag();
      if (tag == absl::string_view::npos) {
        Push(TokenKind::kData, source_.substr(position_));
        Advance(source_.size());
        break;
      }
      TESSERA_RETURN_IF_ERROR(ReadTag(tag));
    }
    Push(TokenKind::kEnd, "");
    return std::move(tokens_);
  }

 private:
  absl::string_view Rest() const { return source_.substr(position_); }

  absl::Status Error(absl::string_view message) const {
    return absl::InvalidArgumentError(
        absl::StrCat("line ", line_, ": ", message));
  }

  void Push(TokenKind kind, absl::string_view text) {
    if (kind == TokenKind::kData && text.empty()) return;
    tokens_.push_back({kind, line_, std::string(text)});
  }

  void Advance(size_t position) {
    line_ += static_cast<int>(std::count(source_.begin() + position_,
                                         source_.begin() + position, '\n'));
    position_ = position;
    line_starts_ = position > 0 && source_[position - 1] == '\n';
  }

  size_t FindTag() const {
    for (size_t at = position_;; ++at) {
      at = source_.find('{', at);
      if (at == absl::string_view::npos || at + 1 >= source_.size()) {
        return absl::string_view::npos;
      }
      const char next = source_[at + 1];
      if (next == '{' || next == '%' || next == '#') return at;
    }
  }

  // The text before a tag, as its sign and lstrip_blocks leave it.
  absl::string_view Stripped(absl::string_view text, char sign,
                             bool is_variable) const {
    if (sign == '-') return text.substr(0, text.size() - TrailingSpace(text));
    if (sign == '+' || is_variable) return text;
    const size_t line_end = text.rfind('\n');
    const size_t line = line_end == absl::string_view::npos ? 0 : line_end + 1;
    if (line == 0 && !line_starts_) return text;
    const absl::string_view last = text.substr(line);
    return LeadingSpace(last) == last.size() ? text.substr(0, line) : text;
  }

  static char SignAt(absl::string_view text, size_t at) {
    return at < text.size() && (text[at] == '-' || text[at] == '+') ? text[at]
                                                                    : 0;
  }

  absl::Status ReadTag(size_t tag) {
    const char kind = source_[tag + 1];
    const char sign = SignAt(source_, tag + 2);
    const absl::string_view data =
        Stripped(source_.substr(position_, tag - position_), sign, kind == '{');
    const size_t inner = tag + 2 + (sign == 0 ? 0 : 1);
    if (kind == '%') {
      if (const size_t end = RawBegin(inner)) return ReadRaw(data, end);
    }
    Push(TokenKind::kData, data);
    Advance(inner);
    if (kind == '#') return SkipComment();
    Push(kind == '{' ? TokenKind::kVariableBegin : TokenKind::kBlockBegin, "");
    return ReadCode(kind == '{' ? "}}" : "%}");
  }

  // The byte behind the end of a tag, whose last two bytes are at `end`, with
  // the space that it swallows. `trims`: one line end follows it into oblivion.
  size_t BehindTag(size_t end, char sign, bool trims) const {
    const size_t behind = end + 2;
    if (sign == '-') return behind + LeadingSpace(source_.substr(behind));
    const bool swallows = sign == 0 && trims && behind < source_.size() &&
                          source_[behind] == '\n';
    return swallows ? behind + 1 : behind;
  }

  absl::Status SkipComment() {
    const size_t end = source_.find("#}", position_);
    if (end == absl::string_view::npos) {
      return Error("a comment is not closed");
    }
    const char sign = end > position_ ? SignAt(source_, end - 1) : 0;
    Advance(BehindTag(end, sign, true));
    return absl::OkStatus();
  }

  // The byte behind "raw %}" if that is at `at`, else 0.
  size_t RawBegin(size_t at) const {
    absl::string_view text = source_.substr(at);
    text.remove_prefix(LeadingSpace(text));
    if (!absl::ConsumePrefix(&text, "raw")) return 0;
    text.remove_prefix(LeadingSpace(text));
    const bool strips = absl::ConsumePrefix(&text, "-");
    if (!absl::ConsumePrefix(&text, "%}")) return 0;
    if (strips) text.remove_prefix(LeadingSpace(text));
    return source_.size() - text.size();
  }

  absl::Status ReadRaw(absl::string_view data, size_t begin) {
    Push(TokenKind::kData, data);
    Advance(begin);
    for (size_t tag = position_;; ++tag) {
      tag = source_.find("{%", tag);
      if (tag == absl::string_view::npos) {
        return Error("a raw block is not closed");
      }
      const char sign = SignAt(source_, tag + 2);
      absl::string_view text = source_.substr(tag + 2 + (sign == 0 ? 0 : 1));
      text.remove_prefix(LeadingSpace(text));
      if (!absl::ConsumePrefix(&text, "endraw")) continue;
      text.remove_prefix(LeadingSpace(text));
      const size_t end = source_.size() - text.size();
      const char end_sign = SignAt(source_, end);
      if (!absl::StartsWith(text.substr(end_sign == 0 ? 0 : 1), "%}")) continue;
      Push(TokenKind::kData,
           Stripped(source_.substr(position_, tag - position_), sign, false));
      Advance(BehindTag(end + (end_sign == 0 ? 0 : 1), end_sign, true));
      return absl::OkStatus();
    }
  }

  // Whether the tag ends here; if so, reads its end.
  bool ReadEnd(absl::string_view end) {
    if (!open_.empty()) return false;
    const bool is_block = end == "%}";
    char sign = SignAt(source_, position_);
    if (sign == '+' && !is_block) sign = 0;
    const size_t at = position_ + (sign == 0 ? 0 : 1);
    if (!absl::StartsWith(source_.substr(at), end)) return false;
    Push(is_block ? TokenKind::kBlockEnd : TokenKind::kVariableEnd, "");
    Advance(BehindTag(at, sign, is_block));
    return true;
  }

  absl::Status ReadCode(absl::string_view end) {
    open_.clear();
    while (position_ < source_.size()) {
      if (ReadEnd(end)) return absl::OkStatus();
      if (const size_t space = LeadingSpace(Rest())) {
        Advance(position_ + space);
      } else {
        TESSERA_RETURN_IF_ERROR(ReadToken());
      }
    }
    return Error(
        absl::StrCat("the template ends within a tag, expected '", end, "'"));
  }

  void Take(TokenKind kind, size_t size, bool is_number) {
    Push(kind, Rest().substr(0, size));
    if (is_number) {
      std::string& text = tokens_.back().text;
      text.erase(std::remove(text.begin(), text.end(), '_'), text.end());
    }
    Advance(position_ + size);
  }

  absl::Status ReadToken() {
    const absl::string_view rest = Rest();
    const char c = rest[0];
    if (absl::ascii_isdigit(c)) {
      const bool behind_dot = position_ > 0 && source_[position_ - 1] == '.';
      const size_t size = behind_dot ? 0 : FloatTokenSize(rest);
      Take(size > 0 ? TokenKind::kFloat : TokenKind::kInteger,
           size > 0 ? size : IntegerTokenSize(rest), true);
      return absl::OkStatus();
    }
    if (IsNameByte(c)) {
      const auto end = std::find_if_not(rest.begin(), rest.end(), IsNameByte);
      Take(TokenKind::kName, end - rest.begin(), false);
      return absl::OkStatus();
    }
    if (c == '\'' || c == '"') return ReadString();
    for (const absl::string_view op : kOperators) {
      if (!absl::StartsWith(rest, op)) continue;
      TESSERA_RETURN_IF_ERROR(Balance(op[0]));
      Take(TokenKind::kOperator, op.size(), false);
      return absl::OkStatus();
    }
    return Error(absl::StrCat("unexpected ",
                              Quoted(rest.substr(0, CharacterSize(rest)))));
  }

  absl::Status ReadString() {
    const absl::string_view rest = Rest();
    size_t end = 1;
    while (end < rest.size() && rest[end] != rest[0]) {
      end += rest[end] == '\\' ? 2 : 1;
    }
    if (end >= rest.size()) return Error("a string is not closed");
    absl::StatusOr<std::string> text = UnescapeString(rest.substr(1, end - 1));
    if (!text.ok()) {
      return absl::Status(
          text.status().code(),
          absl::StrCat("line ", line_, ": ", text.status().message()));
    }
    Push(TokenKind::kString, *text);
    Advance(position_ + end + 1);
    return absl::OkStatus();
  }

  absl::Status Balance(char c) {
    if (c == '(' || c == '[' || c == '{') {
      open_.push_back(c == '(' ? ')' : c == '[' ? ']' : '}');
    } else if (c == ')' || c == ']' || c == '}') {
      if (open_.empty() || open_.back() != c) {
        return Error(absl::StrCat("unexpected '", std::string(1, c), "'"));
      }
      open_.pop_back();
    }
    return absl::OkStatus();
  }

  const absl::string_view source_;
  size_t position_ = 0;
  int line_ = 1;
  bool line_starts_ = true;
  std::string open_;  // the brackets that are to be closed
  std::vector<Token> tokens_;
};

}  // namespace

absl::StatusOr<std::vector<Token>> Tokenize(absl::string_view source) {
  const std::string text = WithPlainLineEnds(source);
  return Lexer(text).Run();
}

}  // namespace tessera::jinja
