// The angles by which rotary position embedding rotates the pairs of a head.
#ifndef RUNTIME_MODEL_ROPE_TABLE_H_
#define RUNTIME_MODEL_ROPE_TABLE_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "runtime/model/hyper_parameters.h"

namespace tessera {

// Pair i at position p is rotated by p * theta^(-2i / rope_dim), divided by the
// linear factor and by the pair's own. Computed in double, since p reaches 10^5
// and float32 would be off by 10^-2. Immutable and thread-safe.
class RopeTable {
 public:
  // `factors`: one positive divisor per pair, or empty.
  RopeTable(const HyperParameters& parameters, absl::Span<const float> factors);

  int64_t pairs() const { return static_cast<int64_t>(frequency_.size()); }

  // Writes pairs() cosines and sines for `position`.
  void Angles(int64_t position, float* cosines, float* sines) const;

 private:
  std::vector<double> frequency_;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_ROPE_TABLE_H_
