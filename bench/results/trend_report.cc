#include "bench/results/trend_report.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace tessera {
namespace {

constexpr int kSchemaVersion = 1;

// 10 for 10 % more; 0 if the first value is 0.
double PercentChange(double first, double last) {
  return first == 0 ? 0 : (last / first - 1) * 100;
}

void AddSeries(const TrendSeries& series, BenchReport* report) {
  const TrendSeries::Point& first = series.points.front();
  const TrendSeries::Point& last = series.points.back();
  const double best =
      std::max_element(
          series.points.begin(), series.points.end(),
          [](const auto& a, const auto& b) { return a.value < b.value; })
          ->value;
  const double change = PercentChange(first.value, last.value);
  const auto runs = static_cast<int64_t>(series.points.size());
  report->records.push_back({{"row", series.row},
                             {"machine", series.machine},
                             {"unit", series.unit},
                             {"runs", runs},
                             {"first_time", first.time},
                             {"first_commit", first.commit},
                             {"last_time", last.time},
                             {"last_commit", last.commit},
                             {"first", first.value},
                             {"last", last.value},
                             {"best", best},
                             {"change_percent", change}});
  report->rows.push_back(
      {series.row, series.machine, series.unit, absl::StrCat(runs),
       absl::StrFormat("%.2f", first.value),
       absl::StrFormat("%.2f", last.value), absl::StrFormat("%.2f", best),
       absl::StrFormat("%+.1f %%", change), last.time,
       last.commit.substr(0, 9)});
}

BenchReport ReportOf(absl::Span<const TrendSeries> trends) {
  BenchReport report;
  report.table = "trend";
  report.columns = {{"row", false},   {"machine", false}, {"unit", false},
                    {"runs"},         {"first"},          {"last"},
                    {"best"},         {"change"},         {"last run", false},
                    {"commit", false}};
  for (const TrendSeries& series : trends) AddSeries(series, &report);
  report.after = {
      "Runs drift with the machine; compare two of them with bench --compare."};
  return report;
}

std::string SeriesAsJson(const TrendSeries& series) {
  std::vector<Record> points;
  for (const TrendSeries::Point& point : series.points) {
    points.push_back({{"time", point.time},
                      {"commit", point.commit},
                      {"value", point.value}});
  }
  return absl::StrCat("{\n      \"row\": ", QuotedJson(series.row),
                      ",\n      \"machine\": ", QuotedJson(series.machine),
                      ",\n      \"unit\": ", QuotedJson(series.unit),
                      ",\n      \"points\": ", RecordsAsJson(points, "      "),
                      "\n    }");
}

}  // namespace

std::string RenderTrends(absl::Span<const TrendSeries> trends,
                         OutputFormat format) {
  if (format != OutputFormat::kJson) {
    return RenderReport(ReportOf(trends), format);
  }
  std::string text = absl::StrCat(
      "{\n  \"schema\": \"tessera-bench-trends\",\n  \"schema_version\": ",
      kSchemaVersion, ",\n  \"series\": [");
  absl::string_view separator;
  for (const TrendSeries& series : trends) {
    absl::StrAppend(&text, separator, "\n    ", SeriesAsJson(series));
    separator = ",";
  }
  absl::StrAppend(&text, trends.empty() ? "" : "\n  ", "]\n}\n");
  return text;
}

}  // namespace tessera
