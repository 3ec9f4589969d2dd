// Rows of weights that look like a model's.
#ifndef BENCH_RANDOM_ROWS_H_
#define BENCH_RANDOM_ROWS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "base/thread_pool.h"
#include "formats/dtype/dtype.h"

namespace tessera {

// A SplitMix64 sequence (Steele et al., "Fast splittable pseudorandom number
// generators", 2014): small, fast, and the same everywhere.
class RandomSequence {
 public:
  explicit RandomSequence(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  // Uniform in [0, 1).
  double NextUniform() { return static_cast<double>(Next() >> 11) * 0x1p-53; }

  // About normal, with deviation 1: the sum of four uniform numbers.
  float NextNormal();

 private:
  uint64_t state_;
};

// Some row-major rows of a stored type, from which matrices of any height can
// be put together much faster than by quantizing each row. Values are about
// normal with deviation 0.02; those of types that have no quantizer are small
// and not normal. Equal arguments give equal bytes. Immutable.
class RandomRows {
 public:
  // Unimplemented if `type` has neither a quantizer nor tiles; InvalidArgument
  // if `columns` is no multiple of its block.
  static absl::StatusOr<RandomRows> Create(DType type, uint64_t columns,
                                           uint64_t count, uint64_t seed,
                                           ThreadPool& pool);

  uint64_t row_bytes() const { return row_bytes_; }
  uint64_t count() const { return bytes_.size() / row_bytes_; }

  // Row `i` of an endless sequence that repeats.
  const uint8_t* row(uint64_t i) const {
    return bytes_.data() + i % count() * row_bytes_;
  }

 private:
  RandomRows() = default;

  uint64_t row_bytes_ = 1;
  std::vector<uint8_t> bytes_;
};

}  // namespace tessera

#endif  // BENCH_RANDOM_ROWS_H_
