// Numbers of the arena format, version 1. Frozen; docs/arena_format.md is the
// specification.
#ifndef FORMATS_ARENA_ARENA_CONSTANTS_H_
#define FORMATS_ARENA_ARENA_CONSTANTS_H_

#include <cstdint>

namespace tessera {

// First 8 bytes of the file. A byte above 127 and a line end of two bytes, so
// that a transfer in text mode is noticed at once.
inline constexpr uint8_t kArenaMagic[8] = {0x89, 'A', 'R',  'E',
                                           'N',  'A', '\r', '\n'};

// A reader refuses a newer major version and accepts any minor one. Of minor
// versions, this is the newest that is known here.
inline constexpr uint32_t kArenaMajorVersion = 1;
inline constexpr uint32_t kArenaMinorVersion = 5;

// One page, so that the header can be read by itself with direct I/O.
inline constexpr uint64_t kArenaHeaderBytes = 4096;

// Sections start on a huge page of x86 and ARM and are padded to one, so that a
// mapping of a section can consist of huge pages only.
inline constexpr uint64_t kSectionAlignment = uint64_t{2} << 20;

// A cache line: no vector load of an aligned 64 bytes touches two lines.
inline constexpr uint64_t kTensorAlignment = 64;

// What one hash in Section.chunk_xxh128 covers: long enough that hashing runs
// at full speed, short enough to spread over threads and to name the damage.
inline constexpr uint64_t kChunkBytes = uint64_t{4} << 20;

inline constexpr uint64_t kXxh128Bytes = 16;
inline constexpr uint64_t kSha256Bytes = 32;

// Limits that a reader enforces, so that a small hostile file cannot make it
// allocate much. Real manifests have a few megabytes, nearly all of them
// tokenizer.
inline constexpr uint64_t kMaxManifestBytes = uint64_t{256} << 20;
inline constexpr uint64_t kMaxTensorNameBytes = 1024;
inline constexpr int kMaxTensorDimensions = 8;
inline constexpr int kMaxFusedGroupMembers = 64;
inline constexpr int kMaxAttachments = 64;
inline constexpr uint64_t kMaxAttachmentNameBytes = 255;
inline constexpr uint64_t kMaxAttachmentBytes = uint64_t{256} << 20;

}  // namespace tessera

#endif  // FORMATS_ARENA_ARENA_CONSTANTS_H_
