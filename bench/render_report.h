// Reports as Markdown, CSV, JSON and SQL.
#ifndef BENCH_RENDER_REPORT_H_
#define BENCH_RENDER_REPORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
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

// `text` as a JSON string, quotes included. Bytes that are no ASCII are kept.
std::string QuotedJson(absl::string_view text);

}  // namespace tessera

#endif  // BENCH_RENDER_REPORT_H_
