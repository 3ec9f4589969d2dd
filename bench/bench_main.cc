// bench: measures kernels and models, alone and beside others.
#include <cstdio>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/command_line.h"
#include "base/status_macros.h"
#include "bench/bench_flags.h"
#include "bench/render_report.h"
#include "bench/results/describe_run.h"
#include "bench/results/history.h"
#include "bench/results/result_file.h"
#include "bench/results/results_flags.h"
#include "bench/results/run_results.h"
#include "bench/run_bench.h"

namespace tessera {
namespace {

absl::Status AppendTo(const std::string& path, const ResultFile& run) {
  TESSERA_ASSIGN_OR_RETURN(History history, History::OpenOrCreate(path));
  return history.Append(run).status();
}

// `history` is empty, or the file that gets the run, too.
absl::Status Measure(const std::vector<std::string>& arguments,
                     const std::string& history) {
  const absl::StatusOr<BenchRequest> request = BenchRequestFromFlags(arguments);
  if (!request.ok()) ExitWithUsageError(request.status().message());
  // Rather now than after minutes of measuring.
  if (!history.empty()) {
    TESSERA_RETURN_IF_ERROR(History::OpenOrCreate(history).status());
  }
  ResultFile run = DescribeRun(*request);
  TESSERA_ASSIGN_OR_RETURN(
      const BenchReport report, RunBench(*request, [&](absl::string_view line) {
        if (!request->quiet) {
          std::fputs(absl::StrCat("bench: ", line, "\n").c_str(), stderr);
        }
      }));
  AddReport(report, &run);
  const std::string text = request->output == OutputFormat::kJson
                               ? RenderResultFile(run)
                               : RenderReport(report, request->output);
  std::fputs(text.c_str(), stdout);
  return history.empty() ? absl::OkStatus() : AppendTo(history, run);
}

absl::Status Main(int argc, char** argv) {
  const std::vector<std::string> arguments =
      ParseCommandLine(argc, argv, BenchUsage());
  const absl::StatusOr<ResultsRequest> results =
      ResultsRequestFromFlags(arguments);
  if (!results.ok()) ExitWithUsageError(results.status().message());
  if (results->task == ResultsRequest::Task::kNone) {
    return Measure(arguments, results->history);
  }
  const absl::StatusOr<std::string> text = RunResults(*results);
  if (absl::IsInvalidArgument(text.status())) {
    ExitWithUsageError(text.status().message());
  }
  TESSERA_RETURN_IF_ERROR(text.status());
  std::fputs(text->c_str(), stdout);
  return absl::OkStatus();
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  return tessera::RunMain([&] {
    const absl::Status status = tessera::Main(argc, argv);
    return status.ok() ? 0 : tessera::ReportFailure(status);
  });
}
