// Checks chunks of an arena when they are first read.
#ifndef RUNTIME_LOADER_CHUNK_VERIFIER_H_
#define RUNTIME_LOADER_CHUNK_VERIFIER_H_

#include <atomic>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/file_mapping.h"
#include "formats/arena/arena_reader.h"
#include "formats/arena/arena_verify.h"

namespace tessera {

// Thread-safe.
class ChunkVerifier {
 public:
  // `arena` is ParseArena(file); both must outlive the object.
  ChunkVerifier(absl::Span<const uint8_t> file, const Arena& arena);

  // Compares all chunks that `range` touches, and that were not found good
  // before, with their hashes. DataLoss as VerifyChunk says.
  absl::Status Verify(FileRange range);

  // Bytes found good so far.
  uint64_t verified_bytes() const {
    return verified_bytes_.load(std::memory_order_relaxed);
  }

 private:
  const absl::Span<const uint8_t> file_;
  const Arena& arena_;
  const std::vector<ArenaChunk> chunks_;   // by offset
  std::vector<std::atomic<bool>> good_;    // for each chunk
  std::atomic<uint64_t> verified_bytes_{0};
};

}  // namespace tessera

#endif  // RUNTIME_LOADER_CHUNK_VERIFIER_H_
