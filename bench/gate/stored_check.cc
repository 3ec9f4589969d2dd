#include "bench/gate/stored_check.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "bench/results/record_fields.h"

namespace tessera {
namespace {

// Times as multiples of those of the limit, which took turns with them.
std::vector<double> Normalized(const std::vector<double>& samples,
                               const std::vector<double>& limits) {
  std::vector<double> times;
  for (size_t i = 0; i < std::min(samples.size(), limits.size()); ++i) {
    const double time = samples[i] / limits[i];
    if (limits[i] > 0 && time > 0 && std::isfinite(time)) times.push_back(time);
  }
  return times;
}

using FiguresByName = std::map<std::string, const Record*>;

absl::StatusOr<FiguresByName> FiguresIn(const ResultFile& file) {
  FiguresByName figures;
  for (const Record& record : file.records) {
    TESSERA_ASSIGN_OR_RETURN(const std::string kind, TextIn(record, "kind"));
    if (kind != GateResultKindName(GateResult::Kind::kFigure)) continue;
    TESSERA_ASSIGN_OR_RETURN(const std::string name, TextIn(record, "row"));
    figures[name] = &record;
  }
  return figures;
}

absl::Status CheckSameMachine(const ResultFile& earlier,
                              const ResultFile& now) {
  const bool same = earlier.machine.fingerprint == now.machine.fingerprint &&
                    earlier.options.isa == now.options.isa &&
                    earlier.options.threads == now.options.threads;
  if (same) return absl::OkStatus();
  const auto name = [](const ResultFile& run) {
    return absl::StrCat(run.machine.cpu, " (", run.machine.fingerprint,
                        ") with ", run.options.isa, ", ", run.options.threads,
                        " threads");
  };
  return absl::InvalidArgumentError(
      absl::StrCat("it was measured on ", name(earlier), ", this is ",
                   name(now), "; --any_machine compares them all the same"));
}

GateResult Compare(const GateResult& figure, const Record& earlier, int rows,
                   const GateRules& rules) {
  const PairedTimes times = {
      Normalized(NumbersIn(earlier, "samples_ns"),
                 NumbersIn(earlier, "limit_samples_ns")),
      Normalized(figure.samples_ns, figure.limit_samples_ns)};
  const Decision decision = DecideUnpaired(times, figure.noise, rows, rules);
  GateResult result = figure;
  result.unit = GateResult::Unit::kRatio;
  result.value = decision.slowdown.ratio;
  result.lower = decision.slowdown.lower;
  result.upper = decision.slowdown.upper;
  result.samples = decision.slowdown.samples;
  result.baseline = 1;
  result.verdict = decision.verdict;
  return result;
}

}  // namespace

absl::StatusOr<std::vector<GateResult>> CheckStored(
    const ResultFile& earlier, const ResultFile& now,
    absl::Span<const GateResult> figures, const GateRules& rules,
    bool any_machine) {
  if (!any_machine) TESSERA_RETURN_IF_ERROR(CheckSameMachine(earlier, now));
  TESSERA_ASSIGN_OR_RETURN(const FiguresByName stored, FiguresIn(earlier));
  if (stored.empty()) {
    return absl::InvalidArgumentError(
        "it holds no figures; write it with bench --gate --json=FILE");
  }
  GateRules stored_rules = rules;
  stored_rules.least_effect = std::max(rules.least_effect, kLeastStoredEffect);
  const int rows = static_cast<int>(figures.size());
  std::vector<GateResult> results;
  for (const GateResult& figure : figures) {
    if (figure.kind != GateResult::Kind::kFigure) continue;
    const auto before = stored.find(figure.name);
    GateResult result = figure;
    if (before == stored.end()) {
      result.verdict = Verdict::kNew;
    } else {
      result = Compare(figure, *before->second, rows, stored_rules);
    }
    result.kind = GateResult::Kind::kStored;
    result.name =
        absl::StrCat("stored", absl::StripPrefix(figure.name, "figure"));
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace tessera
