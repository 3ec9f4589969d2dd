#include "runtime/tokenizer/normalizer.h"

#include <cstddef>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "runtime/tokenizer/text_changes.h"
#include "runtime/tokenizer/unicode_class.h"
#include "runtime/tokenizer/unicode_form.h"

namespace tessera {
namespace {

constexpr int kMaxSteps = 64;
constexpr size_t kMaxGrowth = 32;
constexpr size_t kAlwaysAllowed = size_t{1} << 20;

void Append(absl::string_view part, std::string* result) {
  result->append(part.data(), part.size());
}

using Change = TextChange;

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

Change ReplaceRegex(const NormalizerStep::Replace& replace, const Regex& regex,
                    size_t limit, absl::string_view text,
                    Regex::Scratch* scratch, std::string* result) {
  bool keeps_start = true;
  Change total = ChangeRuns(
      text, result, [&](absl::string_view run, std::string* changed) {
        std::string replaced;
        const Change in_run =
            Replace(run, replace.content(), limit, &replaced,
                    [&](absl::FunctionRef<void(size_t, size_t)> on_match) {
                      regex.ForEachMatch(run, scratch, on_match);
                    });
        if (run.data() == text.data()) keeps_start = in_run.keeps_start;
        if (in_run.changed) Append(replaced, changed);
        return in_run.changed;
      });
  total.keeps_start = keeps_start;
  return total;
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

bool Normalizer::Apply(const Rule& rule, absl::string_view text, size_t limit,
                       Regex::Scratch* scratch, std::string* result,
                       bool* keeps_start) {
  const NormalizerStep& step = rule.step;
  Change change;
  switch (step.step_case()) {
    case NormalizerStep::kUnicodeForm:
      change = ChangeRuns(
          text, result, [&](absl::string_view run, std::string* changed) {
            return AppendInUnicodeForm(step.unicode_form(), run, changed);
          });
      break;
    case NormalizerStep::kLowercase:
      if (step.lowercase()) change = LowercaseText(text, result);
      break;
    case NormalizerStep::kReplace:
      change = rule.regex == nullptr
                   ? ReplaceLiteral(step.replace(), limit, text, result)
                   : ReplaceRegex(step.replace(), *rule.regex, limit, text,
                                  scratch, result);
      break;
    case NormalizerStep::kPrepend:
      *result = step.prepend();
      Append(text, result);
      change.changed = !text.empty() && !step.prepend().empty();
      break;
    case NormalizerStep::kStripAccents:
      if (step.strip_accents()) change = RemoveMarks(text, result);
      break;
    case NormalizerStep::kCharsmap:
      change = ChangeRuns(
          text, result, [&](absl::string_view run, std::string* changed) {
            Append(rule.charsmap->NormalizeByGrapheme(run), changed);
            return true;
          });
      break;
    case NormalizerStep::kSentencepieceCharsmap:
      *result = rule.charsmap->NormalizeByPrefix(text);
      change.changed = true;
      break;
    case NormalizerStep::kNmt:
      if (step.nmt()) change = ReplaceControls(text, result);
      break;
    case NormalizerStep::kExtraSpaces:
      if (step.extra_spaces()) change = RemoveExtraSpaces(text, result);
      break;
    case NormalizerStep::kStrip:  // needs no copy
    case NormalizerStep::STEP_NOT_SET:
      break;
  }
  if (!change.changed || result->size() > limit) return false;
  if (!change.keeps_start) *keeps_start = false;
  return true;
}

absl::string_view Normalizer::Normalize(absl::string_view text,
                                        Regex::Scratch* scratch,
                                        std::string* storage,
                                        bool* keeps_start) const {
  const size_t limit = text.size() * kMaxGrowth + kAlwaysAllowed;
  std::string result;
  for (const Rule& rule : rules_) {
    if (rule.step.has_strip()) {
      const NormalizerStep::Strip& strip = rule.step.strip();
      const size_t left = strip.left() ? LeadingWhitespace(text) : 0;
      if (left > 0) *keeps_start = false;
      text.remove_prefix(left);
      if (strip.right()) text.remove_suffix(TrailingWhitespace(text));
      continue;
    }
    const bool is_ascii_rule =
        rule.step.has_unicode_form() || rule.step.has_strip_accents();
    if (is_ascii_rule && IsAscii(text)) continue;  // nothing to do
    result.clear();
    if (Apply(rule, text, limit, scratch, &result, keeps_start)) {
      storage->swap(result);
      text = *storage;
    }
  }
  return text;
}

}  // namespace tessera
