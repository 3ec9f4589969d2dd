// What the kernel says about the pages of this process.
#ifndef BASE_SMAPS_H_
#define BASE_SMAPS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

// Bytes of memory that are mapped, by the pages that map them.
struct MappedPages {
  uint64_t resident = 0;  // of any size
  uint64_t huge = 0;      // of a file or of anonymous memory, transparently
  uint64_t hugetlb = 0;   // from the system's pool
  uint64_t small() const {
    const uint64_t large = huge + hugetlb;
    return resident > large ? resident - large : 0;
  }
};

// The mappings that lie within [begin, end), from `smaps`, the text of
// /proc/PID/smaps (proc(5)): huge is the sum of FilePmdMapped, ShmemPmdMapped
// and AnonHugePages. Mappings that only overlap the range are not counted.
MappedPages PagesIn(absl::string_view smaps, uint64_t begin, uint64_t end);

// The same for this process, now, for all mappings that lie within the pages of
// [begin, begin + size).
absl::StatusOr<MappedPages> PagesMapped(const void* begin, uint64_t size);

}  // namespace tessera

#endif  // BASE_SMAPS_H_
