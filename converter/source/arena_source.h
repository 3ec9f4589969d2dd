// An arena as a source: for another layout, or for the way back to GGUF.
#ifndef CONVERTER_SOURCE_ARENA_SOURCE_H_
#define CONVERTER_SOURCE_ARENA_SOURCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Opens an arena. Tensors are in the order of the arena's own source, and
// ReadRows unpacks them. `tensors_only`: see SourceOptions; one that was made
// so stays so.
absl::StatusOr<WeightSource> OpenArenaSource(const std::string& path,
                                             bool tensors_only = false);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_ARENA_SOURCE_H_
