#include "bench/gate/decide.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tessera {
namespace {

constexpr double kFloorConfidence = 0.95;

Decision DecideBy(decltype(&PairedRatio) ratio, const PairedTimes& times,
                  double noise_floor, int rows, const GateRules& rules) {
  // Two-sided intervals, of which one end decides.
  const double looks = std::max(rules.looks, 1);
  const double strict = 1 - 2 * rules.false_alarms / std::max(rows, 1) / looks;
  const RatioEstimate to_fail = ratio(times.before, times.after, strict);
  const double material = 1 + rules.least_effect;
  if (to_fail.ratio >= material && to_fail.lower > std::max(1.0, noise_floor)) {
    return {Verdict::kRegression, to_fail};
  }
  const RatioEstimate to_pass =
      ratio(times.before, times.after, 1 - 2 * rules.misses / looks);
  const bool pass = to_pass.upper < material && noise_floor < material;
  return {pass ? Verdict::kPass : Verdict::kNoisy, to_pass};
}

}  // namespace

absl::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "pass";
    case Verdict::kRegression:
      return "regression";
    case Verdict::kNoisy:
      return "noisy";
    case Verdict::kChanged:
      return "changed";
    case Verdict::kNew:
      return "new";
    case Verdict::kMissing:
      return "missing";
    case Verdict::kKnown:
      return "known";
  }
  return "";
}

std::vector<int> LooksBetween(int least, int most) {
  std::vector<int> looks;
  for (int samples = least; samples < most; samples *= 2) {
    looks.push_back(samples);
  }
  looks.push_back(most);
  return looks;
}

double NoiseFloor(const PairedTimes& same) {
  const RatioEstimate estimate =
      PairedRatio(same.before, same.after, kFloorConfidence);
  if (estimate.lower <= 0) return std::numeric_limits<double>::infinity();
  return std::max({1.0, estimate.upper, 1 / estimate.lower});
}

Decision Decide(const PairedTimes& times, double noise_floor, int rows,
                const GateRules& rules) {
  return DecideBy(PairedRatio, times, noise_floor, rows, rules);
}

Decision DecideUnpaired(const PairedTimes& times, double noise_floor, int rows,
                        const GateRules& rules) {
  return DecideBy(UnpairedRatio, times, noise_floor, rows, rules);
}

}  // namespace tessera
