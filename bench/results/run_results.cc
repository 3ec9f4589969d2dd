#include "bench/results/run_results.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/file_error.h"
#include "base/status_macros.h"
#include "bench/results/change_report.h"
#include "bench/results/compare_results.h"
#include "bench/results/history.h"
#include "bench/results/result_file.h"
#include "bench/results/result_row.h"
#include "bench/results/trend_report.h"

namespace tessera {
namespace {

absl::StatusOr<std::string> Compare(const ResultsRequest& request) {
  NamedResults older = {request.files[0], {}};
  NamedResults newer = {request.files[1], {}};
  TESSERA_ASSIGN_OR_RETURN(older.results, ReadResultFile(older.path));
  TESSERA_ASSIGN_OR_RETURN(newer.results, ReadResultFile(newer.path));
  TESSERA_ASSIGN_OR_RETURN(
      const ResultComparison comparison,
      CompareResults(older.results, newer.results, request.any_machine));
  return RenderChanges(older, newer, comparison, request.output);
}

absl::StatusOr<std::string> Import(const ResultsRequest& request) {
  // All are read before one is added.
  std::vector<ResultFile> runs;
  for (const std::string& path : request.files) {
    TESSERA_ASSIGN_OR_RETURN(runs.emplace_back(), ReadResultFile(path));
    const absl::Status rows = RowsOf(runs.back()).status();
    if (absl::IsDataLoss(rows)) return WithPath(path, rows);
  }
  TESSERA_ASSIGN_OR_RETURN(History history,
                           History::OpenOrCreate(request.history));
  std::string text;
  for (size_t i = 0; i < runs.size(); ++i) {
    TESSERA_ASSIGN_OR_RETURN(const bool is_new, history.Append(runs[i]));
    absl::StrAppend(
        &text, request.files[i], ": ",
        is_new ? absl::StrCat("added ", runs[i].records.size(), " records")
               : "is there already",
        "\n");
  }
  return text;
}

absl::StatusOr<std::string> ShowTrends(const ResultsRequest& request) {
  TESSERA_ASSIGN_OR_RETURN(History history,
                           History::OpenToRead(request.history));
  TESSERA_ASSIGN_OR_RETURN(const std::vector<TrendSeries> trends,
                           history.Trends(request.filter));
  return RenderTrends(trends, request.output);
}

}  // namespace

absl::StatusOr<std::string> RunResults(const ResultsRequest& request) {
  switch (request.task) {
    case ResultsRequest::Task::kCompare:
      return Compare(request);
    case ResultsRequest::Task::kImport:
      return Import(request);
    case ResultsRequest::Task::kTrends:
      return ShowTrends(request);
    case ResultsRequest::Task::kNone:
      break;
  }
  return absl::InternalError("no task");
}

}  // namespace tessera
