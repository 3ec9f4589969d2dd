// A private copy of a part of a mapped file.
#ifndef RUNTIME_LOADER_MEMORY_COPY_H_
#define RUNTIME_LOADER_MEMORY_COPY_H_

#include "absl/status/status.h"
#include "base/file_mapping.h"

namespace tessera {

enum class CopyPages {
  kTransparent,  // huge pages as the kernel finds them
  kPool,         // from the pool of hugetlb pages as far as it reaches, then
                 // as above
};

// Puts anonymous memory with the same bytes in the place of `range`, whose
// begin and end are multiples of 2 MiB. Reads with several threads, from the
// page cache what it holds, past it what it does not hold, so that memory never
// has the file twice. DataLoss, naming the byte, if the file cannot be read;
// ResourceExhausted without memory.
absl::Status ReplaceByCopy(const FileMapping& mapping, FileRange range,
                           CopyPages pages, int readers);

}  // namespace tessera

#endif  // RUNTIME_LOADER_MEMORY_COPY_H_
