// Reads a file back into the page cache in huge pages.
#ifndef CONVERTER_INSPECT_REWARM_H_
#define CONVERTER_INSPECT_REWARM_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace tessera {

// What Rewarm found and did. Bytes that can lie in huge pages are the whole
// 2 MiB units of the file.
struct Rewarming {
  uint64_t file_bytes = 0;
  uint64_t possible_bytes = 0;
  // Share of the file in the page cache; nullopt if the system does not tell.
  std::optional<double> cached_before;
  uint64_t huge_before = 0;  // bytes that huge pages could map
  uint64_t huge_after = 0;
  double read_seconds = 0;
};

// Drops the file at `path`, of any format, from the page cache and reads it
// back, so that whoever maps it next gets huge pages; measures before and after
// by mapping it. Writes nothing and needs no privileges, but permission to
// read. FailedPrecondition if another process has it mapped, which keeps it in
// the cache, or if the kernel gives no huge pages for it; both say what to do.
// Shows progress unless `quiet`.
absl::StatusOr<Rewarming> Rewarm(const std::string& path, bool quiet);

// One line for a person, with a line end.
std::string RewarmText(const std::string& path, const Rewarming& rewarming);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_REWARM_H_
