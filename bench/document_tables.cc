#include "bench/document_tables.h"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "bench/bench_report.h"
#include "bench/render_report.h"
#include "bench/results/result_file.h"

namespace tessera {
namespace {

constexpr absl::string_view kBegin = "<!-- table ";
constexpr absl::string_view kClose = "-->";
constexpr absl::string_view kEnd = "<!-- end -->";
constexpr int kMaxDecimals = 9;

struct TableColumn {
  std::string field;
  std::string heading;
  std::optional<int> decimals;
};

struct TableMarker {
  std::string results;
  std::vector<std::pair<std::string, std::string>> conditions;  // field, value
  std::vector<TableColumn> columns;
};

absl::StatusOr<TableColumn> ParseColumn(absl::string_view text) {
  TableColumn column;
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(
      absl::StripAsciiWhitespace(text), absl::MaxSplits(" as ", 1));
  const std::pair<absl::string_view, absl::string_view> field =
      absl::StrSplit(parts.first, absl::MaxSplits(':', 1));
  column.field = std::string(absl::StripAsciiWhitespace(field.first));
  column.heading =
      parts.second.empty() ? column.field : std::string(parts.second);
  if (field.second.empty()) return column;
  int decimals;
  if (!absl::SimpleAtoi(field.second, &decimals) || decimals < 0 ||
      decimals > kMaxDecimals) {
    return absl::DataLossError(
        absl::StrCat("no number of decimals: ", Quoted(field.second)));
  }
  column.decimals = decimals;
  return column;
}

// What is between "<!-- table " and "-->".
absl::StatusOr<TableMarker> ParseMarker(absl::string_view text) {
  TableMarker marker;
  // Conditions have no ": " in them.
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(": ", 1));
  const std::vector<absl::string_view> words =
      absl::StrSplit(parts.first, ' ', absl::SkipEmpty());
  if (words.empty() || absl::StripAsciiWhitespace(parts.second).empty()) {
    return absl::DataLossError("expected NAME: COLUMN | COLUMN ...");
  }
  marker.results = std::string(words[0]);
  for (size_t i = 1; i < words.size(); ++i) {
    const std::pair<std::string, std::string> condition =
        absl::StrSplit(words[i], absl::MaxSplits('=', 1));
    marker.conditions.push_back(condition);
  }
  for (absl::string_view column : absl::StrSplit(parts.second, '|')) {
    TESSERA_ASSIGN_OR_RETURN(marker.columns.emplace_back(),
                             ParseColumn(column));
  }
  return marker;
}

// Numbers have `decimals`; without, integers none and others two.
std::string CellText(const Field& field, std::optional<int> decimals) {
  if (const auto* text = std::get_if<std::string>(&field.value)) return *text;
  if (const auto* flag = std::get_if<bool>(&field.value)) {
    return *flag ? "yes" : "no";
  }
  if (const auto* integer = std::get_if<int64_t>(&field.value)) {
    return absl::StrFormat("%.*f", decimals.value_or(0),
                           static_cast<double>(*integer));
  }
  if (const auto* number = std::get_if<double>(&field.value)) {
    return absl::StrFormat("%.*f", decimals.value_or(2), *number);
  }
  return "";
}

bool IsNumber(const Field& field) {
  return std::holds_alternative<int64_t>(field.value) ||
         std::holds_alternative<double>(field.value);
}

absl::StatusOr<const Field*> FieldOf(const Record& record,
                                     const std::string& name) {
  for (const Field& field : record) {
    if (field.name == name) return &field;
  }
  return absl::DataLossError(
      absl::StrCat("the results have no field ", Quoted(name)));
}

absl::StatusOr<bool> Meets(const Record& record, const TableMarker& marker) {
  for (const auto& [name, value] : marker.conditions) {
    TESSERA_ASSIGN_OR_RETURN(const Field* field, FieldOf(record, name));
    if (CellText(*field, std::nullopt) != value) return false;
  }
  return true;
}

absl::StatusOr<std::string> MakeTable(const TableMarker& marker,
                                      absl::string_view json) {
  TESSERA_ASSIGN_OR_RETURN(const ResultFile results, ParseResultFile(json));
  std::vector<BenchReport::Column> columns;
  for (const TableColumn& column : marker.columns) {
    columns.push_back({column.heading, true});
  }
  std::vector<std::vector<std::string>> rows;
  for (const Record& record : results.records) {
    TESSERA_ASSIGN_OR_RETURN(const bool shown, Meets(record, marker));
    if (!shown) continue;
    std::vector<std::string>& row = rows.emplace_back();
    for (size_t c = 0; c < columns.size(); ++c) {
      TESSERA_ASSIGN_OR_RETURN(const Field* field,
                               FieldOf(record, marker.columns[c].field));
      if (!IsNumber(*field)) columns[c].right = false;
      row.push_back(CellText(*field, marker.columns[c].decimals));
    }
  }
  return RenderTable(columns, rows);
}

absl::StatusOr<std::string> TableFor(absl::string_view marker_line,
                                     ReadResultsFn read_results) {
  absl::string_view text = absl::StripAsciiWhitespace(marker_line);
  absl::ConsumePrefix(&text, kBegin);
  if (!absl::ConsumeSuffix(&text, kClose)) {
    return absl::DataLossError("the marker does not end in -->");
  }
  TESSERA_ASSIGN_OR_RETURN(const TableMarker marker,
                           ParseMarker(absl::StripAsciiWhitespace(text)));
  TESSERA_ASSIGN_OR_RETURN(const std::string json,
                           read_results(marker.results));
  absl::StatusOr<std::string> table = MakeTable(marker, json);
  if (table.ok()) return table;
  return absl::Status(
      table.status().code(),
      absl::StrCat(marker.results, ": ", table.status().message()));
}

}  // namespace

absl::StatusOr<std::string> FillTables(absl::string_view document,
                                       ReadResultsFn read_results) {
  const std::vector<absl::string_view> lines = absl::StrSplit(document, '\n');
  std::vector<std::string> filled;
  size_t marker_line = 0;  // counted from 1; 0: not in a table
  for (size_t i = 0; i < lines.size(); ++i) {
    const bool end = absl::StripAsciiWhitespace(lines[i]) == kEnd;
    if (marker_line != 0 && !end) continue;
    filled.emplace_back(lines[i]);
    if (end) marker_line = 0;
    if (!absl::StartsWith(lines[i], kBegin)) continue;
    marker_line = i + 1;
    absl::StatusOr<std::string> table = TableFor(lines[i], read_results);
    if (!table.ok()) {
      return absl::Status(
          table.status().code(),
          absl::StrCat("line ", marker_line, ": ", table.status().message()));
    }
    filled.push_back("");
    filled.push_back(*std::move(table));
  }
  if (marker_line != 0) {
    return absl::DataLossError(
        absl::StrCat("line ", marker_line, ": the table has no line ", kEnd));
  }
  return absl::StrJoin(filled, "\n");
}

}  // namespace tessera
