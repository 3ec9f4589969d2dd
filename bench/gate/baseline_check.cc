#include "bench/gate/baseline_check.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "bench/gate/row_filter.h"

namespace tessera {
namespace {

constexpr double kSizeTolerance = 0.02;
// Rounding of the text form.
constexpr double kTolerance = 1e-9;
constexpr double kShareOfMeasured = 0.85;

bool IsFileSize(absl::string_view name) {
  return absl::EndsWith(name, ": bytes of the file");
}

bool DependsOnCompiler(absl::string_view name) {
  return IsFileSize(name) || absl::EndsWith(name, ": instructions");
}

GateResult CountResult(const std::string& name, double value, double baseline) {
  GateResult result;
  result.name = name;
  result.kind = GateResult::Kind::kCount;
  result.unit = GateResult::Unit::kCount;
  result.value = result.lower = result.upper = value;
  result.baseline = baseline;
  result.samples = 1;
  return result;
}

GateResult CompareCount(const std::string& name, double before, double after,
                        bool same_compiler, absl::string_view compilers) {
  GateResult result = CountResult(name, after, before);
  const double tolerance = (IsFileSize(name) ? kSizeTolerance : kTolerance) *
                           std::max(std::abs(before), 1.0);
  if (DependsOnCompiler(name) && !same_compiler) {
    result.verdict = Verdict::kNoisy;
    result.why = std::string(compilers);
  } else if (std::abs(after - before) <= tolerance) {
    result.verdict = Verdict::kPass;
  } else {
    result.verdict = Verdict::kChanged;
    if (before != 0) {
      result.why = absl::StrFormat("%+.2f %%", (after / before - 1) * 100);
    }
  }
  return result;
}

std::string FloorName(const LayoutSpeed& speed) {
  return absl::StrCat(DTypeName(speed.type), " t", speed.tokens);
}

GateResult SpeedResult(GateResult::Kind kind, const LayoutSpeed& speed) {
  GateResult result;
  result.name =
      absl::StrCat(GateResultKindName(kind), " ", DTypeName(speed.type), " ",
                   LayoutOrderName(speed.layout), " t", speed.tokens);
  result.kind = kind;
  result.unit = GateResult::Unit::kPercent;
  result.row.type = speed.type;
  result.row.layout = speed.layout;
  result.row.rows = speed.rows;
  result.row.columns = speed.columns;
  result.row.tokens = speed.tokens;
  result.value = speed.percent.ratio;
  result.lower = speed.percent.lower;
  result.upper = speed.percent.upper;
  result.noise = speed.noise;
  result.samples = speed.percent.samples;
  result.samples_ns = speed.samples_ns;
  result.limit_samples_ns = speed.limit_samples_ns;
  return result;
}

}  // namespace

std::vector<GateResult> CheckCounts(const GateBaseline& baseline,
                                    const Counts& counts,
                                    absl::string_view compiler,
                                    absl::string_view filter) {
  const bool same_compiler = compiler == baseline.compiler;
  const std::string compilers = absl::StrCat(
      "compiled by ", compiler, ", the baseline by ", baseline.compiler);
  std::vector<GateResult> results;
  for (const auto& [name, value] : counts) {
    if (!MatchesFilter(name, filter)) continue;
    const auto before = baseline.counts.find(name);
    if (before != baseline.counts.end()) {
      results.push_back(
          CompareCount(name, before->second, value, same_compiler, compilers));
      continue;
    }
    GateResult result = CountResult(name, value, 0);
    result.verdict = Verdict::kChanged;
    result.why = "the baseline does not have it";
    results.push_back(std::move(result));
  }
  for (const auto& [name, value] : baseline.counts) {
    if (counts.contains(name) || !MatchesFilter(name, filter)) continue;
    GateResult result = CountResult(name, 0, value);
    result.verdict = Verdict::kMissing;
    result.why = "only the baseline has it";
    results.push_back(std::move(result));
  }
  return results;
}

std::vector<GateResult> FiguresOf(absl::Span<const LayoutSpeed> speeds,
                                  absl::string_view filter) {
  std::vector<GateResult> results;
  for (const LayoutSpeed& speed : speeds) {
    GateResult result = SpeedResult(GateResult::Kind::kFigure, speed);
    if (!MatchesFilter(result.name, filter)) continue;
    result.baseline = 100;
    result.verdict = Verdict::kPass;
    results.push_back(std::move(result));
  }
  return results;
}

std::vector<GateResult> CheckFloors(const SpeedFloors& floors,
                                    absl::Span<const LayoutSpeed> speeds,
                                    absl::string_view filter) {
  std::vector<GateResult> results;
  for (const LayoutSpeed& speed : speeds) {
    if (speed.layout != LayoutOrder::kInterleaved) continue;
    GateResult result = SpeedResult(GateResult::Kind::kFloor, speed);
    if (!MatchesFilter(result.name, filter)) continue;
    const auto floor = floors.percent.find(FloorName(speed));
    if (floor == floors.percent.end()) {
      result.baseline = 0;
      result.verdict = Verdict::kNew;
      result.why = "the baseline has no floor for it";
    } else {
      result.baseline = floor->second;
      result.verdict = speed.percent.ratio >= floor->second ? Verdict::kPass
                       : speed.percent.upper * speed.noise < floor->second
                           ? Verdict::kRegression
                           : Verdict::kNoisy;
    }
    results.push_back(std::move(result));
  }
  return results;
}

void ExcuseKnown(const KnownSlower& known_slower,
                 std::vector<GateResult>* results) {
  for (GateResult& result : *results) {
    // Whether auto or the comparison of layouts found it.
    absl::string_view pair = result.name;
    absl::ConsumePrefix(&pair,
                        absl::StrCat(GateResultKindName(result.kind), " "));
    const auto known = known_slower.find(std::string(pair));
    if (known == known_slower.end() ||
        result.lower > known->second * result.noise ||
        (result.verdict != Verdict::kRegression &&
         result.verdict != Verdict::kNoisy)) {
      continue;
    }
    result.verdict = Verdict::kKnown;
    absl::StrAppend(&result.why, result.why.empty() ? "" : "; ",
                    "known, up to ", absl::StrFormat("%.2f", known->second));
  }
}

SpeedFloors ProposeFloors(absl::string_view cpu, absl::string_view isa,
                          absl::Span<const LayoutSpeed> speeds) {
  SpeedFloors floors;
  floors.cpu = std::string(cpu);
  floors.isa = std::string(isa);
  for (const LayoutSpeed& speed : speeds) {
    if (speed.layout != LayoutOrder::kInterleaved) continue;
    floors.percent[FloorName(speed)] =
        std::floor(std::min(speed.percent.ratio, 100.0) * kShareOfMeasured);
  }
  return floors;
}

}  // namespace tessera
