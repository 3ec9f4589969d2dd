// The committed figures that a change must update on purpose.
#ifndef BENCH_GATE_BASELINE_FILE_H_
#define BENCH_GATE_BASELINE_FILE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bench/gate/counts.h"

namespace tessera {

// "Q6_K interleaved / rowmajor t1": layouts of which the first is known to be
// slower, and the ratio that they may have.
using KnownSlower = std::map<std::string, double>;

// The least percentage of the limit that kernels must reach on a class of CPUs.
struct SpeedFloors {
  std::string cpu;  // CpuClass()
  std::string isa;
  std::map<std::string, double> percent;  // by "Q4_0 t1"
  KnownSlower known_slower;
};

// docs/benchmarks.md describes the file.
struct GateBaseline {
  // With which builds are compared; the last one that the figures were checked
  // on.
  std::string commit;
  std::string compiler;  // that counted; another one counts differently
  Counts counts;
  std::vector<SpeedFloors> floors;

  // Null if there are none for this class.
  const SpeedFloors* FindFloors(absl::string_view cpu,
                                absl::string_view isa) const;
  // Of this class; of one that is not described, what is known of any.
  KnownSlower FindKnownSlower(absl::string_view cpu,
                              absl::string_view isa) const;
};

// DataLoss, saying where, for a text that is no baseline; Unimplemented for one
// of a later version. Unknown keys are refused: they would be lost when the
// file is updated.
absl::StatusOr<GateBaseline> ParseGateBaseline(absl::string_view text);

// Sorted, a figure per line, so that a diff shows what changed.
std::string GateBaselineText(const GateBaseline& baseline);

// Errors start with the path.
absl::StatusOr<GateBaseline> ReadGateBaseline(const std::string& path);
absl::Status WriteGateBaseline(const GateBaseline& baseline,
                               const std::string& path);

}  // namespace tessera

#endif  // BENCH_GATE_BASELINE_FILE_H_
