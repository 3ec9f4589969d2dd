// Long prompts that can be stopped.
#ifndef RUNTIME_LLM_FORWARD_IN_STEPS_H_
#define RUNTIME_LLM_FORWARD_IN_STEPS_H_

#include <cstddef>
#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "runtime/model/decoder.h"

namespace tessera {

// Appends `ids` (at least one) to the decoder's sequence and returns the logits
// that follow the last one, as Decoder::Forward does. Asks `wants_stop`, if
// there is one, between batches, and returns Cancelled if it says so: then
// decoder.position() tells how far it came.
inline absl::StatusOr<absl::Span<const float>> ForwardInSteps(
    absl::Span<const int32_t> ids, const std::function<bool()>& wants_stop,
    Decoder& decoder) {
  constexpr size_t kStep = 256;
  while (ids.size() > kStep) {
    if (wants_stop && wants_stop()) {
      return absl::CancelledError("stopped before the first token");
    }
    TESSERA_RETURN_IF_ERROR(decoder.Forward(ids.first(kStep), 0).status());
    ids.remove_prefix(kStep);
  }
  return decoder.Forward(ids, 1);
}

}  // namespace tessera

#endif  // RUNTIME_LLM_FORWARD_IN_STEPS_H_
