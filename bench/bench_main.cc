// bench: measures kernels and models, alone and beside others.
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/command_line.h"
#include "base/interrupt.h"
#include "base/message.h"
#include "base/output_path.h"
#include "base/status_macros.h"
#include "bench/bench_flags.h"
#include "bench/check_figures.h"
#include "bench/gate/gate_command.h"
#include "bench/report/report_flags.h"
#include "bench/report/write_report.h"
#include "bench/results/describe_run.h"
#include "bench/results/print_run.h"
#include "bench/results/result_file.h"
#include "bench/results/results_flags.h"
#include "bench/results/run_results.h"
#include "bench/run_bench.h"

namespace tessera {
namespace {

absl::StatusOr<ResultFile> Measure(const std::vector<std::string>& arguments,
                                   const RunSinks& sinks) {
  const absl::StatusOr<BenchRequest> request = BenchRequestFromFlags(arguments);
  if (!request.ok()) ExitWithUsageError(request.status().message());
  // Rather now than after minutes of measuring.
  TESSERA_RETURN_IF_ERROR(CheckSinks(sinks));
  if (!sinks.json.empty()) {
    TESSERA_RETURN_IF_ERROR(CheckIsNoInput(sinks.json, request->arenas));
  }
  // A comparison or an advice is nothing unless it is whole.
  if (!request->compares() &&
      request->subject != BenchRequest::Subject::kAdvice) {
    CatchInterrupt();
  }
  ResultFile run = DescribeRun(*request);
  TESSERA_ASSIGN_OR_RETURN(const BenchReport report,
                           RunBench(*request, [&](absl::string_view line) {
                             if (!request->quiet) {
                               PrintMessage(absl::StrCat("bench: ", line));
                             }
                           }));
  AddReport(report, &run);
  TESSERA_RETURN_IF_ERROR(PrintRun(report, run, sinks));
  TESSERA_RETURN_IF_ERROR(CheckFigures(report));
  return run;
}

absl::Status Report(const ReportRequest& request, const RunSinks& sinks) {
  // What is missing is said rather now than after minutes of measuring.
  TESSERA_ASSIGN_OR_RETURN(ReportPage page, OpenReport(request));
  if (AsksToMeasure()) {
    TESSERA_ASSIGN_OR_RETURN(const ResultFile run, Measure({}, sinks));
    TESSERA_RETURN_IF_ERROR(page.Add("this run", RenderResultFile(run)));
  }
  return WriteReport(request, &page);
}

absl::StatusOr<int> Main(int argc, char** argv) {
  const std::vector<std::string> arguments =
      ParseCommandLine(argc, argv, {BenchUsage(), BenchAliases()});
  const absl::StatusOr<RunSinks> sinks = RunSinksFromFlags();
  if (!sinks.ok()) ExitWithUsageError(sinks.status().message());
  const absl::StatusOr<std::optional<ReportRequest>> report =
      ReportRequestFromFlags(arguments, AsksToMeasure());
  if (!report.ok()) ExitWithUsageError(report.status().message());
  if (report->has_value()) {
    TESSERA_RETURN_IF_ERROR(Report(**report, *sinks));
    return 0;
  }
  const absl::StatusOr<ResultsRequest> results =
      ResultsRequestFromFlags(arguments);
  if (!results.ok()) ExitWithUsageError(results.status().message());
  if (results->task == ResultsRequest::Task::kNone) {
    if (IsGateCommand()) return RunGateCommand(arguments, *sinks);
    TESSERA_RETURN_IF_ERROR(Measure(arguments, *sinks).status());
    return 0;
  }
  const absl::StatusOr<std::string> text = RunResults(*results);
  if (absl::IsInvalidArgument(text.status())) {
    ExitWithUsageError(text.status().message());
  }
  TESSERA_RETURN_IF_ERROR(text.status());
  std::fputs(text->c_str(), stdout);
  return 0;
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  return tessera::RunMain([&] {
    const absl::StatusOr<int> code = tessera::Main(argc, argv);
    return code.ok() ? *code : tessera::ReportFailure(code.status());
  });
}
