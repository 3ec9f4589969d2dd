// Token ids of any number through a decoder, in steps between which one can
// stop.
#ifndef RUNTIME_LLM_FORWARD_STEPS_H_
#define RUNTIME_LLM_FORWARD_STEPS_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/model/decoder.h"
#include "runtime/model/sequence.h"

namespace tessera {

// Asked between the steps; true ends the call with Cancelled.
using WantsStopFn = absl::FunctionRef<bool()>;

// All append `ids` (at least one) to `sequence`, which is of `decoder`. Errors
// as Executor::Forward. If a call ends early, the tokens that it appended are
// taken back; where the sequence does not have any more what came before them
// (see Sequence::Rewind), it is empty then.

// Returns the logits after the last id [vocab_size]; valid until the decoder's
// next call.
absl::StatusOr<absl::Span<const float>> ForwardLast(
    Decoder& decoder, Sequence& sequence, absl::Span<const int32_t> ids,
    WantsStopFn wants_stop);

// Writes the logits after each id to `logits` [ids][vocab_size].
absl::Status ForwardEach(Decoder& decoder, Sequence& sequence,
                         absl::Span<const int32_t> ids, WantsStopFn wants_stop,
                         float* logits);

// Writes the hidden state of each id, what the output matrix reads, to `states`
// [ids][hidden_size].
absl::Status EmbedEach(Decoder& decoder, Sequence& sequence,
                       absl::Span<const int32_t> ids, WantsStopFn wants_stop,
                       float* states);

// Takes the tokens from `position` on back. InvalidArgument if there are not as
// many, or if a layer with a window has forgotten what a token at `position`
// sees; then nothing has changed.
absl::Status TrimSequence(int64_t position, Sequence& sequence);

}  // namespace tessera

#endif  // RUNTIME_LLM_FORWARD_STEPS_H_
