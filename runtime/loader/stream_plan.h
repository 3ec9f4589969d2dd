// Which weights stay in memory when not all can.
#ifndef RUNTIME_LOADER_STREAM_PLAN_H_
#define RUNTIME_LOADER_STREAM_PLAN_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "base/file_range.h"

namespace tessera {

struct StreamSizes {
  // Of weights in memory at a time.
  uint64_t memory_bytes = 0;
  // Read and dropped in one go; a multiple of 2 MiB, so that huge pages form.
  uint64_t unit_bytes = uint64_t{4} << 20;
  // Read ahead of the computation at most.
  uint64_t window_bytes = uint64_t{32} << 20;
};

// Weights are read from the first to the last for every token. A cache that
// drops what was read longest ago then drops just what is needed next, so it
// would read everything from the disk every time. Instead a fixed part stays,
// and what does not fit beside it is streamed: read ahead, and dropped once it
// was computed with. The two alternate evenly, so that the disk is at work
// while one computes with what is resident.
//
// A plain value.
struct StreamPlan {
  // In units; ascending.
  std::vector<FileRange> resident;
  std::vector<FileRange> streamed;
  uint64_t window = 0;  // streamed units
  uint64_t resident_bytes = 0;
  uint64_t streamed_bytes = 0;
  uint64_t window_bytes = 0;

  // Streamed units that end at or before `offset`.
  uint64_t StreamedBefore(uint64_t offset) const;
};

// `hot`: what is read for every token; ascending and apart. What is resident
// and in the window fits into memory_bytes as long as that is at least one
// unit; with less, one unit is read ahead all the same. unit_bytes must not be
// 0.
StreamPlan PlanStream(absl::Span<const FileRange> hot,
                      const StreamSizes& sizes);

}  // namespace tessera

#endif  // RUNTIME_LOADER_STREAM_PLAN_H_
