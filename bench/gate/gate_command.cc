#include "bench/gate/gate_command.h"

#include <cstdio>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/command_line.h"
#include "base/message.h"
#include "base/status_macros.h"
#include "base/thread_pool.h"
#include "bench/gate/gate_flags.h"
#include "bench/gate/gate_report.h"
#include "bench/gate/instruction_counts.h"
#include "bench/gate/run_gate.h"
#include "bench/gate/worker.h"
#include "bench/results/describe_run.h"
#include "bench/results/print_run.h"

namespace tessera {
namespace {

int ExitCodeOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return 0;
    case Verdict::kNoisy:
      return kExitTooNoisy;
    default:
      return kExitRegression;
  }
}

absl::StatusOr<int> Guard(const std::vector<std::string>& arguments,
                          const RunSinks& sinks) {
  const absl::StatusOr<GateRequest> request = GateRequestFromFlags(arguments);
  if (!request.ok()) ExitWithUsageError(request.status().message());
  const auto progress = [&](absl::string_view line) {
    if (request->quiet) return;
    PrintMessage(absl::StrCat("bench: ", line));
  };
  if (request->update) {
    TESSERA_RETURN_IF_ERROR(UpdateBaseline(*request, progress));
    return 0;
  }
  TESSERA_RETURN_IF_ERROR(CheckSinks(sinks));
  ResultFile run = DescribeRun(IsaName(request->isa), request->threads, "auto");
  TESSERA_ASSIGN_OR_RETURN(const GateOutcome outcome,
                           RunGate(*request, run, progress));
  const BenchReport report = GateReportOf(outcome, request->isa);
  AddReport(report, &run);
  run.verdict = std::string(VerdictName(outcome.verdict));
  TESSERA_RETURN_IF_ERROR(PrintRun(report, run, sinks));
  return ExitCodeOf(outcome.verdict);
}

absl::StatusOr<int> ServeAsWorker() {
  const absl::StatusOr<int> threads = GateWorkerThreads();
  if (!threads.ok()) ExitWithUsageError(threads.status().message());
  ThreadPool pool(*threads);
  Worker(pool).Serve(stdin, stdout);
  return 0;
}

}  // namespace

bool IsGateCommand() { return GateModeFromFlags() != GateMode::kNone; }

absl::StatusOr<int> RunGateCommand(const std::vector<std::string>& arguments,
                                   const RunSinks& sinks) {
  switch (GateModeFromFlags()) {
    case GateMode::kWorker:
      return ServeAsWorker();
    case GateMode::kInstructions:
      TESSERA_RETURN_IF_ERROR(RunCountedKernels(GateFilterFromFlags()));
      return 0;
    default:
      return Guard(arguments, sinks);
  }
}

}  // namespace tessera
