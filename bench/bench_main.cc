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
#include "base/thread_pool.h"
#include "bench/bench_flags.h"
#include "bench/gate/gate_flags.h"
#include "bench/gate/gate_report.h"
#include "bench/gate/instruction_counts.h"
#include "bench/gate/run_gate.h"
#include "bench/gate/worker.h"
#include "bench/render_report.h"
#include "bench/run_bench.h"

namespace tessera {
namespace {

constexpr int kExitRegression = 3;
constexpr int kExitNoisy = 4;

void ShowProgress(bool quiet, absl::string_view line) {
  if (quiet) return;
  std::fputs(absl::StrCat("bench: ", line, "\n").c_str(), stderr);
}

absl::StatusOr<int> Measure(const std::vector<std::string>& arguments) {
  const absl::StatusOr<BenchRequest> request = BenchRequestFromFlags(arguments);
  if (!request.ok()) ExitWithUsageError(request.status().message());
  TESSERA_ASSIGN_OR_RETURN(const BenchReport report,
                           RunBench(*request, [&](absl::string_view line) {
                             ShowProgress(request->quiet, line);
                           }));
  std::fputs(RenderReport(report, request->output).c_str(), stdout);
  return 0;
}

absl::StatusOr<int> Guard(const std::vector<std::string>& arguments) {
  const absl::StatusOr<GateRequest> request = GateRequestFromFlags(arguments);
  if (!request.ok()) ExitWithUsageError(request.status().message());
  const auto progress = [&](absl::string_view line) {
    ShowProgress(request->quiet, line);
  };
  if (request->update) {
    TESSERA_RETURN_IF_ERROR(UpdateBaseline(*request, progress));
    return 0;
  }
  TESSERA_ASSIGN_OR_RETURN(const GateOutcome outcome,
                           RunGate(*request, progress));
  const BenchReport report = GateReportOf(outcome, request->isa);
  std::fputs(RenderReport(report, request->output).c_str(), stdout);
  switch (outcome.verdict) {
    case Verdict::kPass:
      return 0;
    case Verdict::kNoisy:
      return kExitNoisy;
    default:
      return kExitRegression;
  }
}

absl::StatusOr<int> Main(int argc, char** argv) {
  const std::vector<std::string> arguments =
      ParseCommandLine(argc, argv, BenchUsage());
  switch (GateModeFromFlags()) {
    case GateMode::kNone:
      return Measure(arguments);
    case GateMode::kGate:
    case GateMode::kUpdateBaseline:
      return Guard(arguments);
    case GateMode::kWorker: {
      TESSERA_ASSIGN_OR_RETURN(const int threads, GateWorkerThreads());
      ThreadPool pool(threads);
      Worker(pool).Serve(stdin, stdout);
      return 0;
    }
    case GateMode::kInstructions:
      TESSERA_RETURN_IF_ERROR(RunCountedKernels());
      return 0;
  }
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
