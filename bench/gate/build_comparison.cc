#include "bench/gate/build_comparison.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

GateResult ResultOf(const GateRow& row, const Decision& decision,
                    double noise) {
  GateResult result;
  result.name = row.Name();
  result.kind = row.kind == GateRow::Kind::kModel ? GateResult::Kind::kModel
                                                  : GateResult::Kind::kKernel;
  result.row = row;
  result.value = decision.slowdown.ratio;
  result.lower = decision.slowdown.lower;
  result.upper = decision.slowdown.upper;
  result.samples = decision.slowdown.samples;
  result.noise = noise;
  result.verdict = decision.verdict;
  return result;
}

}  // namespace

absl::StatusOr<std::unique_ptr<BuildComparison>> BuildComparison::Start(
    const BuildComparisonOptions& options) {
  auto comparison =
      std::unique_ptr<BuildComparison>(new BuildComparison(options));
  TESSERA_RETURN_IF_ERROR(comparison->StartWorkers());
  return comparison;
}

absl::Status BuildComparison::StartWorkers() {
  const int threads = options_.threads;
  TESSERA_ASSIGN_OR_RETURN(before_,
                           WorkerProcess::Start(options_.before, threads));
  TESSERA_ASSIGN_OR_RETURN(after_,
                           WorkerProcess::Start(options_.after, threads));
  TESSERA_ASSIGN_OR_RETURN(same_,
                           WorkerProcess::Start(options_.after, threads));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<GateResult>> BuildComparison::Run(
    const std::vector<GateRow>& rows, ProgressFn progress) {
  const int count = static_cast<int>(rows.size());
  std::vector<GateResult> results;
  std::vector<size_t> suspects;
  const absl::Time deadline =
      options_.time_limit_s > 0
          ? absl::Now() + absl::Seconds(options_.time_limit_s)
          : absl::InfiniteFuture();
  for (const GateRow& row : rows) {
    if (absl::Now() > deadline) {
      results.push_back(ResultOf(row, {Verdict::kNoisy, {}}, 1));
      results.back().why = "not measured: the time was up";
      continue;
    }
    TESSERA_ASSIGN_OR_RETURN(GateResult result, RunRow(row, count));
    progress(absl::StrFormat("%d of %d, %s: %.3f (%.3f to %.3f), %s",
                             results.size() + 1, count, result.name,
                             result.value, result.lower, result.upper,
                             VerdictName(result.verdict)));
    if (result.verdict == Verdict::kRegression) {
      suspects.push_back(results.size());
    }
    results.push_back(std::move(result));
  }
  if (suspects.empty()) return results;
  TESSERA_RETURN_IF_ERROR(StartWorkers());
  for (const size_t suspect : suspects) {
    TESSERA_ASSIGN_OR_RETURN(GateResult again, RunRow(rows[suspect], count));
    progress(absl::StrFormat("once more, %s: %.3f (%.3f to %.3f), %s",
                             again.name, again.value, again.lower, again.upper,
                             VerdictName(again.verdict)));
    if (again.verdict != Verdict::kRegression) {
      again.why = absl::StrFormat("slower at first, by %.1f %%, but not again",
                                  (results[suspect].value - 1) * 100);
    }
    results[suspect] = std::move(again);
  }
  return results;
}

absl::StatusOr<GateResult> BuildComparison::RunRow(const GateRow& row,
                                                   int rows) {
  // A row that the baseline does not know cannot be compared with it.
  const absl::Status known = before_->Open(0, row);
  if (absl::IsUnimplemented(known)) {
    GateResult result = ResultOf(row, {Verdict::kNew, {}}, 1);
    result.why = std::string(known.message());
    return result;
  }
  TESSERA_RETURN_IF_ERROR(known);
  TESSERA_RETURN_IF_ERROR(before_->Close());

  const double least = 1 + options_.rules.least_effect;
  PairedTimes same;
  double noise = INFINITY;
  int block = 0;
  for (const int look :
       LooksBetween(options_.least_blocks / 2, options_.most_blocks / 2)) {
    for (; block < look; ++block) {
      TESSERA_RETURN_IF_ERROR(RunBlock(row, block, *same_, *after_, &same));
    }
    noise = NoiseFloor(same);
    if (noise < std::sqrt(least)) break;
  }
  PairedTimes times;
  Decision decision;
  const std::vector<int> looks =
      LooksBetween(options_.least_blocks, options_.most_blocks);
  GateRules rules = options_.rules;
  rules.looks = static_cast<int>(looks.size());
  block = 0;
  for (const int look : looks) {
    for (; block < look; ++block) {
      TESSERA_RETURN_IF_ERROR(RunBlock(row, block, *before_, *after_, &times));
    }
    decision = Decide(times, noise, rows, rules);
    if (decision.verdict != Verdict::kNoisy) break;
  }
  GateResult result = ResultOf(row, decision, noise);
  result.samples_ns = times.after;
  if (decision.verdict == Verdict::kNoisy) {
    result.why = noise >= least ? "the build differs from itself by as much"
                                : "the interval holds both";
  }
  return result;
}

absl::Status BuildComparison::RunBlock(const GateRow& row, int block,
                                       WorkerProcess& before,
                                       WorkerProcess& after,
                                       PairedTimes* times) {
  // Memory lies elsewhere each time, and the CPUs rotate: neither may favour a
  // build for long. All times of a block share both, so they are one sample.
  TESSERA_RETURN_IF_ERROR(before.Open(block, row));
  TESSERA_RETURN_IF_ERROR(after.Open(block, row));
  const bool before_first = block % 2 == 0;
  WorkerProcess& outer = before_first ? before : after;
  WorkerProcess& inner = before_first ? after : before;
  const double seconds = options_.slot_seconds;
  TESSERA_ASSIGN_OR_RETURN(const double first, outer.Sample(seconds));
  TESSERA_ASSIGN_OR_RETURN(const double second, inner.Sample(seconds));
  TESSERA_ASSIGN_OR_RETURN(const double third, inner.Sample(seconds));
  TESSERA_ASSIGN_OR_RETURN(const double fourth, outer.Sample(seconds));
  const double of_outer = (first + fourth) / 2;
  const double of_inner = (second + third) / 2;
  times->before.push_back(before_first ? of_outer : of_inner);
  times->after.push_back(before_first ? of_inner : of_outer);
  TESSERA_RETURN_IF_ERROR(before.Close());
  return after.Close();
}

}  // namespace tessera
