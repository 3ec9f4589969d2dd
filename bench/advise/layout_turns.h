// Times the layouts of one matrix in turn.
#ifndef BENCH_ADVISE_LAYOUT_TURNS_H_
#define BENCH_ADVISE_LAYOUT_TURNS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/isa.h"
#include "base/thread_pool.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/tensor_layout.h"

namespace tessera {

struct TurnOptions {
  std::vector<LayoutOrder> layouts;  // interleaved first
  std::vector<int64_t> tokens;       // vectors that a matrix is multiplied by
  int rounds = 20;
  double sample_seconds = 0.015;  // of a layout, number of tokens and round
  Isa isa = Isa::kScalar;
};

struct TurnMatrix {
  DType type = DType::kF32;
  int64_t rows = 0;
  int64_t columns = 0;
};

// Seconds of one multiplication.
struct LayoutTimes {
  LayoutOrder layout = LayoutOrder::kInterleaved;
  // By number of tokens, as in the options, then by round.
  std::vector<std::vector<double>> seconds;
};

// A layout that took more than this many times interleaved's time, at every
// number of tokens in each of at least so many rounds, is given up.
inline constexpr double kHopeless = 2;
inline constexpr int kRoundsOfAll = 8;

// Measures the layouts back and forth, so that times of one round lie side by
// side and share what the machine does meanwhile. A sample is the fastest of up
// to five pieces, as many for each layout. `memory`, too large for any cache,
// is shared out evenly, and a part holds a copy of the matrix at least. Since
// parts of it may be slower than others (pages that the host of a virtual
// machine has taken apart), each layout gets each part for a while.
//
// Layouts that the type does not have are left out. Errors as KernelBench's.
absl::StatusOr<std::vector<LayoutTimes>> TimeLayoutsInTurn(
    const TurnMatrix& matrix, const TurnOptions& options,
    absl::Span<uint8_t> memory, ThreadPool& pool);

}  // namespace tessera

#endif  // BENCH_ADVISE_LAYOUT_TURNS_H_
