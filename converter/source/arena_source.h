// An arena as a source: for another layout, or for the way back to GGUF.
#ifndef CONVERTER_SOURCE_ARENA_SOURCE_H_
#define CONVERTER_SOURCE_ARENA_SOURCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Opens an arena. Tensors are in the order of the arena's own source, and
// ReadRows unpacks them.
absl::StatusOr<WeightSource> OpenArenaSource(const std::string& path);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_ARENA_SOURCE_H_
