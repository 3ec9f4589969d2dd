// What this machine can do at most, measured now.
#ifndef BENCH_MACHINE_LIMITS_H_
#define BENCH_MACHINE_LIMITS_H_

#include <cstdint>
#include <string>

#include "base/isa.h"
#include "base/thread_pool.h"
#include "bench/cold_buffer.h"
#include "bench/limit_loops.h"

namespace tessera {

// All threads together, per second. Multiply-adds count as one.
struct MachineLimits {
  double read_bytes = 0;    // from main memory
  double integer_macs = 0;  // unsigned by signed bytes
  double float_macs = 0;    // float32
  double bfloat_macs = 0;   // bfloat16: tdpbf16ps, vdpbf16ps or float32
};

// What a type's weights are multiplied as.
enum class MacKind { kInteger, kFloat, kBfloat };

// The middle between two measurements, and how far `after` is from `before`:
// the largest relative change of any limit, 0.1 for 10 %.
MachineLimits Middle(const MachineLimits& a, const MachineLimits& b);
double Drift(const MachineLimits& before, const MachineLimits& after);

// One line: "read 52.1 GB/s, integers 1020 G multiply-adds/s, ...".
std::string LimitsText(const MachineLimits& limits);

// Measures them with loops that do nothing else, each for a fraction of a
// second. Kernels run faster and slower from minute to minute as the machine
// does, so measure again around what is compared with them. Not thread-safe.
class LimitMeter {
 public:
  // Neither is owned. `isa` must be one that this machine supports. Each run of
  // multiplications takes about `seconds`.
  LimitMeter(ThreadPool& pool, const ColdBuffer& memory, Isa isa,
             double seconds = 0.02);

  // Each limit is the best of several runs.
  MachineLimits Measure();

  // One run: bytes, or multiply-adds, per second.
  double SampleRead();
  double SampleMultiply(MacKind kind);

 private:
  // A loop and how it reads.
  struct Reader {
    uint64_t (*read)(const uint8_t* data, int64_t bytes, ReadWay way);
    ReadWay way;
  };

  double ReadRate();
  void ChooseReader();
  double ReadSeconds(const Reader& reader);
  double MultiplyRate(int64_t (*loop)(int64_t));
  double MultiplyOnce(int64_t (*loop)(int64_t), double seconds);

  ThreadPool& pool_;
  const ColdBuffer& memory_;
  const double seconds_;
  const LimitLoops loops_;
  int64_t (*const multiply_bfloats_)(int64_t);  // null: not on this machine
  // What was fastest at first, of the loops of all instruction sets that this
  // machine supports: memory does not know which one is under test.
  Reader reader_ = {};
};

}  // namespace tessera

#endif  // BENCH_MACHINE_LIMITS_H_
