// A file mapped so that the kernel can use huge pages for it.
#ifndef BASE_FILE_MAPPING_H_
#define BASE_FILE_MAPPING_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/fault_guard.h"
#include "base/file_range.h"

namespace tessera {

inline constexpr uint64_t kHugePageBytes = uint64_t{2} << 20;

// How a part of a file is going to be read (madvise(2)).
enum class Access {
  kSmallPages,          // as the kernel does it, in small pages
  kRows,                // here and there, a few bytes at a time
  kHugePages,           // in order, by huge pages
  kHugePagesInParallel  // by huge pages, several readers taking turns
};

// Maps a whole file, shared and read-only, at an address that is a multiple of
// 2 MiB. The page cache then serves every process from the same huge pages.
// Three things have to happen in this order: an aligned address, the advice,
// the first touch; so nothing is read before the advice is given.
//
// Owns the mapping; thread-safe for reading. Where the file cannot be read,
// because it was cut or the disk fails, its bytes are zeros (see FaultGuard):
// ask CheckReadable() after reading.
class FileMapping {
 public:
  // NotFound and the like as the system says; InvalidArgument if it is no
  // regular file or empty. Messages start with the path.
  static absl::StatusOr<FileMapping> Open(const std::string& path);

  FileMapping(FileMapping&& other) noexcept;
  FileMapping& operator=(FileMapping&& other) noexcept;
  ~FileMapping();

  const std::string& path() const { return path_; }
  absl::Span<const uint8_t> bytes() const {
    return absl::MakeConstSpan(data_, size_);
  }
  int fd() const { return fd_; }

  // False if the kernel does not know the advice: it has no huge pages.
  bool Advise(FileRange range, Access access) const;

  // Has the kernel read `range`, and nothing around it, into the page cache, in
  // few requests. Returns at once; errors show when it is touched.
  void ReadAhead(FileRange range) const;

  // Brings `range` into memory and maps it, with this thread. DataLoss, naming
  // the first byte, if it cannot be read.
  absl::Status Populate(FileRange range) const;

  // OK, or DataLoss that names path and offset if the file got shorter than it
  // was, or if a byte read so far could not be read. A system call.
  absl::Status CheckReadable() const;

  // Roughly what part of `range` the page cache holds, 0 to 1, and whether it
  // holds all of it. nullopt if the system does not tell (page_residency.h).
  std::optional<double> CachedShare(FileRange range) const;
  std::optional<bool> IsCached(FileRange range) const;

  // Takes the file out of the page cache, after writing what is not on the disk
  // yet. What any process has mapped stays; this mapping must not have been
  // read. Needs no privileges.
  absl::Status DropFromPageCache() const;

 private:
  FileMapping() = default;

  absl::Status ReadError(uint64_t offset) const;

  std::string path_;
  int fd_ = -1;
  uint8_t* reservation_ = nullptr;
  uint64_t reserved_ = 0;
  const uint8_t* data_ = nullptr;
  uint64_t size_ = 0;
  FaultGuard guard_;
};

}  // namespace tessera

#endif  // BASE_FILE_MAPPING_H_
