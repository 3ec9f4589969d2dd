// Parts of a file.
#ifndef BASE_FILE_RANGE_H_
#define BASE_FILE_RANGE_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace tessera {

// Bytes [offset, offset + size) of a file.
struct FileRange {
  uint64_t offset = 0;
  uint64_t size = 0;
  uint64_t end() const { return offset + size; }
};

// `ranges` in pieces of `piece_bytes` (not 0), counted from the start of each
// range; the last of a range may be shorter.
inline std::vector<FileRange> CutIntoPieces(absl::Span<const FileRange> ranges,
                                            uint64_t piece_bytes) {
  std::vector<FileRange> pieces;
  for (const FileRange& range : ranges) {
    for (uint64_t done = 0; done < range.size; done += piece_bytes) {
      pieces.push_back(
          {range.offset + done, std::min(piece_bytes, range.size - done)});
    }
  }
  return pieces;
}

// The sum of their sizes.
inline uint64_t BytesOf(absl::Span<const FileRange> ranges) {
  uint64_t bytes = 0;
  for (const FileRange& range : ranges) bytes += range.size;
  return bytes;
}

}  // namespace tessera

#endif  // BASE_FILE_RANGE_H_
