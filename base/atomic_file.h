// A file that appears under its name only when it is complete.
#ifndef BASE_ATOMIC_FILE_H_
#define BASE_ATOMIC_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace tessera {

// Writes to a temporary file in the folder of `path` and renames it in Commit.
// Until then, and if Commit is never called or fails, nothing exists under
// `path` that was not there before, and the temporary file is removed by the
// destructor. Movable. WriteAt may be called from several threads at once for
// ranges that do not overlap.
class AtomicFile {
 public:
  // AlreadyExists if `path` exists and `overwrite` is false.
  static absl::StatusOr<AtomicFile> Create(const std::string& path,
                                           bool overwrite);

  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&& other) noexcept;
  ~AtomicFile();

  const std::string& path() const { return path_; }

  // Writes all of `bytes` at `offset`.
  absl::Status WriteAt(uint64_t offset, absl::Span<const uint8_t> bytes);

  // Makes the file `size` bytes long; new bytes are zero.
  absl::Status Resize(uint64_t size);

  // Flushes to the disk, renames to path(), and flushes the folder.
  absl::Status Commit();

 private:
  AtomicFile() = default;

  std::string path_;
  std::string temporary_path_;
  int fd_ = -1;
  bool overwrite_ = false;
};

}  // namespace tessera

#endif  // BASE_ATOMIC_FILE_H_
