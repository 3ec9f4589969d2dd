// The angles by which rotary position embedding rotates the pairs of a head.
#ifndef RUNTIME_MODEL_ROPE_TABLE_H_
#define RUNTIME_MODEL_ROPE_TABLE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "runtime/model/hyper_parameters.h"

namespace tessera {

// Pair i at position p is rotated by p * theta^(-2i / dim), divided by the
// linear factor and by the pair's own, and stretched as YaRN says. Computed in
// double, since p reaches 10^5 and float32 would be off by 10^-2. Immutable and
// thread-safe.
class RopeTable {
 public:
  // `factors`: one positive divisor per pair, or empty.
  RopeTable(const RopeParameters& parameters, absl::Span<const float> factors);

  int64_t pairs() const { return static_cast<int64_t>(frequency_.size()); }

  // Writes pairs() cosines and sines for `position`, times the attention
  // factor.
  void Angles(int64_t position, float* cosines, float* sines) const;

 private:
  std::vector<double> frequency_;
  double attention_factor_;
};

// The tables of a model.
class ModelRope {
 public:
  // Divisors for all contexts, and for short and long ones; each may be empty.
  struct Factors {
    absl::Span<const float> all = {};
    absl::Span<const float> short_contexts = {};
    absl::Span<const float> long_contexts = {};
  };

  ModelRope(const HyperParameters& parameters, const Factors& factors);

  int64_t pairs() const { return global_.pairs(); }

  // For layers that rotate as the model does. A context is short or long from
  // its beginning on, by the positions that it can have: what was rotated once
  // stays in the cache.
  const RopeTable& Global(int64_t max_positions) const {
    const bool is_long = long_.has_value() && max_positions > original_;
    return is_long ? *long_ : global_;
  }

  // For layers that rotate otherwise; null if there are none.
  const RopeTable* local() const {
    return local_.has_value() ? &*local_ : nullptr;
  }

 private:
  const RopeTable global_;
  std::optional<RopeTable> long_;
  std::optional<RopeTable> local_;
  const int64_t original_;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_ROPE_TABLE_H_
