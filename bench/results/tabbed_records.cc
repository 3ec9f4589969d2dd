#include "bench/results/tabbed_records.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace tessera {
namespace {

Field::Value ValueOf(const std::string& cell) {
  // What else numbers may look like, such as "inf" and " 1", is text here.
  if (cell.empty() ||
      cell.find_first_not_of("0123456789+-.eE") != std::string::npos) {
    return cell;
  }
  int64_t integer;
  if (absl::SimpleAtoi(cell, &integer)) return integer;
  double number;
  if (absl::SimpleAtod(cell, &number)) return number;
  return cell;
}

}  // namespace

absl::StatusOr<BenchReport> ParseTabbedRecords(absl::string_view text) {
  absl::ConsumeSuffix(&text, "\n");
  if (text.empty()) return absl::DataLossError("no line that names the fields");
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  const std::vector<std::string> names = absl::StrSplit(lines[0], '\t');
  BenchReport report;
  for (const std::string& name : names) report.columns.push_back({name, true});
  for (size_t i = 1; i < lines.size(); ++i) {
    std::vector<std::string> cells = absl::StrSplit(lines[i], '\t');
    if (cells.size() != names.size()) {
      return absl::DataLossError(absl::StrCat("line ", i + 1, ": ",
                                              cells.size(), " cells, expected ",
                                              names.size()));
    }
    Record& record = report.records.emplace_back();
    for (size_t c = 0; c < cells.size(); ++c) {
      record.push_back({names[c], ValueOf(cells[c])});
      if (std::holds_alternative<std::string>(record.back().value)) {
        report.columns[c].right = false;
      }
    }
    report.rows.push_back(std::move(cells));
  }
  return report;
}

}  // namespace tessera
