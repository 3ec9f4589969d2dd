#include "bench/results/change_report.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace tessera {
namespace {

using Verdict = RowChange::Verdict;

constexpr int kSchemaVersion = 1;

std::string RunLine(const char* which, const NamedResults& run) {
  return absl::StrCat(which, ": ", run.path, ", ", run.results.time, ", ",
                      run.results.build.commit.substr(0, 9));
}

void AddChange(const RowChange& change, BenchReport* report) {
  const std::string verdict(VerdictName(change.verdict));
  report->records.push_back({{"row", change.name},
                             {"unit", change.unit},
                             {"old", change.old_value},
                             {"new", change.new_value},
                             {"ratio", change.ratio},
                             {"has_interval", change.has_interval},
                             {"ratio_lower", change.lower},
                             {"ratio_upper", change.upper},
                             {"samples", int64_t{change.samples}},
                             {"limit_ratio", change.limit_ratio},
                             {"verdict", verdict}});
  const bool marked =
      change.verdict == Verdict::kFaster || change.verdict == Verdict::kSlower;
  report->rows.push_back(
      {change.name, change.unit, absl::StrFormat("%.2f", change.old_value),
       absl::StrFormat("%.2f", change.new_value),
       absl::StrFormat("%.3f", change.ratio),
       change.has_interval
           ? absl::StrFormat("%.3f..%.3f", change.lower, change.upper)
           : "",
       absl::StrFormat("%.3f", change.limit_ratio), marked ? verdict : ""});
}

void AddUnmatched(const std::vector<std::string>& names,
                  const std::string& path, BenchReport* report) {
  for (const std::string& name : names) {
    report->after.push_back(absl::StrCat("only in ", path, ": ", name));
  }
}

BenchReport ReportOf(const NamedResults& older, const NamedResults& newer,
                     const ResultComparison& comparison) {
  BenchReport report;
  report.table = "change";
  report.columns = {{"row", false}, {"unit", false},   {"old"},   {"new"},
                    {"ratio"},      {"99 % interval"}, {"limit"}, {"", false}};
  report.before = {RunLine("old", older), RunLine("new", newer)};
  for (const std::string& line : comparison.differences) {
    report.before.push_back(line);
  }
  if (comparison.differences.empty()) {
    report.before.push_back("the runs differ in nothing but their time");
  }
  for (const RowChange& change : comparison.changes) {
    AddChange(change, &report);
  }
  report.after = {
      "ratio: new speed / old speed. limit: how the machine's own limit has "
      "moved; a change within that, or within 2 %, is noise."};
  AddUnmatched(comparison.only_old, older.path, &report);
  AddUnmatched(comparison.only_new, newer.path, &report);
  return report;
}

std::string RunAsJson(const NamedResults& run) {
  return ObjectAsJson({{"path", run.path},
                       {"time", run.results.time},
                       {"commit", run.results.build.commit},
                       {"machine", run.results.machine.fingerprint}},
                      "  ");
}

}  // namespace

std::string RenderChanges(const NamedResults& older, const NamedResults& newer,
                          const ResultComparison& comparison,
                          OutputFormat format) {
  const BenchReport report = ReportOf(older, newer, comparison);
  if (format != OutputFormat::kJson) return RenderReport(report, format);
  return absl::StrCat(
      "{\n  \"schema\": \"tessera-bench-changes\",\n  \"schema_version\": ",
      kSchemaVersion, ",\n  \"old\": ", RunAsJson(older),
      ",\n  \"new\": ", RunAsJson(newer),
      ",\n  \"differences\": ", TextsAsJson(comparison.differences, "  "),
      ",\n  \"only_old\": ", TextsAsJson(comparison.only_old, "  "),
      ",\n  \"only_new\": ", TextsAsJson(comparison.only_new, "  "),
      ",\n  \"records\": ", RecordsAsJson(report.records, "  "), "\n}\n");
}

}  // namespace tessera
