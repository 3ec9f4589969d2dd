// Arithmetic on extents. Those of a file are checked with IsValid before they
// are passed to anything else here.
#ifndef FORMATS_ARENA_EXTENT_H_
#define FORMATS_ARENA_EXTENT_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "formats/arena/manifest.pb.h"

namespace tessera {

inline Extent MakeExtent(uint64_t offset, uint64_t size) {
  Extent extent;
  extent.set_offset(offset);
  extent.set_size(size);
  return extent;
}

// False if the extent's end does not fit in 64 bits.
inline bool IsValid(const Extent& extent) {
  return CheckedAdd(extent.offset(), extent.size()).has_value();
}

// The first byte behind a valid extent.
inline uint64_t EndOf(const Extent& extent) {
  return extent.offset() + extent.size();
}

// True if all of `inner` lies in `outer`. An empty extent lies where its offset
// does, the outer end included.
inline bool Contains(const Extent& outer, const Extent& inner) {
  return outer.offset() <= inner.offset() && EndOf(inner) <= EndOf(outer);
}

// True if a byte lies in both.
inline bool Overlap(const Extent& a, const Extent& b) {
  return a.offset() < EndOf(b) && b.offset() < EndOf(a) && a.size() != 0 &&
         b.size() != 0;
}

// "[4096, 8192)"; for messages.
inline std::string ExtentText(const Extent& extent) {
  const std::string end =
      IsValid(extent) ? absl::StrCat(EndOf(extent))
                      : absl::StrCat(extent.offset(), " + ", extent.size());
  return absl::StrCat("[", extent.offset(), ", ", end, ")");
}

}  // namespace tessera

#endif  // FORMATS_ARENA_EXTENT_H_
