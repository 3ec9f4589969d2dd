#include "runtime/tokenizer/regex_translation.h"

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "runtime/tokenizer/regex_class.h"
#include "runtime/tokenizer/regex_property.h"

namespace tessera {
namespace {

constexpr size_t kNone = ~size_t{0};
constexpr size_t kMaxDepth = 128;

absl::Status NoTranslation(absl::string_view what) {
  return absl::UnimplementedError(
      absl::StrCat(Quoted(what), " has no translation for PCRE2"));
}

class Translator {
 public:
  explicit Translator(absl::string_view expression) : rest_(expression) {}

  absl::StatusOr<std::string> Translate() {
    groups_.push_back({});
    while (!rest_.empty()) TESSERA_RETURN_IF_ERROR(TakeOne());
    if (groups_.size() != 1) return absl::DataLossError("a group has no )");
    out_.append(groups_.back().options, ')');
    return out_;
  }

 private:
  struct Group {
    size_t begin = 0;    // in out_
    size_t options = 0;  // groups to close with it, opened by (?i)
  };

  // A part that a quantifier may follow.
  void Append(absl::string_view part) {
    atom_ = out_.size();
    quantified_ = false;
    absl::StrAppend(&out_, part);
  }

  absl::Status TakeOne() {
    switch (rest_[0]) {
      case '\\':
        return TakeEscape();
      case '[': {
        TESSERA_ASSIGN_OR_RETURN(const std::string set, TranslateClass(&rest_));
        Append(set);
        return absl::OkStatus();
      }
      case '(':
        return TakeGroup();
      case ')':
        return TakeGroupEnd();
      case '*':
      case '+':
      case '?':
        return TakeQuantifier(1, rest_.substr(0, 1), true);
      case '{':
        return TakeInterval();
      case '|':
      case '^':
      case '$':
        Append(rest_.substr(0, 1));
        atom_ = kNone;
        rest_.remove_prefix(1);
        return absl::OkStatus();
      case '.':
        Append(".");
        rest_.remove_prefix(1);
        return absl::OkStatus();
      default: {
        TESSERA_ASSIGN_OR_RETURN(const char32_t c, TakeChar(&rest_));
        Append(RegexChar(c));
        return absl::OkStatus();
      }
    }
  }

  // A quantifier of `size` bytes, which is `quantifier` in PCRE2. If
  // `may_be_possessive`, "+" behind it makes it so.
  absl::Status TakeQuantifier(size_t size, absl::string_view quantifier,
                              bool may_be_possessive) {
    if (atom_ == kNone) return absl::DataLossError("nothing to repeat");
    rest_.remove_prefix(size);
    // PCRE2 takes one quantifier only, and "{1,3}+" as one.
    if (quantified_) {
      out_.insert(atom_, "(?:");
      out_ += ')';
    }
    absl::StrAppend(&out_, quantifier);
    if (absl::ConsumePrefix(&rest_, "?")) {
      out_ += '?';
    } else if (may_be_possessive && absl::ConsumePrefix(&rest_, "+")) {
      out_ += '+';
    }
    quantified_ = true;
    return absl::OkStatus();
  }

  // "{2}", "{2,}", "{2,3}", "{,3}"; anything else is text.
  absl::Status TakeInterval() {
    size_t size = 1;
    const auto digits = [&] {
      const size_t begin = size;
      while (size < rest_.size() &&
             absl::ascii_isdigit(static_cast<unsigned char>(rest_[size]))) {
        ++size;
      }
      return rest_.substr(begin, size - begin);
    };
    const absl::string_view low = digits();
    const bool comma = size < rest_.size() && rest_[size] == ',';
    if (comma) ++size;
    const absl::string_view high = comma ? digits() : low;
    if (size == rest_.size() || rest_[size] != '}' ||
        (low.empty() && high.empty())) {
      rest_.remove_prefix(1);
      Append("\\{");
      return absl::OkStatus();
    }
    ++size;
    if (!comma && absl::StartsWith(rest_.substr(size), "?")) {
      // Not lazy: all of it, or nothing.
      TESSERA_RETURN_IF_ERROR(
          TakeQuantifier(size, absl::StrCat("{", low, "}"), false, false));
      return absl::OkStatus();
    }
    const std::string interval =
        comma ? absl::StrCat("{", low.empty() ? "0" : low, ",", high, "}")
              : absl::StrCat("{", low, "}");
    return TakeQuantifier(size, interval, false);
  }

  absl::Status TakeQuantifier(size_t size, absl::string_view quantifier,
                              bool may_be_possessive, bool may_be_lazy) {
    if (may_be_lazy) {
      return TakeQuantifier(size, quantifier, may_be_possessive);
    }
    const absl::string_view behind = rest_.substr(size);
    rest_ = rest_.substr(0, size);
    const absl::Status status =
        TakeQuantifier(size, quantifier, may_be_possessive);
    rest_ = behind;
    return status;
  }

  absl::Status TakeGroup() {
    if (groups_.size() == kMaxDepth) return NoTranslation("(");
    const absl::string_view at = rest_;
    rest_.remove_prefix(1);
    if (absl::StartsWith(rest_, "*")) return NoTranslation(at.substr(0, 2));
    if (!absl::ConsumePrefix(&rest_, "?")) {
      OpenGroup("(");
      return absl::OkStatus();
    }
    if (absl::ConsumePrefix(&rest_, "#")) {
      const size_t end = rest_.find(')');
      if (end == absl::string_view::npos) {
        return absl::DataLossError("a comment has no )");
      }
      rest_.remove_prefix(end + 1);
      return absl::OkStatus();
    }
    for (const absl::string_view kind : {":", "=", "!", ">", "<=", "<!"}) {
      if (absl::ConsumePrefix(&rest_, kind)) {
        OpenGroup(absl::StrCat("(?", kind));
        return absl::OkStatus();
      }
    }
    if (absl::ConsumePrefix(&rest_, "<")) {
      const size_t end = rest_.find('>');
      if (end == absl::string_view::npos) return NoTranslation("(?<");
      rest_.remove_prefix(end + 1);
      OpenGroup("(?:");
      return absl::OkStatus();
    }
    return TakeOptions(at);
  }

  void OpenGroup(absl::string_view opening) {
    groups_.push_back({out_.size(), 0});
    absl::StrAppend(&out_, opening);
    atom_ = kNone;
  }

  // "(?i:...)", or "(?i)" to the end of the group around it.
  absl::Status TakeOptions(absl::string_view at) {
    std::string opening = "(?";
    while (!rest_.empty() && rest_[0] != ':' && rest_[0] != ')') {
      const char letter = rest_[0];
      if (letter != 'i' && letter != 'm' && letter != '-') {
        return NoTranslation(at.substr(0, at.size() - rest_.size() + 1));
      }
      opening += letter == 'm' ? 's' : letter;
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) return absl::DataLossError("a group has no )");
    const bool isolated = rest_[0] == ')';
    rest_.remove_prefix(1);
    opening += ':';
    if (!isolated) {
      OpenGroup(opening);
      return absl::OkStatus();
    }
    ++groups_.back().options;
    out_ += opening;
    atom_ = kNone;
    return absl::OkStatus();
  }

  absl::Status TakeGroupEnd() {
    if (groups_.size() == 1) return absl::DataLossError("a ) has no group");
    rest_.remove_prefix(1);
    out_.append(groups_.back().options + 1, ')');
    atom_ = groups_.back().begin;
    quantified_ = false;
    groups_.pop_back();
    return absl::OkStatus();
  }

  absl::Status TakeEscape() {
    if (rest_.size() < 2) return absl::DataLossError("ends with a backslash");
    const absl::string_view at = rest_.substr(0, 2);
    const char letter = rest_[1];
    rest_.remove_prefix(1);
    if (letter == 'p' || letter == 'P') {
      rest_.remove_prefix(1);
      bool negated = letter == 'P';
      TESSERA_ASSIGN_OR_RETURN(const RegexSet set,
                               TakeProperty(&rest_, &negated));
      Append(OneOf(OutsideClass(set), negated));
      return absl::OkStatus();
    }
    if (const auto set = LetterSet(absl::ascii_tolower(letter))) {
      rest_.remove_prefix(1);
      Append(OneOf(OutsideClass(*set),
                   absl::ascii_isupper(static_cast<unsigned char>(letter))));
      return absl::OkStatus();
    }
    if (const auto translation = TranslateAssertion(letter)) {
      rest_.remove_prefix(1);
      Append(*translation);
      return absl::OkStatus();
    }
    if ('1' <= letter && letter <= '9') {
      rest_.remove_prefix(1);
      Append(absl::StrCat("(?:", at, ")"));
      return absl::OkStatus();
    }
    TESSERA_ASSIGN_OR_RETURN(const char32_t c, TakeEscapedChar(&rest_));
    Append(RegexChar(c));
    return absl::OkStatus();
  }

  absl::string_view rest_;
  std::string out_;
  std::vector<Group> groups_;
  size_t atom_ = kNone;      // in out_, where what a quantifier repeats starts
  bool quantified_ = false;  // it has a quantifier already
};

}  // namespace

absl::StatusOr<std::string> TranslateOniguruma(absl::string_view expression) {
  return Translator(expression).Translate();
}

}  // namespace tessera
