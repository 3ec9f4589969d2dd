#include "bench/gate/layouts_before.h"

#include <algorithm>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "bench/results/record_fields.h"

namespace tessera {
namespace {

using Kind = GateResult::Kind;

// The same kernel in another program may take this much longer, because it lies
// at other addresses (docs/benchmarks.md, "How sure the gate is").
constexpr double kOtherProgram = 0.07;

// Values of layouts, auto and figures by name.
absl::StatusOr<std::map<std::string, double>> ValuesIn(const ResultFile& file) {
  std::map<std::string, double> values;
  for (const Record& record : file.records) {
    TESSERA_ASSIGN_OR_RETURN(const std::string kind, TextIn(record, "kind"));
    for (const Kind wanted : {Kind::kLayout, Kind::kAuto, Kind::kFigure}) {
      if (kind != GateResultKindName(wanted)) continue;
      TESSERA_ASSIGN_OR_RETURN(const std::string name, TextIn(record, "row"));
      TESSERA_ASSIGN_OR_RETURN(values[name], NumberIn(record, "value"));
    }
  }
  return values;
}

// A floor is held to the figure of the older build.
std::string NameBefore(const GateResult& result) {
  if (result.kind != Kind::kFloor) return result.name;
  return absl::StrCat(
      GateResultKindName(Kind::kFigure),
      absl::StripPrefix(result.name, GateResultKindName(Kind::kFloor)));
}

bool WasAsBad(const GateResult& result, double before, double least_effect) {
  if (result.kind == Kind::kFloor) {
    return result.upper * result.noise >= before * (1 - least_effect);
  }
  return result.lower <= before * (1 + least_effect) * result.noise;
}

}  // namespace

absl::Status ExcuseAsBefore(const ResultFile& before, const ResultFile& now,
                            const GateRules& rules,
                            std::vector<GateResult>* results) {
  if (before.machine.fingerprint != now.machine.fingerprint ||
      before.options.isa != now.options.isa) {
    return absl::InvalidArgumentError(absl::StrCat(
        "it was measured on ", before.machine.cpu, " with ", before.options.isa,
        ", this is ", now.machine.cpu, " with ", now.options.isa));
  }
  TESSERA_ASSIGN_OR_RETURN(const auto values, ValuesIn(before));
  const double least_effect = std::max(rules.least_effect, kOtherProgram);
  if (values.empty()) {
    return absl::InvalidArgumentError(
        "it holds no layouts; write it with bench --gate "
        "--gate_checks=layouts --json=FILE");
  }
  for (GateResult& result : *results) {
    if (result.verdict != Verdict::kRegression) continue;
    if (result.kind != Kind::kLayout && result.kind != Kind::kAuto &&
        result.kind != Kind::kFloor) {
      continue;
    }
    const auto found = values.find(NameBefore(result));
    if (found == values.end() ||
        !WasAsBad(result, found->second, least_effect)) {
      continue;
    }
    result.verdict = Verdict::kKnown;
    absl::StrAppend(
        &result.why, result.why.empty() ? "" : "; ",
        absl::StrFormat("%.3g with the older build too", found->second));
  }
  return absl::OkStatus();
}

}  // namespace tessera
