#include "formats/layout/layout_profile.h"

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/quoted.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

constexpr absl::string_view kAny = "*";
constexpr size_t kWordsOfRule = 5;

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

absl::StatusOr<LayoutRule> ParseRule(
    const std::vector<absl::string_view>& words) {
  if (words.size() != kWordsOfRule) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected type, duty, rows, columns and layout, got ",
                     words.size(), " words"));
  }
  LayoutRule rule;
  TESSERA_ASSIGN_OR_RETURN(rule.type, ParseType(words[0]));
  TESSERA_ASSIGN_OR_RETURN(rule.duty, ParseDuty(words[1]));
  TESSERA_ASSIGN_OR_RETURN(rule.rows, ParseRange(words[2]));
  TESSERA_ASSIGN_OR_RETURN(rule.columns, ParseRange(words[3]));
  const std::optional<LayoutOrder> layout = LayoutOrderFromName(words[4]);
  if (!layout.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no such layout: ", Quoted(words[4])));
  }
  rule.layout = *layout;
  return rule;
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

LayoutProfile LayoutProfile::BuiltIn() { return LayoutProfile(); }

absl::StatusOr<LayoutProfile> LayoutProfile::Parse(absl::string_view text) {
  std::vector<LayoutRule> rules;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = line.substr(0, line.find('#'));
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    if (words.empty()) continue;
    absl::StatusOr<LayoutRule> rule = ParseRule(words);
    if (!rule.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, ": ", rule.status().message()));
    }
    rules.push_back(*rule);
  }
  return LayoutProfile(std::move(rules));
}

LayoutOrder LayoutProfile::Choose(DType type, MatrixDuty duty, uint64_t rows,
                                  uint64_t columns) const {
  for (const LayoutRule& rule : rules_) {
    if (rule.type.value_or(type) == type && rule.duty.value_or(duty) == duty &&
        rule.rows.Contains(rows) && rule.columns.Contains(columns)) {
      return rule.layout;
    }
  }
  return LayoutOrder::kInterleaved;
}

std::string LayoutProfile::Text() const {
  std::string text;
  for (const LayoutRule& rule : rules_) {
    absl::StrAppend(&text,
                    rule.type ? DTypeName(*rule.type) : std::string(kAny), " ",
                    rule.duty ? MatrixDutyName(*rule.duty) : kAny, " ",
                    RangeText(rule.rows), " ", RangeText(rule.columns), " ",
                    LayoutOrderName(rule.layout), "\n");
  }
  return text;
}

}  // namespace tessera
