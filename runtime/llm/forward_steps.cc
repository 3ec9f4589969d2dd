#include "runtime/llm/forward_steps.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

// Calls step(ids) for up to `most` ids at a time.
template <typename Step>
absl::Status ForEachStep(Sequence& sequence, absl::Span<const int32_t> ids,
                         int64_t most, WantsStopFn wants_stop, Step step) {
  const int64_t before = sequence.position();
  // Nothing is computed for what has no room.
  absl::Status status = sequence.Reserve(static_cast<int64_t>(ids.size()));
  do {
    if (status.ok() && wants_stop()) {
      status = absl::CancelledError("the computation was stopped");
    }
    const auto next = ids.subspan(0, static_cast<size_t>(most));
    if (status.ok()) status = step(next);
    ids.remove_prefix(next.size());
  } while (status.ok() && !ids.empty());
  if (!status.ok() && sequence.position() != before &&
      !sequence.Rewind(before)) {
    sequence.Reset();
  }
  return status;
}

// Copies what `compute` gives for all tokens of a slice to `rows`.
template <typename Compute>
absl::Status CopyEach(const Decoder& decoder, Sequence& sequence,
                      absl::Span<const int32_t> ids, WantsStopFn wants_stop,
                      Compute compute, float* rows) {
  const int64_t most = std::min(decoder.max_batch(), decoder.max_logit_rows());
  return ForEachStep(sequence, ids, most, wants_stop,
                     [&](absl::Span<const int32_t> next) -> absl::Status {
                       const Slice slice = {&sequence, next,
                                            static_cast<int64_t>(next.size())};
                       TESSERA_ASSIGN_OR_RETURN(
                           const absl::Span<const float> results,
                           compute(absl::MakeConstSpan(&slice, 1)));
                       rows = std::copy(results.begin(), results.end(), rows);
                       return absl::OkStatus();
                     });
}

}  // namespace

absl::StatusOr<absl::Span<const float>> ForwardLast(
    Decoder& decoder, Sequence& sequence, absl::Span<const int32_t> ids,
    WantsStopFn wants_stop) {
  absl::Span<const float> logits;
  const int32_t* const end = ids.data() + ids.size();
  TESSERA_RETURN_IF_ERROR(ForEachStep(
      sequence, ids, decoder.max_batch(), wants_stop,
      [&](absl::Span<const int32_t> next) -> absl::Status {
        const bool last = next.data() + next.size() == end;
        const Slice slice = {&sequence, next, last ? 1 : 0};
        TESSERA_ASSIGN_OR_RETURN(
            logits, decoder.ForwardSlices(absl::MakeConstSpan(&slice, 1)));
        return absl::OkStatus();
      }));
  return logits;
}

absl::Status ForwardEach(Decoder& decoder, Sequence& sequence,
                         absl::Span<const int32_t> ids, WantsStopFn wants_stop,
                         float* logits) {
  return CopyEach(
      decoder, sequence, ids, wants_stop,
      [&](absl::Span<const Slice> slices) {
        return decoder.ForwardSlices(slices);
      },
      logits);
}

absl::Status EmbedEach(Decoder& decoder, Sequence& sequence,
                       absl::Span<const int32_t> ids, WantsStopFn wants_stop,
                       float* states) {
  return CopyEach(
      decoder, sequence, ids, wants_stop,
      [&](absl::Span<const Slice> slices) {
        return decoder.EmbedSlices(slices);
      },
      states);
}

absl::Status TrimSequence(int64_t position, Sequence& sequence) {
  if (position < 0 || position > sequence.position()) {
    return absl::InvalidArgumentError(absl::StrCat("cannot trim to ", position,
                                                   " tokens: the sequence has ",
                                                   sequence.position()));
  }
  if (position == 0) {
    sequence.Reset();
    return absl::OkStatus();
  }
  if (sequence.Rewind(position)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "cannot trim from ", sequence.position(), " to ", position,
      " tokens: layers with a window have forgotten what a token there sees; "
      "compute its tokens again"));
}

}  // namespace tessera
