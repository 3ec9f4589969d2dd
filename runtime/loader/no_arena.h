// Why a file is refused that is no arena.
#ifndef RUNTIME_LOADER_NO_ARENA_H_
#define RUNTIME_LOADER_NO_ARENA_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace tessera {

// `status` of mapping `path`, in words for whoever named it as an arena: a
// folder, with what to do instead; a name that nearly exists.
absl::Status NoArenaMapped(const std::string& path, const absl::Status& status);

// What `file`, the bytes of `path`, is, since it does not begin as an arena:
// FailedPrecondition for a model that is to be converted first, with the
// command; InvalidArgument for what is known to be something else; DataLoss for
// what nobody knows.
absl::Status NoArena(const std::string& path, absl::Span<const uint8_t> file);

// OK if `path` begins as an arena; else what LoadedArena::Open says. For
// complaints that can wait until the file is one.
absl::Status CheckIsArena(const std::string& path);

}  // namespace tessera

#endif  // RUNTIME_LOADER_NO_ARENA_H_
