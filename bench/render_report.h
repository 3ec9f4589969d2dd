// Reports as Markdown, CSV, JSON and SQL.
#ifndef BENCH_RENDER_REPORT_H_
#define BENCH_RENDER_REPORT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "bench/bench_report.h"

namespace tessera {

enum class OutputFormat { kMarkdown, kCsv, kJson, kSql };

// "md", "csv", "json", "sql"; InvalidArgument for anything else.
absl::StatusOr<OutputFormat> OutputFormatFromName(absl::string_view name);

// The report as text that ends with a newline; empty reports are valid, too.
// CSV follows RFC 4180 with '\n', every field quoted, as llama-bench has it;
// JSON is an array of objects; SQL creates the table if it is missing and
// inserts a row for each record (SQLite's dialect).
std::string RenderReport(const BenchReport& report, OutputFormat format);

// A Markdown table whose columns are aligned in the source, too.
std::string RenderTable(const std::vector<BenchReport::Column>& columns,
                        const std::vector<std::vector<std::string>>& rows);

// JSON values over several lines, of which all but the first begin with
// `indent`; without a line end.
std::string ObjectAsJson(const Record& fields, absl::string_view indent);
std::string RecordsAsJson(absl::Span<const Record> records,
                          absl::string_view indent);
std::string TextsAsJson(absl::Span<const std::string> texts,
                        absl::string_view indent);

// `text` as a JSON string, quotes included. UTF-8 is kept; if there is anything
// else, all that is no ASCII is escaped as in C, since JSON has no bytes.
std::string QuotedJson(absl::string_view text);

}  // namespace tessera

#endif  // BENCH_RENDER_REPORT_H_
