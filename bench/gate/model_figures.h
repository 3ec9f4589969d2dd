// How near whole models come to the limits of the machine.
#ifndef BENCH_GATE_MODEL_FIGURES_H_
#define BENCH_GATE_MODEL_FIGURES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "bench/gate/gate_result.h"
#include "bench/gate/gate_row.h"
#include "bench/gate/row_sampler.h"
#include "bench/progress_fn.h"

namespace tessera {

// A kFigure for each of `rows`, which are models: decode against reading all
// weights with the same threads, prefill against multiplying by them; both take
// turns for `rounds` rounds.
absl::StatusOr<std::vector<GateResult>> ModelFigures(
    const std::vector<GateRow>& rows, int rounds, RowSampler& sampler,
    ProgressFn progress);

}  // namespace tessera

#endif  // BENCH_GATE_MODEL_FIGURES_H_
