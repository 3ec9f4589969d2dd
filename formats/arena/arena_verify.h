// Checks the hashes of an arena's data. ParseArena does not: it reads no data.
#ifndef FORMATS_ARENA_ARENA_VERIFY_H_
#define FORMATS_ARENA_ARENA_VERIFY_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/thread_pool.h"
#include "formats/arena/arena_reader.h"
#include "formats/arena/manifest.pb.h"

namespace tessera {

// A chunk of a section and the hash that its bytes must have.
struct ArenaChunk {
  Extent extent;
  absl::string_view xxh128;  // refers to the manifest
};

// All chunks of all sections, by their place in the file.
std::vector<ArenaChunk> ListChunks(const Manifest& manifest);

// One of them, on this thread. DataLoss with its file offset and the tensors
// and attachments that lie in it.
absl::Status VerifyChunk(absl::Span<const uint8_t> file, const Arena& arena,
                         const ArenaChunk& chunk);

// `arena` is ParseArena(file). Both run on all threads of `pool`.

// The hash of every chunk of every section, padding included. DataLoss with the
// file offset of the first bad chunk and what lies in it.
absl::Status VerifyChunks(absl::Span<const uint8_t> file, const Arena& arena,
                          ThreadPool& pool);

// For every tensor the hash of its bytes as stored, and the hash of its
// row-major blocks, which proves that unpacking gives what was packed. DataLoss
// that names the first bad tensor, in the order of the manifest.
absl::Status VerifyTensors(absl::Span<const uint8_t> file, const Arena& arena,
                           ThreadPool& pool);

// That every attachment unpacks to what its hash says. DataLoss that names the
// first bad one.
absl::Status VerifyAttachments(absl::Span<const uint8_t> file,
                               const Arena& arena);

}  // namespace tessera

#endif  // FORMATS_ARENA_ARENA_VERIFY_H_
