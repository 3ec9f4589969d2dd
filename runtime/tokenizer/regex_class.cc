#include "runtime/tokenizer/regex_class.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace tessera {
namespace {

constexpr int kMaxDepth = 32;

absl::Status NoTranslation(absl::string_view what) {
  return absl::UnimplementedError(
      absl::StrCat(Quoted(what), " has no translation for PCRE2"));
}

absl::Status NotClosed() {
  return absl::DataLossError("a character class has no ]");
}

// Takes up to `most` hexadecimal digits, at least one.
absl::StatusOr<char32_t> TakeHex(absl::string_view* rest, size_t least,
                                 size_t most) {
  char32_t value = 0;
  size_t size = 0;
  while (size < most && size < rest->size() &&
         absl::ascii_isxdigit(static_cast<unsigned char>((*rest)[size]))) {
    const char c = absl::ascii_tolower((*rest)[size++]);
    value =
        value * 16 + static_cast<char32_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  if (size < least || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) {
    return absl::DataLossError("an escape names no character");
  }
  rest->remove_prefix(size);
  return value;
}

// A class while it is read: a union of items that PCRE2 can list and of
// expressions for single characters that it cannot.
class ClassReader {
 public:
  explicit ClassReader(absl::string_view* rest, int depth)
      : rest_(*rest), depth_(depth) {}

  // The class behind "[".
  absl::Status Read() {
    negated_ = absl::ConsumePrefix(&rest_, "^");
    bool first = true;
    while (true) {
      if (rest_.empty()) return NotClosed();
      if (rest_[0] == ']' && !first) break;
      if (absl::ConsumePrefix(&rest_, "&&")) {
        EndOperand();
      } else {
        TESSERA_RETURN_IF_ERROR(ReadItem());
      }
      first = false;
    }
    rest_.remove_prefix(1);
    EndOperand();
    return absl::OkStatus();
  }

  bool IsPlainList() const {
    return !negated_ && operands_.size() == 1 && !plain_items_.empty();
  }
  const std::string& items() const { return plain_items_; }

  std::string Expression() const {
    if (operands_.size() == 1 && !plain_items_.empty()) {
      return absl::StrCat(negated_ ? "[^" : "[", plain_items_, "]");
    }
    // All operands must match; only the last takes the character.
    std::string all;
    for (size_t i = 0; i + 1 < operands_.size(); ++i) {
      absl::StrAppend(&all, "(?=", operands_[i], ")");
    }
    absl::StrAppend(&all, operands_.back());
    return negated_ ? absl::StrCat("(?:(?!", all, ")(?s:.))")
                    : absl::StrCat("(?:", all, ")");
  }

  absl::string_view rest() const { return rest_; }

 private:
  void EndOperand() {
    plain_items_ = others_.empty() ? items_ : "";
    if (others_.empty()) {
      // Nothing at all matches no character.
      operands_.push_back(items_.empty() ? "(?!)"
                                         : absl::StrCat("[", items_, "]"));
    } else {
      if (!items_.empty()) others_.push_back(absl::StrCat("[", items_, "]"));
      operands_.push_back(
          absl::StrCat("(?:", absl::StrJoin(others_, "|"), ")"));
    }
    items_.clear();
    others_.clear();
  }

  void Add(const RegexSet& set, bool negated) {
    if (!negated) {
      items_ += set.items;
    } else if (!set.negated.empty()) {
      items_ += set.negated;
    } else {
      others_.push_back(absl::StrCat("[^", set.items, "]"));
    }
  }

  absl::Status ReadItem() {
    if (absl::ConsumePrefix(&rest_, "[:")) return ReadBracket();
    if (absl::ConsumePrefix(&rest_, "[")) return ReadNested();
    if (rest_[0] == '\\' && rest_.size() > 1) {
      const char letter = rest_[1];
      if (letter == 'p' || letter == 'P') {
        rest_.remove_prefix(2);
        bool negated = letter == 'P';
        TESSERA_ASSIGN_OR_RETURN(const RegexSet set,
                                 TakeProperty(&rest_, &negated));
        Add(set, negated);
        return absl::OkStatus();
      }
      const auto set = LetterSet(absl::ascii_tolower(letter));
      if (set.has_value()) {
        rest_.remove_prefix(2);
        Add(*set, absl::ascii_isupper(static_cast<unsigned char>(letter)));
        return absl::OkStatus();
      }
    }
    return ReadRange();
  }

  // One character, or two with "-" between them.
  absl::Status ReadRange() {
    TESSERA_ASSIGN_OR_RETURN(const char32_t low, ReadChar());
    items_ += RegexChar(low);
    if (rest_.size() < 2 || rest_[0] != '-' || rest_[1] == ']' ||
        rest_[1] == '[' || absl::StartsWith(rest_, "-&&")) {
      return absl::OkStatus();
    }
    rest_.remove_prefix(1);
    TESSERA_ASSIGN_OR_RETURN(const char32_t high, ReadChar());
    if (high < low)
      return absl::DataLossError("a range of characters is empty");
    absl::StrAppend(&items_, "-", RegexChar(high));
    return absl::OkStatus();
  }

  absl::StatusOr<char32_t> ReadChar() {
    if (absl::ConsumePrefix(&rest_, "\\b")) return char32_t{8};
    if (!absl::ConsumePrefix(&rest_, "\\")) return TakeChar(&rest_);
    return TakeEscapedChar(&rest_);
  }

  absl::Status ReadBracket() {
    const bool negated = absl::ConsumePrefix(&rest_, "^");
    const absl::string_view name = rest_.substr(0, rest_.find(":]"));
    const auto set = BracketSet(name);
    if (!set.has_value() || name.size() == rest_.size()) {
      return NoTranslation(absl::StrCat("[:", name.substr(0, 20)));
    }
    rest_.remove_prefix(name.size() + 2);
    Add(*set, negated);
    return absl::OkStatus();
  }

  absl::Status ReadNested() {
    if (depth_ == kMaxDepth) return NoTranslation("[");
    ClassReader nested(&rest_, depth_ + 1);
    TESSERA_RETURN_IF_ERROR(nested.Read());
    rest_ = nested.rest();
    if (nested.IsPlainList()) {
      items_ += nested.items();
    } else {
      others_.push_back(nested.Expression());
    }
    return absl::OkStatus();
  }

  absl::string_view rest_;
  const int depth_;
  bool negated_ = false;
  std::string items_;                // of the operand being read
  std::vector<std::string> others_;  // of the operand being read
  std::vector<std::string> operands_;
  std::string plain_items_;  // of the last operand, if it has nothing else
};

}  // namespace

absl::StatusOr<std::string> TranslateClass(absl::string_view* rest) {
  rest->remove_prefix(1);
  ClassReader reader(rest, 0);
  TESSERA_RETURN_IF_ERROR(reader.Read());
  *rest = reader.rest();
  return reader.Expression();
}

absl::StatusOr<RegexSet> TakeProperty(absl::string_view* rest, bool* negated) {
  const size_t end = rest->find('}');
  if (rest->empty() || (*rest)[0] != '{' || end == absl::string_view::npos) {
    return NoTranslation("\\p without {...}");
  }
  absl::string_view name = rest->substr(1, end - 1);
  rest->remove_prefix(end + 1);
  if (absl::ConsumePrefix(&name, "^")) *negated = !*negated;
  for (const char c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '_' &&
        c != ' ' && c != '-') {
      return NoTranslation(absl::StrCat("\\p{", name, "}"));
    }
  }
  return PropertySet(name);
}

absl::StatusOr<char32_t> TakeEscapedChar(absl::string_view* rest) {
  if (rest->empty()) return absl::DataLossError("ends with a backslash");
  const absl::string_view at = *rest;
  if (absl::ConsumePrefix(rest, "x{")) {
    TESSERA_ASSIGN_OR_RETURN(const char32_t c, TakeHex(rest, 1, 8));
    if (!absl::ConsumePrefix(rest, "}")) return NoTranslation(at.substr(0, 12));
    return c;
  }
  if (absl::ConsumePrefix(rest, "x")) {
    TESSERA_ASSIGN_OR_RETURN(const char32_t c, TakeHex(rest, 1, 2));
    // Larger ones are bytes of a character.
    if (c >= 0x80) return NoTranslation(absl::StrCat("\\", at.substr(0, 3)));
    return c;
  }
  if (absl::ConsumePrefix(rest, "u")) return TakeHex(rest, 4, 4);
  constexpr std::pair<char, char32_t> kControls[] = {
      {'t', '\t'}, {'n', '\n'}, {'r', '\r'}, {'f', '\f'},
      {'v', '\v'}, {'a', '\a'}, {'e', 0x1B}};
  for (const auto& [letter, control] : kControls) {
    if (at[0] == letter) {
      rest->remove_prefix(1);
      return control;
    }
  }
  if (absl::ascii_isalnum(static_cast<unsigned char>(at[0]))) {
    return NoTranslation(absl::StrCat("\\", at.substr(0, 1)));
  }
  return TakeChar(rest);
}

absl::StatusOr<char32_t> TakeChar(absl::string_view* rest) {
  const size_t size = Utf8CharSize(*rest);
  if (size == 0) return absl::DataLossError("is not UTF-8");
  const char32_t c = DecodeUtf8(*rest, size);
  rest->remove_prefix(size);
  return c;
}

}  // namespace tessera
