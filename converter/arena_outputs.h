// Arenas that are made together, by one conversion.
#ifndef CONVERTER_ARENA_OUTPUTS_H_
#define CONVERTER_ARENA_OUTPUTS_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "converter/arena_output.h"

namespace tessera {

using ArenaOutputs = absl::Span<const std::unique_ptr<ArenaOutput>>;

// ResourceExhausted if the disks of `outputs`, which have been opened, have no
// room for them: those on one disk need it together.
absl::Status CheckRoomForAll(ArenaOutputs outputs);

// A disk that is full or fails (`why`) ends a conversion, but not what is done:
// keeps it for another to continue. Returns `why`, with what is kept.
absl::Status KeepIfDiskFailed(ArenaOutputs outputs, const absl::Status& why);

// The same for an input that changed (FailedPrecondition): what was made of it
// as it was is good for it, if it comes back.
absl::Status KeepIfInputChanged(ArenaOutputs outputs,
                                const absl::Status& status);

}  // namespace tessera

#endif  // CONVERTER_ARENA_OUTPUTS_H_
