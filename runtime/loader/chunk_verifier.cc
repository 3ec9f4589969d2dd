#include "runtime/loader/chunk_verifier.h"

#include <algorithm>

#include "base/status_macros.h"
#include "formats/arena/extent.h"

namespace tessera {

ChunkVerifier::ChunkVerifier(absl::Span<const uint8_t> file, const Arena& arena)
    : file_(file),
      arena_(arena),
      chunks_(ListChunks(arena.manifest)),
      good_(chunks_.size()) {}

absl::Status ChunkVerifier::Verify(FileRange range) {
  const auto first = std::partition_point(
      chunks_.begin(), chunks_.end(), [&](const ArenaChunk& chunk) {
        return EndOf(chunk.extent) <= range.offset;
      });
  for (auto chunk = first;
       chunk != chunks_.end() && chunk->extent.offset() < range.end();
       ++chunk) {
    std::atomic<bool>& good = good_[chunk - chunks_.begin()];
    if (good.load(std::memory_order_acquire)) continue;
    TESSERA_RETURN_IF_ERROR(VerifyChunk(file_, arena_, *chunk));
    if (!good.exchange(true)) {
      verified_bytes_.fetch_add(chunk->extent.size());
    }
  }
  return absl::OkStatus();
}

}  // namespace tessera
