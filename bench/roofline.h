// How fast work could be done at most.
#ifndef BENCH_ROOFLINE_H_
#define BENCH_ROOFLINE_H_

#include "absl/strings/string_view.h"
#include "bench/machine_limits.h"
#include "formats/dtype/dtype.h"

namespace tessera {

// As which numbers kernels multiply weights of a type.
MacKind MacKindOf(DType type);

// What a computation reads from memory and multiplies, by the weights alone:
// activations and attention are left out, so the limit can never be reached.
struct Work {
  double weight_bytes = 0;
  double integer_macs = 0;  // multiply-adds with weights of integer types
  double float_macs = 0;    // F32 and F16
  double bfloat_macs = 0;   // BF16

  double macs() const { return integer_macs + float_macs + bfloat_macs; }

  void AddMacs(DType type, double count);
  void Add(const Work& other, double times);
};

// The least time for some work: reading and multiplying go on side by side, so
// it is the longer of the two.
struct Roofline {
  double read_seconds = 0;
  double multiply_seconds = 0;

  double seconds() const {
    return read_seconds > multiply_seconds ? read_seconds : multiply_seconds;
  }
  // "memory" or "compute": which one it is.
  absl::string_view bound() const {
    return read_seconds > multiply_seconds ? "memory" : "compute";
  }
};

Roofline RooflineOf(const Work& work, const MachineLimits& limits);

}  // namespace tessera

#endif  // BENCH_ROOFLINE_H_
