// The fixed header of an arena: encode and decode.
#ifndef FORMATS_ARENA_ARENA_HEADER_H_
#define FORMATS_ARENA_ARENA_HEADER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "formats/arena/arena_constants.h"

namespace tessera {

// What the first 4096 bytes say. docs/arena_format.md has the table of offsets.
struct ArenaHeader {
  uint32_t major_version = kArenaMajorVersion;
  uint32_t minor_version = 0;  // see MinorVersionOf
  uint64_t file_size = 0;
  // The manifest as stored (zstd) ends the file.
  uint64_t manifest_offset = 0;
  uint64_t manifest_stored_bytes = 0;
  uint64_t manifest_raw_bytes = 0;
  std::string manifest_sha256;  // 32 bytes, over the stored bytes
};

// True if `bytes` starts with the magic of an arena, of whatever version.
bool HasArenaMagic(absl::Span<const uint8_t> bytes);

// The 4096 bytes of `header`. manifest_sha256 must have 32 bytes.
std::vector<uint8_t> EncodeArenaHeader(const ArenaHeader& header);

// Decodes the header at the start of `bytes`, which may be longer, and checks
// every field against the others and against `file_size`, the real size of the
// file. DataLoss if it is damaged or no arena, Unimplemented if its major
// version is newer than this reader.
absl::StatusOr<ArenaHeader> DecodeArenaHeader(absl::Span<const uint8_t> bytes,
                                              uint64_t file_size);

}  // namespace tessera

#endif  // FORMATS_ARENA_ARENA_HEADER_H_
