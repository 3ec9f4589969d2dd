#include "runtime/tokenizer/split_rules.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "runtime/tokenizer/spelling_rules.h"
#include "runtime/tokenizer/unicode_class.h"

namespace tessera {
namespace {

constexpr char kGpt2[] =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

// At the matches of a regular expression.
class RegexRule : public SplitRule {
 public:
  RegexRule(std::unique_ptr<Regex> regex, SplitStep::Behavior behavior,
            bool invert)
      : regex_(std::move(regex)), behavior_(behavior), invert_(invert) {}

  void Split(const Piece& piece, SplitScratch* scratch,
             OnPiece on_piece) const override {
    if (scratch->is_utf8) return SplitUtf8(piece, scratch, on_piece);
    Piece rest = piece;
    while (!rest.text.empty()) {
      const size_t size = Utf8PrefixSize(rest.text);
      if (size > 0) {
        SplitUtf8({rest.text.substr(0, size), rest.starts_text}, scratch,
                  on_piece);
        rest.starts_text = false;
      }
      rest.text.remove_prefix(size);
      const size_t invalid = InvalidPrefixSize(rest.text);
      if (invalid > 0) {
        on_piece({rest.text.substr(0, invalid), rest.starts_text});
        rest.starts_text = false;
      }
      rest.text.remove_prefix(invalid);
    }
  }

 private:
  void SplitUtf8(const Piece& piece, SplitScratch* scratch,
                 OnPiece on_piece) const {
    BehaviorSplitter splitter(behavior_, piece, on_piece);
    size_t position = 0;
    regex_->ForEachMatch(piece.text, &scratch->regex,
                         [&](size_t begin, size_t end) {
                           if (position != begin) {
                             splitter.Add(position, begin, invert_);
                           }
                           splitter.Add(begin, end, !invert_);
                           position = end;
                         });
    if (position != piece.text.size()) {
      splitter.Add(position, piece.text.size(), invert_);
    }
    splitter.Finish();
  }

  const std::unique_ptr<Regex> regex_;
  const SplitStep::Behavior behavior_;
  const bool invert_;
};

// At a text.
class LiteralRule : public SplitRule {
 public:
  LiteralRule(std::string text, SplitStep::Behavior behavior, bool invert)
      : text_(std::move(text)), behavior_(behavior), invert_(invert) {}

  void Split(const Piece& piece, SplitScratch*,
             OnPiece on_piece) const override {
    BehaviorSplitter splitter(behavior_, piece, on_piece);
    size_t position = 0;
    while (position < piece.text.size()) {
      const size_t match =
          std::min(piece.text.find(text_, position), piece.text.size());
      if (match != position) splitter.Add(position, match, invert_);
      position = std::min(match + text_.size(), piece.text.size());
      if (match != position) splitter.Add(match, position, !invert_);
    }
    splitter.Finish();
  }

 private:
  const std::string text_;
  const SplitStep::Behavior behavior_;
  const bool invert_;
};

// At characters of a set.
class CharRule : public SplitRule {
 public:
  CharRule(bool (*is_match)(char32_t), SplitStep::Behavior behavior)
      : is_match_(is_match), behavior_(behavior) {}

  void Split(const Piece& piece, SplitScratch*,
             OnPiece on_piece) const override {
    BehaviorSplitter splitter(behavior_, piece, on_piece);
    size_t between = 0;
    for (size_t begin = 0; begin < piece.text.size();) {
      const absl::string_view rest = piece.text.substr(begin);
      const size_t char_size = Utf8CharSize(rest);
      const size_t end = begin + std::max<size_t>(char_size, 1);
      if (char_size > 0 && is_match_(DecodeUtf8(rest, char_size))) {
        if (between < begin) splitter.Add(between, begin, false);
        splitter.Add(begin, end, true);
        between = end;
      }
      begin = end;
    }
    if (between < piece.text.size()) {
      splitter.Add(between, piece.text.size(), false);
    }
    splitter.Finish();
  }

 private:
  bool (*const is_match_)(char32_t);
  const SplitStep::Behavior behavior_;
};

// Into runs of word characters and runs of others; white space is removed.
class WordRule : public SplitRule {
 public:
  void Split(const Piece& piece, SplitScratch*,
             OnPiece on_piece) const override {
    enum class Kind { kSpace, kWord, kOther };
    Kind run_kind = Kind::kSpace;
    size_t run = 0;
    const auto end_run = [&](size_t end) {
      if (run_kind != Kind::kSpace && run < end) {
        on_piece(
            {piece.text.substr(run, end - run), piece.starts_text && run == 0});
      }
      run = end;
    };
    for (size_t begin = 0; begin < piece.text.size();) {
      const absl::string_view rest = piece.text.substr(begin);
      const size_t size = Utf8CharSize(rest);
      const char32_t c = size == 0 ? 0 : DecodeUtf8(rest, size);
      const Kind kind = IsWhitespace(c) ? Kind::kSpace
                        : IsWord(c)     ? Kind::kWord
                                        : Kind::kOther;
      if (kind != run_kind) end_run(begin);
      run_kind = kind;
      begin += std::max<size_t>(size, 1);
    }
    end_run(piece.text.size());
  }
};

// Where the script changes. A space has none; text before the first character
// that has one is dropped, as in the Rust library.
class ScriptRule : public SplitRule {
 public:
  void Split(const Piece& piece, SplitScratch*,
             OnPiece on_piece) const override {
    constexpr int kNone = -1;
    int last = kNone;
    size_t run = piece.text.size();
    const auto end_run = [&](size_t end) {
      if (run < end) {
        on_piece(
            {piece.text.substr(run, end - run), piece.starts_text && run == 0});
      }
      run = end;
    };
    for (size_t begin = 0; begin < piece.text.size();) {
      const absl::string_view rest = piece.text.substr(begin);
      const size_t size = Utf8CharSize(rest);
      const int script = size == 0 ? kNone : ScriptOf(DecodeUtf8(rest, size));
      if (script != kNone && script != last) end_run(begin);
      if (script != kNone) last = script;
      begin += std::max<size_t>(size, 1);
    }
    end_run(piece.text.size());
  }
};

// Text that stands for itself in a split: one or more characters of UTF-8.
absl::Status CheckText(absl::string_view text, bool one_character) {
  const bool good = one_character ? !text.empty() && text.size() <= 4 &&
                                        Utf8CharSize(text) == text.size()
                                  : Utf8PrefixSize(text) == text.size();
  return good ? absl::OkStatus()
              : absl::DataLossError(
                    "tokenizer: a text to split at is not UTF-8, or not one "
                    "character");
}

absl::Status CheckBehavior(int behavior) {
  if (behavior >= SplitStep::ISOLATED && behavior <= SplitStep::CONTIGUOUS) {
    return absl::OkStatus();
  }
  return absl::UnimplementedError(
      "tokenizer: a behavior of a split that is not known");
}

using Rules = std::vector<std::unique_ptr<SplitRule>>;

absl::Status AppendPattern(const SplitStep::Pattern& step, Rules* rules) {
  TESSERA_RETURN_IF_ERROR(CheckBehavior(step.behavior()));
  if (step.is_regex() || step.text().empty()) {
    TESSERA_ASSIGN_OR_RETURN(auto regex, Regex::Create(step.text()));
    rules->push_back(std::make_unique<RegexRule>(
        std::move(regex), step.behavior(), step.invert()));
    return absl::OkStatus();
  }
  TESSERA_RETURN_IF_ERROR(CheckText(step.text(), false));
  rules->push_back(std::make_unique<LiteralRule>(step.text(), step.behavior(),
                                                 step.invert()));
  return absl::OkStatus();
}

absl::Status AppendByteLevelRules(const SplitStep::ByteLevel& step,
                                  Rules* rules) {
  if (step.add_prefix_space()) {
    rules->push_back(MakePrefixSpaceRule());
  }
  if (step.use_regex()) {
    TESSERA_ASSIGN_OR_RETURN(auto regex, Regex::Create(kGpt2));
    rules->push_back(std::make_unique<RegexRule>(std::move(regex),
                                                 SplitStep::ISOLATED, false));
  }
  rules->push_back(MakeByteLevelRule());
  return absl::OkStatus();
}

absl::Status AppendMetaspace(const SplitStep::Metaspace& step, Rules* rules) {
  TESSERA_RETURN_IF_ERROR(CheckText(step.replacement(), true));
  if (step.prepend_scheme() < SplitStep::Metaspace::ALWAYS ||
      step.prepend_scheme() > SplitStep::Metaspace::FIRST) {
    return absl::UnimplementedError(
        "tokenizer: a scheme of Metaspace that is not known");
  }
  rules->push_back(MakeMetaspaceRule(step));
  if (step.split()) {
    rules->push_back(std::make_unique<LiteralRule>(
        step.replacement(), SplitStep::MERGED_WITH_NEXT, false));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AppendSplitRules(const SplitStep& step, Rules* rules) {
  const auto append_char_rule = [&](bool (*is_match)(char32_t),
                                    SplitStep::Behavior behavior) {
    rules->push_back(std::make_unique<CharRule>(is_match, behavior));
    return absl::OkStatus();
  };
  switch (step.step_case()) {
    case SplitStep::kPattern:
      return AppendPattern(step.pattern(), rules);
    case SplitStep::kByteLevel:
      return AppendByteLevelRules(step.byte_level(), rules);
    case SplitStep::kMetaspace:
      return AppendMetaspace(step.metaspace(), rules);
    case SplitStep::kDigits:
      return append_char_rule(IsNumeric, step.digits().individual()
                                             ? SplitStep::ISOLATED
                                             : SplitStep::CONTIGUOUS);
    case SplitStep::kPunctuation:
      TESSERA_RETURN_IF_ERROR(CheckBehavior(step.punctuation()));
      return append_char_rule(IsPunctuation, step.punctuation());
    case SplitStep::kWhitespace:
      rules->push_back(std::make_unique<WordRule>());
      return absl::OkStatus();
    case SplitStep::kWhitespaceSplit:
      return append_char_rule(IsWhitespace, SplitStep::REMOVED);
    case SplitStep::kCharDelimiter:
      TESSERA_RETURN_IF_ERROR(CheckText(step.char_delimiter(), true));
      rules->push_back(std::make_unique<LiteralRule>(
          step.char_delimiter(), SplitStep::REMOVED, false));
      return absl::OkStatus();
    case SplitStep::kUnicodeScripts:
      rules->push_back(std::make_unique<ScriptRule>());
      return absl::OkStatus();
    case SplitStep::kBert:
      append_char_rule(IsWhitespace, SplitStep::REMOVED).IgnoreError();
      return append_char_rule(IsPunctuation, SplitStep::ISOLATED);
    case SplitStep::STEP_NOT_SET:
      break;
  }
  return absl::UnimplementedError(
      "tokenizer: a pre-tokenizer that is not known to this version of "
      "Tessera");
}

}  // namespace tessera
