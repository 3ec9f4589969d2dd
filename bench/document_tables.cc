#include "bench/document_tables.h"

#include <algorithm>
#include <optional>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
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
#include "bench/table_marker.h"

namespace tessera {
namespace {

constexpr absl::string_view kEnd = "<!-- end -->";

// Records that share a row.
using RowRecords = std::vector<const Record*>;

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

// The records that `marker` shows, by rows; both in the order in which they
// come.
absl::StatusOr<std::vector<RowRecords>> GatherRows(
    const std::vector<Record>& records, const TableMarker& marker) {
  size_t most = 1;
  for (const TableColumn& column : marker.columns) {
    most = std::max(most, column.record);
  }
  std::vector<RowRecords> rows;
  std::vector<std::string> keys;
  for (const Record& record : records) {
    TESSERA_ASSIGN_OR_RETURN(const bool shown, Meets(record, marker));
    if (!shown) continue;
    std::string key;
    for (const std::string& name : marker.row_fields) {
      TESSERA_ASSIGN_OR_RETURN(const Field* field, FieldOf(record, name));
      absl::StrAppend(&key, CellText(*field, kMaxTableDecimals), "\n");
    }
    const size_t row =
        marker.row_fields.empty()
            ? rows.size()
            : std::find(keys.begin(), keys.end(), key) - keys.begin();
    if (row == rows.size()) {
      rows.emplace_back();
      keys.push_back(key);
    }
    rows[row].push_back(&record);
    if (rows[row].size() > most) {
      return absl::DataLossError(absl::StrCat(
          "more than ", most, " records with the same ",
          absl::StrJoin(marker.row_fields, ", "), "; the columns show ", most));
    }
  }
  return rows;
}

absl::StatusOr<std::string> MakeTable(const TableMarker& marker,
                                      absl::string_view json) {
  TESSERA_ASSIGN_OR_RETURN(const ResultFile results, ParseResultFile(json));
  TESSERA_ASSIGN_OR_RETURN(const std::vector<RowRecords> gathered,
                           GatherRows(results.records, marker));
  std::vector<BenchReport::Column> columns;
  for (const TableColumn& column : marker.columns) {
    columns.push_back({column.heading, true});
  }
  std::vector<std::vector<std::string>> rows;
  for (const RowRecords& records : gathered) {
    std::vector<std::string>& row = rows.emplace_back();
    for (size_t c = 0; c < columns.size(); ++c) {
      const TableColumn& column = marker.columns[c];
      // The field is looked for even where the cell stays empty.
      const bool there = column.record <= records.size();
      TESSERA_ASSIGN_OR_RETURN(
          const Field* field,
          FieldOf(*records[there ? column.record - 1 : 0], column.field));
      if (!IsNumber(*field)) columns[c].right = false;
      row.push_back(there ? CellText(*field, column.decimals) : "");
    }
  }
  return RenderTable(columns, rows);
}

absl::Status AtLine(size_t line, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat("line ", line, ": ", status.message()));
}

// What to put in the place of a table: `was`, if there are no results.
absl::StatusOr<std::string> TableFor(const TableMarker& marker,
                                     const std::string& was, size_t line,
                                     ReadResultsFn read_results,
                                     std::vector<std::string>* kept) {
  const absl::StatusOr<std::string> json = read_results(marker.results);
  if (absl::IsNotFound(json.status())) {
    kept->push_back(absl::StrCat("line ", line, ": ", json.status().message()));
    return was;
  }
  if (!json.ok()) return json.status();
  const absl::StatusOr<std::string> table = MakeTable(marker, *json);
  if (!table.ok()) {
    return absl::Status(
        table.status().code(),
        absl::StrCat(marker.results, ": ", table.status().message()));
  }
  return absl::StrCat("\n", *table, "\n");
}

// The cells of a line of a Markdown table.
std::vector<std::string> CellsOf(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  absl::ConsumePrefix(&line, "|");
  absl::ConsumeSuffix(&line, "|");
  std::vector<std::string> cells = absl::StrSplit(line, '|');
  for (std::string& cell : cells) absl::StripAsciiWhitespace(&cell);
  return cells;
}

absl::Status CheckHeadings(const TableMarker& marker, absl::string_view table) {
  std::vector<std::string> headings;
  for (const TableColumn& column : marker.columns) {
    headings.push_back(column.heading);
  }
  const std::vector<absl::string_view> lines = absl::StrSplit(
      absl::StripAsciiWhitespace(table), absl::MaxSplits('\n', 1));
  if (CellsOf(lines[0]) == headings) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the table does not begin with | ",
                                          absl::StrJoin(headings, " | "),
                                          " |"));
}

// What becomes of the lines between two markers, each with its line end.
using ReplaceTableFn = absl::FunctionRef<absl::StatusOr<std::string>(
    const TableMarker& marker, const std::string& table, size_t line)>;

// `document` with each table replaced. Lines are counted from 1.
absl::StatusOr<std::string> ReplaceTables(absl::string_view document,
                                          ReplaceTableFn replace) {
  const std::vector<absl::string_view> lines = absl::StrSplit(document, '\n');
  std::vector<std::string> replaced;
  for (size_t i = 0; i < lines.size(); ++i) {
    replaced.emplace_back(lines[i]);
    if (!absl::StartsWith(lines[i], kTableMarkerBegin)) continue;
    const size_t marker_line = i + 1;
    std::string table;
    for (++i; i < lines.size(); ++i) {
      if (absl::StripAsciiWhitespace(lines[i]) == kEnd) break;
      absl::StrAppend(&table, lines[i], "\n");
    }
    if (i == lines.size()) {
      return AtLine(marker_line, absl::DataLossError(absl::StrCat(
                                     "the table has no line ", kEnd)));
    }
    const absl::StatusOr<TableMarker> marker =
        ParseTableMarker(lines[marker_line - 1]);
    if (!marker.ok()) return AtLine(marker_line, marker.status());
    absl::StatusOr<std::string> text = replace(*marker, table, marker_line);
    if (!text.ok()) return AtLine(marker_line, text.status());
    replaced.push_back(absl::StrCat(*text, lines[i]));
  }
  return absl::StrJoin(replaced, "\n");
}

}  // namespace

absl::StatusOr<FilledDocument> FillTables(absl::string_view document,
                                          ReadResultsFn read_results) {
  FilledDocument filled;
  TESSERA_ASSIGN_OR_RETURN(
      filled.text,
      ReplaceTables(document, [&](const TableMarker& marker,
                                  const std::string& table, size_t line) {
        return TableFor(marker, table, line, read_results, &filled.kept);
      }));
  return filled;
}

absl::Status CheckTables(absl::string_view document) {
  return ReplaceTables(document,
                       [](const TableMarker& marker, const std::string& table,
                          size_t) -> absl::StatusOr<std::string> {
                         TESSERA_RETURN_IF_ERROR(CheckHeadings(marker, table));
                         return table;
                       })
      .status();
}

}  // namespace tessera
