#include "formats/tokenizer/pretokenizer_name.h"

#include <array>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "formats/tokenizer/known_pretokenizers.h"

namespace tessera {
namespace {

// Expressions one after another, as PretokenizerFamily has them.
using Expressions = std::vector<std::string>;

// Parts of expressions that mean the same, as files of models have them and as
// the known ones do.
constexpr std::array<std::pair<absl::string_view, absl::string_view>, 12>
    kSpellings = {{
        {"\r", R"(\r)"},
        {"\n", R"(\n)"},
        {"(?i:'s|'t|'re|'ve|'m|'ll|'d)",
         "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"},
        {"'(?i:[sdmt]|ll|ve|re)", "'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])"},
        {R"(\p{N}{1}|)", R"(\p{N}|)"},
        // Possessive, where nothing is to be gained by giving back.
        {"?+", "?"},
        {"++", "+"},
        {R"([\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])", "<large>"},
        {R"([\p{Ll}\p{Lm}\p{Lo}\p{M}])", "<small>"},
        {R"(\s+$)", R"(\s+\z)"},
        {"[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+",
         "(?:(?!\\s)[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF])+"},
        {"\u2018-\u201F\u3000-\u3002]", "\u2018-\u201F\u3001\u3002]"},
    }};

std::string Respelled(absl::string_view expression) {
  std::string text = absl::StrReplaceAll(expression, kSpellings);
  // Gaps between matches are pieces too, so the last alternative is not needed.
  if (absl::EndsWith(text, R"(\s+(?!\S))")) text += R"(|\s+)";
  return text;
}

// Whether an expression of words leaves no gap in any text.
bool LeavesNoGap(absl::string_view expression) {
  return absl::EndsWith(expression, R"(|\s+)") &&
         absl::StrContains(expression, R"(\p{N})") &&
         absl::StrContains(expression, R"(| ?[^\s\p{L}\p{N}]+)");
}

std::optional<std::string> ExpressionOf(const SplitStep::Pattern& pattern) {
  if (!pattern.is_regex()) return std::nullopt;
  std::string text = Respelled(pattern.text());
  const bool isolated = pattern.behavior() == SplitStep::ISOLATED ||
                        (pattern.behavior() == SplitStep::REMOVED &&
                         pattern.invert() && LeavesNoGap(text));
  if (!isolated) return std::nullopt;
  return text;
}

// The steps before the last, which spells bytes.
std::optional<Expressions> ExpressionsOf(const TokenizerData& tokenizer) {
  Expressions expressions;
  const int count = tokenizer.split_size();
  for (int i = 0; i < count; ++i) {
    const SplitStep& step = tokenizer.split(i);
    std::optional<std::string> expression;
    if (step.has_pattern()) {
      expression = ExpressionOf(step.pattern());
    } else if (step.has_digits()) {
      expression = step.digits().individual() ? R"(\p{N})" : R"(\p{N}+)";
    } else if (step.has_punctuation() &&
               step.punctuation() == SplitStep::CONTIGUOUS) {
      expression = R"([\p{P}\$\+<=>\^~\|`]+)";
    } else if (step.has_byte_level() && i == count - 1 &&
               !step.byte_level().add_prefix_space()) {
      if (!step.byte_level().use_regex()) return expressions;
      expression = FindKnownPretokenizer("gpt-2")
                       .value()
                       ->split.front()
                       .pattern()
                       .text();
      expressions.push_back(*expression);
      return expressions;
    }
    if (!expression.has_value()) return std::nullopt;
    expressions.push_back(*std::move(expression));
  }
  return std::nullopt;
}

// llama.cpp composes nothing, and its converter names such models all the same.
bool OnlyComposes(const TokenizerData& tokenizer) {
  for (const NormalizerStep& step : tokenizer.normalizer()) {
    if (step.unicode_form() != NormalizerStep::NFC) return false;
  }
  return true;
}

struct OtherForm {
  absl::string_view name;
  std::vector<absl::string_view> expressions;
};

#define TESSERA_CONTRACTION \
  R"((?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])?)"
#define TESSERA_CASED(end, digits)                        \
  R"([^\r\n\p{L}\p{N}]?<large>*<small>+)" end             \
  R"(|[^\r\n\p{L}\p{N}]?<large>+<small>*)" end "|" digits \
  R"(| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"

// What tokenizer.json has where llama.cpp has something else for the same
// texts, or nearly. It says "gpt-4o" of models with the expression o200k, but
// then forgets marks (\p{M}), which "granite-embed-multi-97m" does not.
std::vector<OtherForm> OtherForms() {
  constexpr absl::string_view kO200k =
      TESSERA_CASED(TESSERA_CONTRACTION, R"(\p{N}{1,3})");
  constexpr absl::string_view kTekken = TESSERA_CASED("", R"(\p{N})");
  return {
      {"granite-embed-multi-97m", {kO200k}},
      {"tekken", {kTekken}},
      {"tiny_aya", {R"(\d{1,3}(?=(?:\d{3})*\b))", kO200k}},
      {"superbpe", {R"(\p{N}+)", R"((?=(\d{3})+(?!\d)))"}},
  };
}

#undef TESSERA_CASED
#undef TESSERA_CONTRACTION

std::string Joined(const Expressions& expressions) {
  return absl::StrJoin(expressions, "\n\n");
}

std::string Joined(const std::vector<absl::string_view>& expressions) {
  Expressions respelled;
  for (const absl::string_view expression : expressions) {
    respelled.push_back(Respelled(expression));
  }
  return Joined(respelled);
}

}  // namespace

std::optional<std::string> NameOfPretokenizer(const TokenizerData& tokenizer) {
  const std::optional<Expressions> expressions = ExpressionsOf(tokenizer);
  if (!expressions.has_value() || expressions->empty() ||
      !OnlyComposes(tokenizer)) {
    return std::nullopt;
  }
  const std::string wanted = Joined(*expressions);
  std::optional<std::string> name;
  for (const PretokenizerFamily& family : PretokenizerFamilies()) {
    if (!family.flags.byte_level || Joined(family.expressions) != wanted) {
      continue;
    }
    const bool same_merges =
        family.flags.ignore_merges == tokenizer.ignore_merges();
    if (name.has_value() && !same_merges) continue;
    name = std::string(family.names.front());
    if (same_merges) return name;
  }
  for (const OtherForm& form : OtherForms()) {
    if (name.has_value() || Joined(form.expressions) != wanted) continue;
    name = std::string(form.name);
  }
  return name;
}

}  // namespace tessera
