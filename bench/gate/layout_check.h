// Holds layouts to what is said of them: interleaved is the fastest, auto takes
// the best, and both come near the limit of the machine.
#ifndef BENCH_GATE_LAYOUT_CHECK_H_
#define BENCH_GATE_LAYOUT_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/isa.h"
#include "bench/gate/decide.h"
#include "bench/gate/gate_result.h"
#include "bench/gate/row_sampler.h"
#include "bench/progress_fn.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/layout_profile.h"

namespace tessera {

struct LayoutCheckOptions {
  Isa isa = Isa::kScalar;
  std::vector<DType> types;
  std::vector<int64_t> tokens = {1, 64};
  int64_t rows = 2048;  // TinyLlama's ffn_down
  int64_t columns = 5632;
  LayoutProfile profile;  // what --layout=auto goes by
  GateRules rules;
  double auto_margin = 0.03;  // how far auto may be from the best
  double slot_seconds = 0.004;
  int least_rounds = 12;
  int most_rounds = 96;
  std::string filter;  // see MatchesFilter
};

// How near a layout comes to the limit.
struct LayoutSpeed {
  DType type = DType::kF32;
  LayoutOrder layout = LayoutOrder::kInterleaved;
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t tokens = 0;
  RatioEstimate percent;  // of the limit, ratio 100 is all of it
  double noise = 1;       // as a ratio
  bool is_auto = false;   // auto takes this one
  std::vector<double> samples_ns;
  std::vector<double> limit_samples_ns;
};

// "figure Q4_0 interleaved t1": of a result that is about one layout.
std::string SpeedName(GateResult::Kind kind, DType type, LayoutOrder layout,
                      int64_t tokens);

struct LayoutCheckResult {
  std::vector<GateResult> results;  // kLayout and kAuto
  std::vector<LayoutSpeed> speeds;
};

// Times all layouts of a matrix of each type, and the limit (reading it, or for
// several tokens multiplying by it), in turn within one process and on one
// thread, interleaved twice: that shows the noise. Goes on until it can tell,
// or most_rounds.
absl::StatusOr<LayoutCheckResult> CheckLayouts(
    const LayoutCheckOptions& options, RowSampler& sampler,
    ProgressFn progress);

}  // namespace tessera

#endif  // BENCH_GATE_LAYOUT_CHECK_H_
