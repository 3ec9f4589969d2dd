// Parser of arenas: bytes in, a validated description out.
#ifndef FORMATS_ARENA_ARENA_READER_H_
#define FORMATS_ARENA_ARENA_READER_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/arena/arena_header.h"
#include "formats/arena/manifest.pb.h"
#include "formats/arena/stored_tensor.h"

namespace tessera {

// A parsed arena; refers to nothing outside. Movable, but not copyable, because
// `tensors` and `index` point into `manifest`. Reading from several threads is
// safe.
struct Arena {
  Arena() = default;
  Arena(Arena&&) = default;
  Arena& operator=(Arena&&) = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  ArenaHeader header;
  Manifest manifest;
  std::vector<StoredTensor> tensors;  // in the order of the manifest
  absl::flat_hash_map<absl::string_view, size_t> index;  // by name

  // The tensor called `name`, or nullptr. Valid while this object lives.
  const StoredTensor* FindTensor(absl::string_view name) const;
};

// Parses `file`, a whole arena, and checks every rule of docs/arena_format.md
// but the hashes of the data: after success every row tile of every tensor can
// be read within the file. Touches header and manifest only. Time is O(n log n)
// in the number of tensors.
//
// DataLoss: damaged, cut short, or no arena. Unimplemented: a newer major
// version, or a type, layout, kernel ABI, ISA family or kind of section that is
// not known here, by name.
absl::StatusOr<Arena> ParseArena(absl::Span<const uint8_t> file);

// The same from a header and a manifest that are at hand, without the checks of
// the file's bytes.
absl::StatusOr<Arena> ResolveArena(ArenaHeader header, Manifest manifest);

}  // namespace tessera

#endif  // FORMATS_ARENA_ARENA_READER_H_
