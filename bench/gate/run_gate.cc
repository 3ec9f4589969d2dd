#include "bench/gate/run_gate.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/build_info.h"
#include "base/file_error.h"
#include "base/host_info.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "base/thread_pool.h"
#include "base/write_file.h"
#include "bench/gate/baseline_check.h"
#include "bench/gate/baseline_file.h"
#include "bench/gate/build_comparison.h"
#include "bench/gate/counts.h"
#include "bench/gate/gate_rows.h"
#include "bench/gate/instruction_counts.h"
#include "bench/gate/layouts_before.h"
#include "bench/gate/model_figures.h"
#include "bench/gate/row_sampler.h"
#include "bench/gate/stored_check.h"
#include "bench/kernel_suite.h"
#include "bench/temporary_folder.h"

namespace tessera {
namespace {

constexpr int kModelRounds = 16;

absl::StatusOr<Counts> CountAll(const GateRequest& request, ThreadPool& pool,
                                ProgressFn progress) {
  progress("count bytes, barriers and allocations");
  Counts counts = CountWeightBytes();
  TESSERA_ASSIGN_OR_RETURN(Counts models, CountModels(pool, request.filter));
  counts.merge(models);
  TESSERA_ASSIGN_OR_RETURN(Counts files, CountFileBytes(request.files));
  counts.merge(files);
  progress("count instructions with callgrind");
  TESSERA_ASSIGN_OR_RETURN(Counts instructions,
                           CountInstructions(request.program, request.filter));
  counts.merge(instructions);
  return counts;
}

absl::StatusOr<std::string> CommitToName() {
  if (BuildCommit() == "unknown") {
    return absl::FailedPreconditionError(
        "this bench was built outside of a git checkout, so that a baseline "
        "could not name its commit");
  }
  if (BuildIsDirty()) {
    return absl::FailedPreconditionError(
        "this bench was built with changes that are not committed; commit them "
        "and build it again, so that the baseline can name the commit");
  }
  return std::string(BuildCommit());
}

// A gate that has compared nothing has not passed.
absl::Status CheckCompared(const std::vector<GateResult>& results,
                           const std::string& baseline) {
  for (const GateResult& result : results) {
    if (result.verdict != Verdict::kNew) return absl::OkStatus();
  }
  if (results.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      baseline, ": has none of the ", results.size(),
      " rows that are to be compared, such as ", Quoted(results[0].name)));
}

class Gate {
 public:
  Gate(const GateRequest& request, const ResultFile& run, ProgressFn progress)
      : request_(request),
        run_(run),
        progress_(progress),
        pool_(request.threads) {}

  absl::StatusOr<GateOutcome> Run();

 private:
  absl::Status ReadBaselines();
  absl::Status Count();
  absl::Status CompareLayouts();
  // Also checks the file of --layouts_before, rather before minutes of
  // measuring than after.
  absl::Status ExcuseSlowMachine();
  absl::Status MeasureModels();
  absl::Status CompareStored();
  absl::Status CompareBuilds();
  void AddFloors();
  void Add(std::vector<GateResult> results);

  const GateRequest& request_;
  const ResultFile& run_;
  ProgressFn progress_;
  ThreadPool pool_;
  GateBaseline baseline_;
  ResultFile stored_;
  ResultFile layouts_before_;
  GateOutcome outcome_;
};

absl::StatusOr<GateOutcome> Gate::Run() {
  TESSERA_RETURN_IF_ERROR(ReadBaselines());
  if (request_.check_counts) TESSERA_RETURN_IF_ERROR(Count());
  if (request_.check_layouts) TESSERA_RETURN_IF_ERROR(CompareLayouts());
  if (request_.check_models) TESSERA_RETURN_IF_ERROR(MeasureModels());
  if (request_.check_stored) TESSERA_RETURN_IF_ERROR(CompareStored());
  if (request_.check_builds) TESSERA_RETURN_IF_ERROR(CompareBuilds());
  if (outcome_.results.empty()) {
    return absl::NotFoundError(
        absl::StrCat("--filter=", Quoted(request_.filter), " leaves no row"));
  }
  outcome_.verdict = VerdictOf(outcome_.results);
  return std::move(outcome_);
}

absl::Status Gate::ReadBaselines() {
  if (!request_.counts.empty()) {
    TESSERA_ASSIGN_OR_RETURN(baseline_, ReadGateBaseline(request_.counts));
  }
  if (!request_.layouts_before.empty()) {
    TESSERA_ASSIGN_OR_RETURN(layouts_before_,
                             ReadResultFile(request_.layouts_before));
    TESSERA_RETURN_IF_ERROR(ExcuseSlowMachine());
  }
  if (request_.check_stored) {
    TESSERA_ASSIGN_OR_RETURN(stored_, ReadResultFile(request_.baseline));
    // Rather now than after minutes of measuring.
    return WithPath(
        request_.baseline,
        CheckStored(stored_, run_, {}, request_.rules, request_.any_machine)
            .status());
  }
  return absl::OkStatus();
}

absl::Status Gate::Count() {
  TESSERA_ASSIGN_OR_RETURN(const Counts counts,
                           CountAll(request_, pool_, progress_));
  std::vector<GateResult> results =
      CheckCounts(baseline_, counts, CompilerName(), request_.filter);
  if (VerdictOf(results) == Verdict::kRegression) {
    outcome_.notes.push_back(
        "counts differ from the baseline; if that is wanted, commit what bench "
        "--update_baseline writes");
  }
  Add(std::move(results));
  return absl::OkStatus();
}

absl::Status Gate::CompareLayouts() {
  LayoutCheckOptions options;
  options.isa = request_.isa;
  options.types = KernelTypes();
  options.profile = request_.profile;
  options.rules = request_.rules;
  options.most_rounds =
      std::max(options.least_rounds, 3 * request_.patience / 2);
  options.filter = request_.filter;
  RowSampler sampler(pool_);
  TESSERA_ASSIGN_OR_RETURN(LayoutCheckResult checked,
                           CheckLayouts(options, sampler, progress_));
  ExcuseKnown(baseline_.FindKnownSlower(CpuClass(), IsaName(request_.isa)),
              &checked.results);
  Add(std::move(checked.results));
  outcome_.speeds = std::move(checked.speeds);
  Add(FiguresOf(outcome_.speeds, request_.filter));
  if (!request_.counts.empty() && !outcome_.speeds.empty()) AddFloors();
  return ExcuseSlowMachine();
}

absl::Status Gate::ExcuseSlowMachine() {
  if (request_.layouts_before.empty()) return absl::OkStatus();
  return WithPath(
      request_.layouts_before,
      ExcuseAsBefore(layouts_before_, run_, request_.rules, &outcome_.results));
}

void Gate::AddFloors() {
  const std::string cpu = CpuClass();
  const std::string isa(IsaName(request_.isa));
  const SpeedFloors* floors = baseline_.FindFloors(cpu, isa);
  if (floors != nullptr) {
    Add(CheckFloors(*floors, outcome_.speeds, request_.filter));
    return;
  }
  GateBaseline proposal;
  proposal.floors = {ProposeFloors(cpu, isa, outcome_.speeds)};
  outcome_.notes.push_back(absl::StrCat(
      "warning: ", request_.counts, " has no floors for ", cpu, " with ", isa,
      "; to commit these, run bench --update_baseline on such a machine:\n",
      GateBaselineText(proposal)));
}

absl::Status Gate::MeasureModels() {
  TESSERA_ASSIGN_OR_RETURN(const TemporaryFolder folder,
                           TemporaryFolder::Create());
  TESSERA_ASSIGN_OR_RETURN(const std::vector<GateRow> rows,
                           ModelRows(request_, folder.path(), pool_));
  RowSampler sampler(pool_);
  TESSERA_ASSIGN_OR_RETURN(
      std::vector<GateResult> figures,
      ModelFigures(rows, kModelRounds, sampler, progress_));
  Add(std::move(figures));
  return absl::OkStatus();
}

absl::Status Gate::CompareStored() {
  TESSERA_ASSIGN_OR_RETURN(std::vector<GateResult> results,
                           CheckStored(stored_, run_, outcome_.results,
                                       request_.rules, request_.any_machine));
  TESSERA_RETURN_IF_ERROR(CheckCompared(results, request_.baseline));
  Add(std::move(results));
  return absl::OkStatus();
}

absl::Status Gate::CompareBuilds() {
  BuildComparisonOptions options;
  options.before = request_.baseline_bin;
  options.after = request_.program;
  options.threads = request_.threads;
  options.rules = request_.rules;
  options.most_blocks = request_.patience;
  options.time_limit_s = request_.time_limit_s;
  TESSERA_ASSIGN_OR_RETURN(const TemporaryFolder folder,
                           TemporaryFolder::Create());
  // Models first: if the time is up, they matter most.
  TESSERA_ASSIGN_OR_RETURN(std::vector<GateRow> rows,
                           ModelRows(request_, folder.path(), pool_));
  const std::vector<GateRow> kernels = KernelRows(request_);
  rows.insert(rows.end(), kernels.begin(), kernels.end());
  if (rows.empty()) return absl::OkStatus();
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<BuildComparison> comparison,
                           BuildComparison::Start(options));
  TESSERA_ASSIGN_OR_RETURN(std::vector<GateResult> results,
                           comparison->Run(rows, progress_));
  TESSERA_RETURN_IF_ERROR(CheckCompared(results, request_.baseline_bin));
  Add(std::move(results));
  return absl::OkStatus();
}

void Gate::Add(std::vector<GateResult> results) {
  for (GateResult& result : results) {
    outcome_.results.push_back(std::move(result));
  }
}

}  // namespace

absl::StatusOr<GateOutcome> RunGate(const GateRequest& request,
                                    const ResultFile& run,
                                    ProgressFn progress) {
  return Gate(request, run, progress).Run();
}

absl::Status UpdateBaseline(const GateRequest& request, ProgressFn progress) {
  // Rather now than after minutes of measuring.
  TESSERA_RETURN_IF_ERROR(CheckWriteFile(request.counts));
  ThreadPool pool(request.threads);
  GateBaseline baseline;
  absl::StatusOr<GateBaseline> old = ReadGateBaseline(request.counts);
  if (old.ok()) {
    baseline = *std::move(old);
  } else if (!absl::IsNotFound(old.status())) {
    return old.status();
  }
  if (baseline.commit.empty() || request.advance) {
    TESSERA_ASSIGN_OR_RETURN(baseline.commit, CommitToName());
  }
  baseline.compiler = CompilerName();
  TESSERA_ASSIGN_OR_RETURN(baseline.counts, CountAll(request, pool, progress));
  const std::string cpu = CpuClass();
  const std::string isa(IsaName(request.isa));
  if (baseline.FindFloors(cpu, isa) == nullptr) {
    LayoutCheckOptions options;
    options.isa = request.isa;
    options.types = KernelTypes();
    RowSampler sampler(pool);
    TESSERA_ASSIGN_OR_RETURN(const LayoutCheckResult checked,
                             CheckLayouts(options, sampler, progress));
    baseline.floors.push_back(ProposeFloors(cpu, isa, checked.speeds));
  }
  TESSERA_RETURN_IF_ERROR(WriteGateBaseline(baseline, request.counts));
  progress(absl::StrCat("wrote ", request.counts));
  return absl::OkStatus();
}

}  // namespace tessera
