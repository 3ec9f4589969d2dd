// Finds out how a GGUF file is laid out.
#ifndef FORMATS_GGUF_FIND_GGUF_LAYOUT_H_
#define FORMATS_GGUF_FIND_GGUF_LAYOUT_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "formats/gguf/gguf_layout.h"
#include "formats/gguf/gguf_reader.h"

namespace tessera {

// More bytes of patches than this are no padding any more.
inline constexpr uint64_t kMaxGgufPatchBytes = uint64_t{1} << 20;

// The layout of `file`, which `gguf` was parsed from; nullopt if it is the one
// that the writer gives by itself. Reads all bytes that belong to no tensor.
// Unimplemented if more than kMaxGgufPatchBytes of them would be needed; the
// message ends a sentence.
absl::StatusOr<std::optional<GgufLayout>> FindGgufLayout(
    absl::Span<const uint8_t> file, const GgufFile& gguf);

}  // namespace tessera

#endif  // FORMATS_GGUF_FIND_GGUF_LAYOUT_H_
