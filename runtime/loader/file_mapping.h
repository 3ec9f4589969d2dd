// A file mapped so that the kernel can use huge pages for it.
#ifndef RUNTIME_LOADER_FILE_MAPPING_H_
#define RUNTIME_LOADER_FILE_MAPPING_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/thread_pool.h"

namespace tessera {

inline constexpr uint64_t kHugePageBytes = uint64_t{2} << 20;

// Maps a whole file, shared and read-only, at an address that is a multiple of
// 2 MiB. The page cache then serves every process from the same huge pages.
// Three things have to happen in this order: an aligned address, the advice,
// the first touch; so nothing is read before the advice is given. Owns the
// mapping; thread-safe for reading.
class FileMapping {
 public:
  // `huge`: ask for huge pages (madvise(2), MADV_HUGEPAGE), else forbid them.
  // NotFound and the like as the system says; InvalidArgument if it is no
  // regular file or empty. Messages start with the path.
  static absl::StatusOr<FileMapping> Open(const std::string& path, bool huge);

  FileMapping(FileMapping&& other) noexcept;
  FileMapping& operator=(FileMapping&& other) noexcept;
  ~FileMapping();

  const std::string& path() const { return path_; }
  absl::Span<const uint8_t> bytes() const {
    return absl::MakeConstSpan(data_, size_);
  }

  // False if the kernel has no huge pages for files, or was not asked for them.
  bool huge() const { return huge_; }

  // Takes the advice back for [offset, offset + size): rows read here and there
  // should not pull in 2 MiB each.
  void AdviseSmallPages(uint64_t offset, uint64_t size) const;

  // Brings [offset, offset + size) into memory and maps it, with the threads of
  // `pool` (null: this thread). DataLoss if the file cannot be read there.
  absl::Status Populate(uint64_t offset, uint64_t size, ThreadPool* pool) const;

 private:
  FileMapping() = default;

  std::string path_;
  uint8_t* reservation_ = nullptr;
  uint64_t reserved_ = 0;
  const uint8_t* data_ = nullptr;
  uint64_t size_ = 0;
  bool huge_ = false;
};

}  // namespace tessera

#endif  // RUNTIME_LOADER_FILE_MAPPING_H_
