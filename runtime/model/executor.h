// What computes: tokens of sequences in, logits out.
#ifndef RUNTIME_MODEL_EXECUTOR_H_
#define RUNTIME_MODEL_EXECUTOR_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/model/sequence.h"

namespace tessera {

// Tokens to append to a sequence, and how many of the last ones get logits, or
// give their hidden states.
struct Slice {
  Sequence* sequence;
  absl::Span<const int32_t> ids;
  int64_t logit_tokens;
};

// A device that runs a model. Whoever batches sequences, and whoever brings
// another device, meets here. Not thread-safe.
class Executor {
 public:
  virtual ~Executor() = default;

  // Appends each slice to its sequence. Returns logits [rows][vocab_size],
  // those of the first slice first; valid until the next call. InvalidArgument,
  // changing nothing, for a slice that is impossible: no ids or one that is out
  // of range, more logits than ids or than fit, no room in the context, one
  // sequence twice; ResourceExhausted, likewise, if the pool has too few
  // blocks; DataLoss, naming file and offset, if weights could not be read:
  // then neither the executor nor the sequences are of more use. The logits of
  // a token depend on the ids before it alone: neither on how they were split
  // into calls, nor on the other slices, nor on the number of threads. (A
  // kernel for many tokens may round differently; see docs/kernels.md.)
  virtual absl::StatusOr<absl::Span<const float>> Forward(
      absl::Span<const Slice> slices) = 0;

  // The same, but instead of logits the hidden states that they would be
  // computed from: the output of the last layer after the final norm
  // [rows][hidden_size].
  virtual absl::StatusOr<absl::Span<const float>> Embed(
      absl::Span<const Slice> slices) = 0;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_EXECUTOR_H_
