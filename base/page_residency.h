// Which parts of an open file the page cache holds, asked without changing it.
#ifndef BASE_PAGE_RESIDENCY_H_
#define BASE_PAGE_RESIDENCY_H_

#include <optional>

#include "base/file_range.h"

namespace tessera {

// Since Linux 5.2, mincore(2) tells only who owns a file or may write it what
// is resident, and tells everybody else that everything is; cachestat(2)
// refuses. Whoever may only read is answered by trying to read a byte here and
// there without waiting (preadv2 with RWF_NOWAIT). A page that is not there is
// read by such a try, so it is dropped again, which costs one short read of the
// disk.

// Roughly what part of `range` of the file `fd` is in the page cache, 0 to 1,
// asked at one place in each 2 MiB; 1 for an empty range. nullopt if the system
// does not tell.
std::optional<double> CachedShare(int fd, FileRange range);

// Whether it is at all these places. Stops at the first where it is not.
std::optional<bool> IsCached(int fd, FileRange range);

// The same by trying to read, at `most_tries` places at most: for those whom
// the system tells nothing else.
std::optional<double> TriedShare(int fd, FileRange range, int most_tries);

}  // namespace tessera

#endif  // BASE_PAGE_RESIDENCY_H_
