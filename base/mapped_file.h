// A whole file, mapped for reading.
#ifndef BASE_MAPPED_FILE_H_
#define BASE_MAPPED_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/fault_guard.h"

namespace tessera {

// Owns the mapping; bytes() stays valid while the object lives. Movable, not
// copyable. Reading concurrently from several threads is safe. Where the file
// cannot be read, because it was cut or the disk fails, its bytes are zeros
// (see FaultGuard): ask CheckUnchanged() after reading.
class MappedFile {
 public:
  // Maps `path`. Errors of OpenRegularFile, which refuses at once what cannot
  // be mapped.
  static absl::StatusOr<MappedFile> Open(const std::string& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  const std::string& path() const { return path_; }
  absl::Span<const uint8_t> bytes() const {
    return absl::MakeConstSpan(data_, size_);
  }

  // When it was last changed, since the epoch.
  int64_t modification_nanos() const { return mtime_ns_; }

  // Tells the kernel that [offset, offset + size) is not needed any more, so
  // that a long conversion does not keep its whole input resident.
  void DropPages(uint64_t offset, uint64_t size) const;

  // Asks the kernel to start reading [offset, offset + size) from the disk.
  void WillNeed(uint64_t offset, uint64_t size) const;

  // FailedPrecondition if size or modification time of the file on disk is no
  // longer what it was when it was opened; DataLoss if a byte read so far could
  // not be read.
  absl::Status CheckUnchanged() const;

  // The same, but for the time: whoever touched the file need not have changed
  // it, and whoever moved it away has not.
  absl::Status CheckSize() const;

  // True if the name leads to another file now, or to none, or if this one was
  // written to, whatever its modification time says.
  bool WasTouched() const;

 private:
  MappedFile() = default;

  std::string path_;
  const uint8_t* data_ = nullptr;
  uint64_t size_ = 0;
  int64_t mtime_ns_ = 0;
  int64_t ctime_ns_ = 0;  // of the last change of anything
  uint64_t inode_ = 0;
  FaultGuard guard_;
};

}  // namespace tessera

#endif  // BASE_MAPPED_FILE_H_
