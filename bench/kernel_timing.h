// How long a matrix multiplication took.
#ifndef BENCH_KERNEL_TIMING_H_
#define BENCH_KERNEL_TIMING_H_

#include <cstdint>
#include <vector>

#include "base/isa.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/tensor_layout.h"

namespace tessera {

struct KernelTiming {
  Isa isa = Isa::kScalar;
  DType type = DType::kF32;
  LayoutOrder layout = LayoutOrder::kRowMajor;
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t tokens = 0;
  double zero_share = 0;        // of the activations
  double seconds = 0;           // of one multiplication: the median of samples
  std::vector<double> samples;  // in seconds
  uint64_t weight_bytes = 0;    // as stored
  bool has_kernel = true;       // false: rows were dequantized
};

}  // namespace tessera

#endif  // BENCH_KERNEL_TIMING_H_
