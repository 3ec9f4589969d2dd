// What the kernel says about the pages of this process.
#ifndef RUNTIME_LOADER_SMAPS_H_
#define RUNTIME_LOADER_SMAPS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

// Bytes of the mappings that lie within [begin, end) and are mapped with huge
// pages of a file or of anonymous memory: the sum of FilePmdMapped,
// ShmemPmdMapped and AnonHugePages in `smaps`, the text of /proc/PID/smaps
// (proc(5)). Mappings that only overlap the range are not counted.
uint64_t HugeBytesIn(absl::string_view smaps, uint64_t begin, uint64_t end);

// The same for this process, now.
absl::StatusOr<uint64_t> HugeBytesMapped(const void* begin, uint64_t size);

}  // namespace tessera

#endif  // RUNTIME_LOADER_SMAPS_H_
