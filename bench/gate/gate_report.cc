#include "bench/gate/gate_report.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "bench/render_report.h"

namespace tessera {
namespace {

using Kind = GateResult::Kind;
using Unit = GateResult::Unit;

absl::string_view UnitName(Unit unit) {
  switch (unit) {
    case Unit::kRatio:
      return "ratio";
    case Unit::kPercent:
      return "%";
    case Unit::kCount:
      return "count";
  }
  return "";
}

bool Failed(const GateResult& result) {
  return VerdictOf({result}) == Verdict::kRegression;
}

std::string Number(const GateResult& result, double value) {
  switch (result.unit) {
    case Unit::kRatio:
      return absl::StrFormat("%.3f", value);
    case Unit::kPercent:
      return absl::StrFormat("%.1f", value);
    case Unit::kCount:
      break;
  }
  return absl::StrFormat("%.12g", value);
}

std::vector<std::string> TableRow(const GateResult& result) {
  const bool counted = result.unit == Unit::kCount;
  return {result.name,
          Number(result, result.baseline),
          Number(result, result.value),
          counted ? "" : Number(result, result.lower),
          counted ? "" : Number(result, result.upper),
          counted ? "" : absl::StrFormat("%.1f", (result.noise - 1) * 100),
          counted ? "" : absl::StrCat(result.samples),
          std::string(VerdictName(result.verdict)),
          result.why};
}

Record RecordOf(const GateResult& result, Isa isa) {
  const GateRow& row = result.row;
  const bool is_kernel =
      result.kind != Kind::kCount && row.kind != GateRow::Kind::kModel;
  return {
      {"row", result.name},
      {"kind", std::string(GateResultKindName(result.kind))},
      {"isa", std::string(IsaName(isa))},
      {"type", is_kernel ? DTypeName(row.type) : ""},
      {"layout", std::string(is_kernel ? LayoutOrderName(row.layout) : "")},
      {"rows", is_kernel ? row.rows : 0},
      {"columns", is_kernel ? row.columns : 0},
      {"n_tokens", is_kernel ? row.tokens : 0},
      {"unit", std::string(UnitName(result.unit))},
      {"value", result.value},
      {"lower", result.lower},
      {"upper", result.upper},
      {"baseline", result.baseline},
      {"noise", result.noise},
      {"samples", int64_t{result.samples}},
      {"verdict", std::string(VerdictName(result.verdict))},
      {"why", result.why},
      {"samples_ns", result.samples_ns},
      {"limit_samples_ns", result.limit_samples_ns},
  };
}

// A line for each type and number of tokens: percent of the limit by layout.
std::string LayoutTable(absl::Span<const LayoutSpeed> speeds) {
  const std::vector<BenchReport::Column> columns = {
      {"type", false}, {"tokens"},   {"interleaved"}, {"transposed"},
      {"swizzled"},    {"rowmajor"}, {"auto", false}};
  constexpr LayoutOrder kOrder[] = {
      LayoutOrder::kInterleaved, LayoutOrder::kTransposed,
      LayoutOrder::kSwizzled, LayoutOrder::kRowMajor};
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < speeds.size();) {
    const LayoutSpeed& first = speeds[i];
    std::vector<std::string> row = {DTypeName(first.type),
                                    absl::StrCat(first.tokens)};
    row.resize(columns.size());
    for (; i < speeds.size() && speeds[i].type == first.type &&
           speeds[i].tokens == first.tokens;
         ++i) {
      const auto column =
          std::find(std::begin(kOrder), std::end(kOrder), speeds[i].layout) -
          std::begin(kOrder);
      row[2 + column] = absl::StrFormat("%.1f", speeds[i].percent.ratio);
      if (speeds[i].is_auto) {
        row.back() = std::string(LayoutOrderName(speeds[i].layout));
      }
    }
    rows.push_back(std::move(row));
  }
  return RenderTable(columns, rows);
}

std::string Summary(const GateOutcome& outcome) {
  std::map<Verdict, int> counts;
  for (const GateResult& result : outcome.results) ++counts[result.verdict];
  std::string text;
  for (const auto& [verdict, count] : counts) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", count, " ",
                    VerdictName(verdict));
  }
  return absl::StrCat("gate: ", VerdictName(outcome.verdict), " (",
                      text.empty() ? "no rows" : text, ")");
}

}  // namespace

BenchReport GateReportOf(const GateOutcome& outcome, Isa isa) {
  BenchReport report;
  report.table = "gate";
  report.columns = {{"row", false}, {"baseline"},       {"now"},
                    {"lower"},      {"upper"},          {"noise %"},
                    {"samples"},    {"verdict", false}, {"why", false}};
  report.before = {Summary(outcome)};
  if (!outcome.speeds.empty()) {
    report.before.push_back("");
    report.before.push_back(
        "percent of the limit, one thread (1 token: reading the weights; more: "
        "multiplying):");
    report.before.push_back("");
    const std::string table = LayoutTable(outcome.speeds);
    for (const absl::string_view line :
         absl::StrSplit(table, '\n', absl::SkipEmpty())) {
      report.before.push_back(std::string(line));
    }
  }
  const bool any_failed =
      std::any_of(outcome.results.begin(), outcome.results.end(), Failed);
  for (const GateResult& result : outcome.results) {
    report.records.push_back(RecordOf(result, isa));
    const bool shown = result.verdict == Verdict::kKnown ? true
                       : any_failed                      ? Failed(result)
                       : outcome.verdict == Verdict::kNoisy
                           ? result.verdict == Verdict::kNoisy
                           : result.kind != Kind::kCount;
    if (shown) report.rows.push_back(TableRow(result));
  }
  if (report.rows.empty()) report.columns.clear();
  report.after = outcome.notes;
  return report;
}

}  // namespace tessera
