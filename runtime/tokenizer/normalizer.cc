#include "runtime/tokenizer/normalizer.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "base/status_macros.h"
#include "runtime/tokenizer/unicode_class.h"
#include "runtime/tokenizer/unicode_form.h"
#include "runtime/tokenizer/utf8.h"

namespace tessera {
namespace {

constexpr int kMaxSteps = 64;
constexpr size_t kMaxGrowth = 32;
constexpr size_t kAlwaysAllowed = size_t{1} << 20;

// A change of a text by one step.
struct Change {
  bool changed = false;
  bool keeps_start = true;  // the first character is the first of before
};

void Append(absl::string_view part, std::string* result) {
  result->append(part.data(), part.size());
}

// Calls change(run, &result) for each run of UTF-8 of `text`; what lies between
// is copied. `change` returns false if the run stays as it is.
Change ChangeRuns(
    absl::string_view text, std::string* result,
    absl::FunctionRef<bool(absl::string_view, std::string*)> change) {
  Change total;
  while (!text.empty()) {
    const absl::string_view run = text.substr(0, Utf8PrefixSize(text));
    if (!run.empty() && change(run, result)) {
      total.changed = true;
    } else {
      Append(run, result);
    }
    text.remove_prefix(run.size());
    const size_t invalid = InvalidPrefixSize(text);
    Append(text.substr(0, invalid), result);
    text.remove_prefix(invalid);
  }
  return total;
}

// Calls change(c) for each character. It returns what becomes of it: the same
// character, another one, or none.
Change ChangeChars(
    absl::string_view text, std::string* result,
    absl::FunctionRef<std::optional<char32_t>(char32_t)> change) {
  Change total;
  for (size_t begin = 0; begin < text.size();) {
    const size_t size = Utf8CharSize(text.substr(begin));
    if (size == 0) {
      result->push_back(text[begin++]);
      continue;
    }
    const char32_t before = DecodeUtf8(text.substr(begin), size);
    const std::optional<char32_t> after = change(before);
    if (after != before) total.changed = true;
    if (after.has_value()) AppendUtf8(*after, result);
    if (begin == 0 && !after.has_value()) total.keeps_start = false;
    begin += size;
  }
  return total;
}

Change Lowercase(absl::string_view text, std::string* result) {
  Change total;
  for (size_t begin = 0; begin < text.size();) {
    const size_t size = std::max<size_t>(Utf8CharSize(text.substr(begin)), 1);
    if (size == 1) {
      result->push_back(absl::ascii_tolower(text[begin]));
    } else {
      AppendLowercase(DecodeUtf8(text.substr(begin), size), result);
    }
    begin += size;
  }
  total.changed = *result != text;
  return total;
}

// Control characters to spaces, or removed, as SentencePiece's rule "nmt" and
// after it Hugging Face's.
std::optional<char32_t> NmtChar(char32_t c) {
  if ((c >= 0x01 && c <= 0x08) || c == 0x0B || (c >= 0x0E && c <= 0x1F) ||
      c == 0x7F || c == 0x8F || c == 0x9F) {
    return std::nullopt;
  }
  if (c == 0x09 || c == 0x0A || c == 0x0C || c == 0x0D || c == 0x1680 ||
      (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 ||
      c == 0x2581 || c == 0xFEFF || c == 0xFFFD) {
    return ' ';
  }
  return c;
}

// Spaces at the ends are removed, others become one.
Change RemoveExtraSpaces(absl::string_view text, std::string* result) {
  for (const char c : text) {
    if (c != ' ' || (!result->empty() && result->back() != ' ')) {
      result->push_back(c);
    }
  }
  if (!result->empty() && result->back() == ' ') result->pop_back();
  return {result->size() != text.size(), true};
}

// Replaces the matches that for_each_match reports.
Change Replace(absl::string_view text, absl::string_view content, size_t limit,
               std::string* result,
               absl::FunctionRef<void(absl::FunctionRef<void(size_t, size_t)>)>
                   for_each_match) {
  Change total;
  size_t position = 0;
  for_each_match([&](size_t begin, size_t end) {
    if (result->size() > limit) return;
    Append(text.substr(position, begin - position), result);
    Append(content, result);
    position = end;
    total.changed = true;
    // The Rust library takes the content for the match's last character.
    if (begin == 0 && end > begin &&
        (content.empty() || Utf8CharSize(text) < end)) {
      total.keeps_start = false;
    }
  });
  Append(text.substr(position), result);
  return total;
}

Change ReplaceLiteral(const NormalizerStep::Replace& replace, size_t limit,
                      absl::string_view text, std::string* result) {
  const absl::string_view pattern = replace.pattern();
  return Replace(text, replace.content(), limit, result,
                 [&](absl::FunctionRef<void(size_t, size_t)> on_match) {
                   size_t at = text.find(pattern);
                   while (at != absl::string_view::npos) {
                     on_match(at, at + pattern.size());
                     at = text.find(pattern, at + pattern.size());
                   }
                 });
}

}  // namespace

absl::StatusOr<Normalizer::Rule> Normalizer::MakeRule(
    const NormalizerStep& step) {
  Rule rule{step, nullptr, std::nullopt};
  switch (step.step_case()) {
    case NormalizerStep::kUnicodeForm:
      if (step.unicode_form() < NormalizerStep::NFC ||
          step.unicode_form() > NormalizerStep::NFKD) {
        return absl::UnimplementedError(
            "tokenizer: a form of Unicode that is not known");
      }
      return rule;
    case NormalizerStep::kReplace:
      if (step.replace().pattern().empty()) {
        return absl::DataLossError("tokenizer: nothing to replace");
      }
      if (step.replace().is_regex()) {
        TESSERA_ASSIGN_OR_RETURN(rule.regex,
                                 Regex::Create(step.replace().pattern()));
      }
      return rule;
    case NormalizerStep::kCharsmap: {
      TESSERA_ASSIGN_OR_RETURN(rule.charsmap,
                               Charsmap::Create(step.charsmap()));
      return rule;
    }
    case NormalizerStep::kSentencepieceCharsmap: {
      TESSERA_ASSIGN_OR_RETURN(rule.charsmap,
                               Charsmap::Create(step.sentencepiece_charsmap()));
      return rule;
    }
    case NormalizerStep::STEP_NOT_SET:
      return absl::UnimplementedError(
          "tokenizer: a normalizer that is not known to this version of "
          "Tessera");
    default:
      return rule;
  }
}

absl::StatusOr<std::unique_ptr<Normalizer>> Normalizer::Create(
    const google::protobuf::RepeatedPtrField<NormalizerStep>& steps) {
  if (steps.size() > kMaxSteps) {
    return absl::DataLossError("tokenizer: more than 64 normalizers");
  }
  std::unique_ptr<Normalizer> normalizer(new Normalizer);
  for (const NormalizerStep& step : steps) {
    TESSERA_ASSIGN_OR_RETURN(Rule rule, MakeRule(step));
    normalizer->rules_.push_back(std::move(rule));
  }
  return normalizer;
}

absl::string_view Normalizer::Normalize(absl::string_view text,
                                        Regex::Scratch* scratch,
                                        std::string* storage,
                                        bool* keeps_start) const {
  const size_t limit = text.size() * kMaxGrowth + kAlwaysAllowed;
  std::string result;
  for (const Rule& rule : rules_) {
    const NormalizerStep& step = rule.step;
    Change change;
    result.clear();
    switch (step.step_case()) {
      case NormalizerStep::kUnicodeForm:
        if (IsAscii(text)) break;
        change = ChangeRuns(
            text, &result, [&](absl::string_view run, std::string* changed) {
              return AppendInUnicodeForm(step.unicode_form(), run, changed);
            });
        break;
      case NormalizerStep::kLowercase:
        if (step.lowercase()) change = Lowercase(text, &result);
        break;
      case NormalizerStep::kStrip: {
        const size_t left = step.strip().left() ? LeadingWhitespace(text) : 0;
        text.remove_prefix(left);
        if (left > 0) *keeps_start = false;
        if (step.strip().right()) text.remove_suffix(TrailingWhitespace(text));
        break;
      }
      case NormalizerStep::kReplace:
        if (rule.regex == nullptr) {
          change = ReplaceLiteral(step.replace(), limit, text, &result);
          break;
        }
        change = ChangeRuns(
            text, &result, [&](absl::string_view run, std::string* changed) {
              std::string replaced;
              const Change in_run = Replace(
                  run, step.replace().content(), limit, &replaced,
                  [&](absl::FunctionRef<void(size_t, size_t)> on_match) {
                    rule.regex->ForEachMatch(run, scratch, on_match);
                  });
              if (run.data() == text.data() && !in_run.keeps_start) {
                *keeps_start = false;
              }
              if (in_run.changed) Append(replaced, changed);
              return in_run.changed;
            });
        break;
      case NormalizerStep::kPrepend:
        if (text.empty() || step.prepend().empty()) break;
        result = step.prepend();
        Append(text, &result);
        change.changed = true;
        break;
      case NormalizerStep::kStripAccents:
        if (!step.strip_accents() || IsAscii(text)) break;
        change = ChangeChars(text, &result, [](char32_t c) {
          return IsMark(c) ? std::nullopt : std::optional<char32_t>(c);
        });
        break;
      case NormalizerStep::kCharsmap:
        change = ChangeRuns(
            text, &result, [&](absl::string_view run, std::string* changed) {
              Append(rule.charsmap->NormalizeByGrapheme(run), changed);
              return true;
            });
        break;
      case NormalizerStep::kSentencepieceCharsmap:
        result = rule.charsmap->NormalizeByPrefix(text);
        change.changed = true;
        break;
      case NormalizerStep::kNmt:
        if (step.nmt()) change = ChangeChars(text, &result, NmtChar);
        break;
      case NormalizerStep::kExtraSpaces:
        if (step.extra_spaces()) change = RemoveExtraSpaces(text, &result);
        break;
      case NormalizerStep::STEP_NOT_SET:
        break;
    }
    if (!change.changed || result.size() > limit) continue;
    if (!change.keeps_start) *keeps_start = false;
    storage->swap(result);
    text = *storage;
  }
  return text;
}

}  // namespace tessera
