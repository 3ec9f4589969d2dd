// How much memory there is for weights.
#ifndef RUNTIME_LOADER_MEMORY_LIMIT_H_
#define RUNTIME_LOADER_MEMORY_LIMIT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

// Where Linux says it.
struct MemoryFiles {
  std::string meminfo = "/proc/meminfo";
  std::string cgroup = "/proc/self/cgroup";
  // Where the control groups are mounted: version 2 here or in unified/,
  // version 1 in memory/.
  std::string cgroup_root = "/sys/fs/cgroup";
};

// Bytes that this process may still fill, with files' pages or its own, before
// the kernel reclaims or kills: the least of what the machine and each memory
// control group from this process's up to the root has left. Pages of files
// count as left, because they can be reclaimed: so a model that is in memory
// already fits. DataLoss, naming the file, for what cannot be understood;
// NotFound and the like if there is no meminfo. A machine without control
// groups has no limits by them. Thread-safe.
absl::StatusOr<uint64_t> AvailableMemory(const MemoryFiles& files = {});

// The number behind `key` in lines of "KEY NUMBER" or "KEY: NUMBER kB", as
// meminfo and memory.stat have them, in bytes; DataLoss if there is none.
absl::StatusOr<uint64_t> BytesOfKey(absl::string_view text,
                                    absl::string_view key);

}  // namespace tessera

#endif  // RUNTIME_LOADER_MEMORY_LIMIT_H_
