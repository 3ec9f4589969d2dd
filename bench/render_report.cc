#include "bench/render_report.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/printable.h"
#include "base/quoted.h"
#include "formats/json/message_json.h"

namespace tessera {
namespace {

// What is no number has no place in JSON.
std::string Number(double value) {
  return std::isfinite(value) ? absl::StrFormat("%.9g", value) : "0";
}

// Characters of UTF-8, of which "±" is one.
size_t Width(absl::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(),
      [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string Padded(absl::string_view text, size_t width, bool right) {
  const size_t size = Width(text);
  const std::string fill(width > size ? width - size : 0, ' ');
  return right ? absl::StrCat(fill, text) : absl::StrCat(text, fill);
}

struct JsonVisitor {
  std::string operator()(const std::string& value) const {
    return QuotedJson(value);
  }
  std::string operator()(int64_t value) const { return absl::StrCat(value); }
  std::string operator()(double value) const { return Number(value); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const std::vector<int64_t>& values) const {
    return absl::StrCat("[", absl::StrJoin(values, ", "), "]");
  }
  std::string operator()(const std::vector<double>& values) const {
    return absl::StrCat(
        "[",
        absl::StrJoin(values, ", ",
                      [](std::string* out, double v) { *out += Number(v); }),
        "]");
  }
  std::string operator()(const std::vector<std::string>& values) const {
    return absl::StrCat(
        "[",
        absl::StrJoin(values, ", ",
                      [](std::string* out, const std::string& v) {
                        *out += QuotedJson(v);
                      }),
        "]");
  }
};

// `parts` between brackets, each on a line.
std::string Enclosed(char open, const std::vector<std::string>& parts,
                     char close, absl::string_view indent) {
  std::string text(1, open);
  absl::string_view separator;
  for (const std::string& part : parts) {
    absl::StrAppend(&text, separator, "\n", indent, "  ", part);
    separator = ",";
  }
  if (!parts.empty()) absl::StrAppend(&text, "\n", indent);
  text.push_back(close);
  return text;
}

// For CSV and SQL, before quoting. Lists do not get here.
struct PlainVisitor {
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(int64_t value) const { return absl::StrCat(value); }
  std::string operator()(double value) const { return Number(value); }
  std::string operator()(bool value) const { return value ? "1" : "0"; }
  template <typename T>
  std::string operator()(const std::vector<T>&) const {
    return "";
  }
};

std::string Plain(const Field& field) {
  return std::visit(PlainVisitor(), field.value);
}

absl::string_view SqlType(const Field& field) {
  if (std::holds_alternative<std::string>(field.value)) return "TEXT";
  return std::holds_alternative<double>(field.value) ? "REAL" : "INTEGER";
}

std::vector<const Field*> ScalarFields(const Record& record) {
  std::vector<const Field*> fields;
  for (const Field& field : record) {
    if (!field.is_list()) fields.push_back(&field);
  }
  return fields;
}

std::string JoinNames(const std::vector<const Field*>& fields,
                      absl::string_view separator) {
  return absl::StrJoin(fields, separator,
                       [](std::string* out, const Field* field) {
                         absl::StrAppend(out, field->name);
                       });
}

std::string RenderCsv(const BenchReport& report) {
  std::string text;
  for (const Record& record : report.records) {
    const std::vector<const Field*> fields = ScalarFields(record);
    if (text.empty()) absl::StrAppend(&text, JoinNames(fields, ","), "\n");
    absl::StrAppend(&text,
                    absl::StrJoin(fields, ",",
                                  [](std::string* out, const Field* field) {
                                    absl::StrAppend(
                                        out, "\"",
                                        absl::StrReplaceAll(Plain(*field),
                                                            {{"\"", "\"\""}}),
                                        "\"");
                                  }),
                    "\n");
  }
  return text;
}

std::string RenderSql(const BenchReport& report) {
  if (report.records.empty()) return "";
  const std::vector<const Field*> first = ScalarFields(report.records[0]);
  std::string text =
      absl::StrCat("CREATE TABLE IF NOT EXISTS ", report.table, " (\n",
                   absl::StrJoin(first, ",\n",
                                 [](std::string* out, const Field* field) {
                                   absl::StrAppend(out, "  ", field->name, " ",
                                                   SqlType(*field));
                                 }),
                   "\n);\n\n");
  for (const Record& record : report.records) {
    const std::vector<const Field*> fields = ScalarFields(record);
    absl::StrAppend(
        &text, "INSERT INTO ", report.table, " (", JoinNames(fields, ", "),
        ") VALUES (",
        absl::StrJoin(fields, ", ",
                      [](std::string* out, const Field* field) {
                        absl::StrAppend(
                            out, "'",
                            absl::StrReplaceAll(Plain(*field), {{"'", "''"}}),
                            "'");
                      }),
        ");\n");
  }
  return text;
}

std::string RenderMarkdown(const BenchReport& report) {
  std::string text;
  for (const std::string& line : report.before) {
    absl::StrAppend(&text, line, "\n");
  }
  if (!report.before.empty()) absl::StrAppend(&text, "\n");
  if (!report.columns.empty()) {
    absl::StrAppend(&text, RenderTable(report.columns, report.rows));
  }
  if (!report.after.empty()) absl::StrAppend(&text, "\n");
  for (const std::string& line : report.after) {
    absl::StrAppend(&text, line, "\n");
  }
  return PrintableLines(text);
}

}  // namespace

absl::StatusOr<OutputFormat> OutputFormatFromName(absl::string_view name) {
  if (name == "md") return OutputFormat::kMarkdown;
  if (name == "csv") return OutputFormat::kCsv;
  if (name == "json") return OutputFormat::kJson;
  if (name == "sql") return OutputFormat::kSql;
  return absl::InvalidArgumentError(absl::StrCat(
      "no output format ", Quoted(name), "; expected md, csv, json or sql"));
}

std::string RenderTable(const std::vector<BenchReport::Column>& columns,
                        const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (size_t c = 0; c < columns.size(); ++c) {
    size_t width = std::max<size_t>(Width(columns[c].heading), 3);
    for (const auto& row : rows) width = std::max(width, Width(row[c]));
    widths.push_back(width);
  }
  std::string text = "|";
  for (size_t c = 0; c < columns.size(); ++c) {
    absl::StrAppend(&text, " ",
                    Padded(columns[c].heading, widths[c], columns[c].right),
                    " |");
  }
  absl::StrAppend(&text, "\n|");
  for (size_t c = 0; c < columns.size(); ++c) {
    absl::StrAppend(&text, " ", std::string(widths[c] - 1, '-'),
                    columns[c].right ? ":" : "-", " |");
  }
  for (const auto& row : rows) {
    absl::StrAppend(&text, "\n|");
    for (size_t c = 0; c < columns.size(); ++c) {
      absl::StrAppend(&text, " ", Padded(row[c], widths[c], columns[c].right),
                      " |");
    }
  }
  absl::StrAppend(&text, "\n");
  return text;
}

std::string ObjectAsJson(const Record& fields, absl::string_view indent) {
  std::vector<std::string> members;
  for (const Field& field : fields) {
    members.push_back(absl::StrCat(QuotedJson(field.name), ": ",
                                   std::visit(JsonVisitor(), field.value)));
  }
  return Enclosed('{', members, '}', indent);
}

std::string RecordsAsJson(absl::Span<const Record> records,
                          absl::string_view indent) {
  std::vector<std::string> elements;
  for (const Record& record : records) {
    elements.push_back(ObjectAsJson(record, absl::StrCat(indent, "  ")));
  }
  return Enclosed('[', elements, ']', indent);
}

std::string TextsAsJson(absl::Span<const std::string> texts,
                        absl::string_view indent) {
  std::vector<std::string> elements;
  for (const std::string& text : texts) elements.push_back(QuotedJson(text));
  return Enclosed('[', elements, ']', indent);
}

std::string QuotedJson(absl::string_view text) {
  std::string json = "\"";
  for (const char c : AsUtf8(std::string(text))) {
    if (c == '"' || c == '\\') {
      absl::StrAppend(&json, "\\", absl::string_view(&c, 1));
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&json, "\\u%04x", static_cast<unsigned char>(c));
    } else {
      json.push_back(c);
    }
  }
  json.push_back('"');
  return PrintableJson(json);
}

std::string RenderReport(const BenchReport& report, OutputFormat format) {
  switch (format) {
    case OutputFormat::kCsv:
      return RenderCsv(report);
    case OutputFormat::kJson:
      return absl::StrCat(RecordsAsJson(report.records, ""), "\n");
    case OutputFormat::kSql:
      return RenderSql(report);
    case OutputFormat::kMarkdown:
      break;
  }
  return RenderMarkdown(report);
}

}  // namespace tessera
