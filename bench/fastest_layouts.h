// The profile for convert's --layout=auto, from measurements.
#ifndef BENCH_FASTEST_LAYOUTS_H_
#define BENCH_FASTEST_LAYOUTS_H_

#include "absl/types/span.h"
#include "bench/kernel_timing.h"
#include "formats/layout/layout_profile.h"

namespace tessera {

// For each type and size of matrix among `timings`, which are of one ISA: the
// layout that is fastest at one token is the rule for gemv, the one with the
// best geometric mean over all numbers of tokens, if there are several, that
// for gemm. Interleaved, the default, stays unless another is at least 2 %
// faster: less is noise. Rules are there only where something else is chosen.
LayoutProfile FastestLayouts(absl::Span<const KernelTiming> timings);

}  // namespace tessera

#endif  // BENCH_FASTEST_LAYOUTS_H_
