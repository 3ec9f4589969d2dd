// When a difference counts.
#ifndef BENCH_GATE_DECIDE_H_
#define BENCH_GATE_DECIDE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "bench/gate/rank_test.h"

namespace tessera {

enum class Verdict {
  kPass,
  kRegression,  // slower, for sure and by enough to matter
  kNoisy,       // neither could be shown on this machine now
  kChanged,     // a count is not the one of the baseline
  kNew,         // the baseline does not have it
  kMissing,     // only the baseline has it
  kKnown,       // slower, as the baseline says
};

// "pass", "regression", "noisy", "changed", "new", "missing",
// "known".
absl::string_view VerdictName(Verdict verdict);

struct GateRules {
  // A slowdown of less does not matter.
  double least_effect = 0.04;
  // The share of gates that may fail although nothing changed. It is divided
  // among the rows, since one of them is enough.
  double false_alarms = 0.02;
  // The chance that a row passes although it is slower by least_effect.
  double misses = 0.05;
  // How often a row is looked at while samples come in: each look has its share
  // of both chances.
  int looks = 1;
};

// The numbers of samples at which to look: `least`, and twice as many until
// `most`, which is the last.
std::vector<int> LooksBetween(int least, int most);

// Times of the same thing by two builds, taken in turn.
struct PairedTimes {
  std::vector<double> before;  // the baseline
  std::vector<double> after;
};

struct Decision {
  Verdict verdict = Verdict::kNoisy;
  // Of after to before: 1.1 is 10 % slower. The interval is the one that the
  // verdict rests on.
  RatioEstimate slowdown;
};

// How far from 1 the ratio of a build to itself may be on this machine now:
// the end of its interval of 95 % that is farther from 1, as a ratio >= 1;
// infinity for too few samples.
double NoiseFloor(const PairedTimes& same);

// kRegression if the interval lies above both 1 and the noise floor, and its
// middle at or above least_effect. kPass if a slowdown of least_effect can be
// excluded, and the floor is below it. Else kNoisy: more samples may help.
// `rows` are all that the gate looks at.
Decision Decide(const PairedTimes& times, double noise_floor, int rows,
                const GateRules& rules);

// The same for times of two runs, which were not taken in turn.
Decision DecideUnpaired(const PairedTimes& times, double noise_floor, int rows,
                        const GateRules& rules);

}  // namespace tessera

#endif  // BENCH_GATE_DECIDE_H_
