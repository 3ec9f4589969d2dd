#include "formats/json/json_error_offset.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace tessera {
namespace {

// What may come next.
enum class Next {
  kValue,
  kValueOrEnd,  // after '['
  kKey,
  kKeyOrEnd,  // after '{'
  kColon,
  kCommaOrEnd,
  kNothing,
};

// No recursion: a hostile text may nest as deep as it is long.
class Scanner {
 public:
  explicit Scanner(absl::string_view text) : text_(text) {}

  std::optional<size_t> Run() {
    while (true) {
      while (!AtEnd() && absl::StrContains(" \t\n\r", Char())) ++at_;
      if (AtEnd()) break;
      if (next_ == Next::kNothing || !Take()) return at_;
    }
    if (next_ == Next::kNothing) return std::nullopt;
    return at_;
  }

 private:
  bool AtEnd() const { return at_ == text_.size(); }
  char Char() const { return text_[at_]; }

  bool Skip(char c) {
    if (AtEnd() || Char() != c) return false;
    ++at_;
    return true;
  }

  // One token. False with at_ at the first byte that is wrong.
  bool Take() {
    switch (next_) {
      case Next::kColon:
        next_ = Next::kValue;
        return Skip(':');
      case Next::kKeyOrEnd:
        if (Char() == '}') return Close();
        [[fallthrough]];
      case Next::kKey:
        next_ = Next::kColon;
        return String();
      case Next::kCommaOrEnd:
        if (!Skip(',')) return Close();
        next_ = open_.back() == '{' ? Next::kKey : Next::kValue;
        return true;
      case Next::kValueOrEnd:
        if (Char() == ']') return Close();
        [[fallthrough]];
      default:
        return Value();
    }
  }

  bool Value() {
    const char c = Char();
    if (c == '{' || c == '[') {
      open_.push_back(c);
      next_ = c == '{' ? Next::kKeyOrEnd : Next::kValueOrEnd;
      ++at_;
      return true;
    }
    AfterValue();
    switch (c) {
      case '"':
        return String();
      case 't':
        return Word("true");
      case 'f':
        return Word("false");
      case 'n':
        return Word("null");
      case 'N':
        return Word("NaN");
      case 'I':
        return Word("Infinity");
      default:
        return Number();
    }
  }

  bool Close() {
    if (!Skip(open_.back() == '{' ? '}' : ']')) return false;
    open_.pop_back();
    AfterValue();
    return true;
  }

  void AfterValue() {
    next_ = open_.empty() ? Next::kNothing : Next::kCommaOrEnd;
  }

  bool Word(absl::string_view word) {
    for (const char c : word) {
      if (!Skip(c)) return false;
    }
    return true;
  }

  bool Digits() {
    const size_t begin = at_;
    while (!AtEnd() && absl::ascii_isdigit(Char())) ++at_;
    return at_ > begin;
  }

  bool Number() {
    Skip('-');
    if (!AtEnd() && Char() == 'I') return Word("Infinity");
    if (!Skip('0') && !Digits()) return false;
    if (Skip('.') && !Digits()) return false;
    if (!Skip('e') && !Skip('E')) return true;
    if (!Skip('+')) Skip('-');
    return Digits();
  }

  bool String() {
    if (!Skip('"')) return false;
    while (!AtEnd() && static_cast<unsigned char>(Char()) >= 0x20) {
      if (Skip('"')) return true;
      if (!Skip('\\')) {
        ++at_;
      } else if (!Escape()) {
        return false;
      }
    }
    return false;
  }

  // What follows a backslash.
  bool Escape() {
    if (!Skip('u')) {
      if (AtEnd() || !absl::StrContains("\"\\/bfnrt", Char())) return false;
      ++at_;
      return true;
    }
    for (int i = 0; i < 4; ++i) {
      if (AtEnd() || !absl::ascii_isxdigit(Char())) return false;
      ++at_;
    }
    return true;
  }

  const absl::string_view text_;
  size_t at_ = 0;
  Next next_ = Next::kValue;
  std::string open_;  // brackets
};

}  // namespace

std::optional<size_t> JsonErrorOffset(absl::string_view text) {
  return Scanner(text).Run();
}

}  // namespace tessera
