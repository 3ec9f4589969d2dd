// Holds layouts to what is said of them: interleaved is the fastest, auto takes
// the best, and both come near the limit of the machine.
#ifndef BENCH_GATE_LAYOUT_CHECK_H_
#define BENCH_GATE_LAYOUT_CHECK_H_

#include "absl/status/statusor.h"
#include "bench/gate/layout_group.h"
#include "bench/gate/row_sampler.h"
#include "bench/progress_fn.h"

namespace tessera {

// Times all layouts of a matrix of each type, and the limit (reading it, or for
// several tokens multiplying by it), in turn within one process and on one
// thread, interleaved twice: that shows the noise. Goes on until it can tell,
// or most_rounds.
absl::StatusOr<LayoutCheckResult> CheckLayouts(
    const LayoutCheckOptions& options, RowSampler& sampler,
    ProgressFn progress);

}  // namespace tessera

#endif  // BENCH_GATE_LAYOUT_CHECK_H_
