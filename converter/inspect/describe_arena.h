// Describes an arena.
#ifndef CONVERTER_INSPECT_DESCRIBE_ARENA_H_
#define CONVERTER_INSPECT_DESCRIBE_ARENA_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/thread_pool.h"
#include "converter/inspect/file_description.h"

namespace tessera {

// Everything but path and file_size. If `verify_with` is not null, checks all
// hashes first. Errors are ParseArena's, VerifyChunks' and VerifyTensors'.
absl::StatusOr<FileDescription> DescribeArena(absl::Span<const uint8_t> file,
                                              ThreadPool* verify_with);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_DESCRIBE_ARENA_H_
