#include "formats/layout/layout_rule.h"

#include <cmath>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "base/quoted.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

using Words = std::vector<absl::string_view>;

constexpr absl::string_view kAny = "*";
constexpr absl::string_view kTo = "..";
constexpr size_t kWordsOfRule = 5;
constexpr size_t kWordsOfEvidence = 7;

absl::StatusOr<std::optional<DType>> ParseType(absl::string_view word) {
  if (word == kAny) return std::nullopt;
  const std::optional<DType> type = DTypeFromName(word);
  if (type.has_value()) return type;
  return absl::InvalidArgumentError(
      absl::StrCat("no such type: ", Quoted(word)));
}

absl::StatusOr<std::optional<MatrixDuty>> ParseDuty(absl::string_view word) {
  if (word == kAny) return std::nullopt;
  for (MatrixDuty duty : {MatrixDuty::kGemv, MatrixDuty::kGemm}) {
    if (word == MatrixDutyName(duty)) return duty;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("duty ", Quoted(word), " is neither gemv, gemm nor *"));
}

absl::StatusOr<NumberRange> ParseRange(absl::string_view word) {
  NumberRange range;
  if (word == kAny) return range;
  const size_t dash = word.find('-');
  const absl::string_view first = word.substr(0, dash);
  const absl::string_view last =
      dash == absl::string_view::npos ? first : word.substr(dash + 1);
  const bool any_number = !first.empty() || !last.empty();
  if (any_number && (first.empty() || absl::SimpleAtoi(first, &range.first)) &&
      (last.empty() || absl::SimpleAtoi(last, &range.last)) &&
      range.first <= range.last) {
    return range;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      Quoted(word), " is no range like 256, 256-1024, 256-, -1024 or *"));
}

absl::StatusOr<LayoutOrder> ParseLayout(absl::string_view word) {
  const std::optional<LayoutOrder> layout = LayoutOrderFromName(word);
  if (layout.has_value()) return *layout;
  return absl::InvalidArgumentError(
      absl::StrCat("no such layout: ", Quoted(word)));
}

absl::StatusOr<double> ParseRatio(absl::string_view word) {
  double ratio;
  if (absl::SimpleAtod(word, &ratio) && std::isfinite(ratio) && ratio > 0) {
    return ratio;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("ratio ", Quoted(word), " is no positive, finite number"));
}

// "gain", RATIO, "LOWER..UPPER", "over", LAYOUT, "of", SAMPLES
absl::StatusOr<LayoutEvidence> ParseEvidence(
    absl::Span<const absl::string_view> words) {
  if (words[0] != "gain" || words[3] != "over" || words[5] != "of") {
    return absl::InvalidArgumentError(
        "expected \"gain RATIO LOWER..UPPER over LAYOUT of SAMPLES\" behind "
        "the layout");
  }
  const Words ends = absl::StrSplit(words[2], absl::MaxSplits(kTo, 1));
  if (ends.size() != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(words[2]), " is no interval like 1.08..1.15"));
  }
  LayoutEvidence evidence;
  TESSERA_ASSIGN_OR_RETURN(evidence.ratio, ParseRatio(words[1]));
  TESSERA_ASSIGN_OR_RETURN(evidence.lower, ParseRatio(ends[0]));
  TESSERA_ASSIGN_OR_RETURN(evidence.upper, ParseRatio(ends[1]));
  TESSERA_ASSIGN_OR_RETURN(evidence.over, ParseLayout(words[4]));
  if (!(evidence.lower <= evidence.ratio && evidence.ratio <= evidence.upper)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "interval ", Quoted(words[2]), " does not contain ", words[1]));
  }
  if (!absl::SimpleAtoi(words[6], &evidence.samples) || evidence.samples == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(words[6]), " is no number of samples"));
  }
  return evidence;
}

std::string RangeText(const NumberRange& range) {
  const NumberRange any;
  const bool from_start = range.first == any.first;
  const bool to_end = range.last == any.last;
  if (from_start && to_end) return std::string(kAny);
  if (range.first == range.last) return absl::StrCat(range.first);
  return absl::StrCat(from_start ? "" : absl::StrCat(range.first), "-",
                      to_end ? "" : absl::StrCat(range.last));
}

}  // namespace

absl::string_view MatrixDutyName(MatrixDuty duty) {
  return duty == MatrixDuty::kGemv ? "gemv" : "gemm";
}

bool LayoutRule::AppliesTo(DType of_type, MatrixDuty of_duty, uint64_t of_rows,
                           uint64_t of_columns) const {
  return type.value_or(of_type) == of_type &&
         duty.value_or(of_duty) == of_duty && rows.Contains(of_rows) &&
         columns.Contains(of_columns);
}

absl::StatusOr<LayoutRule> ParseLayoutRule(absl::string_view line) {
  const Words words =
      absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
  if (words.size() != kWordsOfRule &&
      words.size() != kWordsOfRule + kWordsOfEvidence) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected type, duty, rows, columns and layout, and "
                     "perhaps a gain of seven words, got ",
                     words.size(), " words"));
  }
  LayoutRule rule;
  TESSERA_ASSIGN_OR_RETURN(rule.type, ParseType(words[0]));
  TESSERA_ASSIGN_OR_RETURN(rule.duty, ParseDuty(words[1]));
  TESSERA_ASSIGN_OR_RETURN(rule.rows, ParseRange(words[2]));
  TESSERA_ASSIGN_OR_RETURN(rule.columns, ParseRange(words[3]));
  TESSERA_ASSIGN_OR_RETURN(rule.layout, ParseLayout(words[4]));
  if (words.size() == kWordsOfRule) return rule;
  TESSERA_ASSIGN_OR_RETURN(
      rule.evidence,
      ParseEvidence(absl::MakeConstSpan(words).subspan(kWordsOfRule)));
  if (rule.evidence->over == rule.layout) {
    return absl::InvalidArgumentError(
        absl::StrCat(words[4], " is compared with itself"));
  }
  return rule;
}

std::string LayoutRuleText(const LayoutRule& rule) {
  std::string text = absl::StrCat(
      rule.type ? DTypeName(*rule.type) : std::string(kAny), " ",
      rule.duty ? MatrixDutyName(*rule.duty) : kAny, " ", RangeText(rule.rows),
      " ", RangeText(rule.columns), " ", LayoutOrderName(rule.layout));
  if (!rule.evidence.has_value()) return text;
  const LayoutEvidence& evidence = *rule.evidence;
  absl::StrAppendFormat(&text, " gain %.4g %.4g..%.4g over %s of %d",
                        evidence.ratio, evidence.lower, evidence.upper,
                        LayoutOrderName(evidence.over), evidence.samples);
  return text;
}

}  // namespace tessera
