#include "runtime/loader/file_mapping.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/errno_status.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22  // since Linux 5.14
#endif

namespace tessera {
namespace {

constexpr uint64_t kPageBytes = 4096;

// Opens `path` for reading and sets `size`.
absl::StatusOr<int> OpenRegularFile(const std::string& path, uint64_t* size) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return ErrnoStatus(path, "open");
  absl::Cleanup close_fd = [fd] { close(fd); };
  struct stat info;
  if (fstat(fd, &info) != 0) return ErrnoStatus(path, "stat");
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": not a regular file"));
  }
  if (info.st_size == 0) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": the file is empty"));
  }
  *size = static_cast<uint64_t>(info.st_size);
  std::move(close_fd).Cancel();
  return fd;
}

// Maps [data, data + size) of the file; 0 or an errno value.
int PopulatePages(const uint8_t* data, uint64_t size) {
  int result;
  do {
    result = madvise(const_cast<uint8_t*>(data), size, MADV_POPULATE_READ);
  } while (result != 0 && (errno == EINTR || errno == EAGAIN));
  if (result == 0) return 0;
  if (errno != EINVAL) return errno;
  // A kernel that does not know the advice: touch the pages.
  for (uint64_t i = 0; i < size; i += kPageBytes) {
    static_cast<void>(*static_cast<const volatile uint8_t*>(data + i));
  }
  return 0;
}

}  // namespace

absl::StatusOr<FileMapping> FileMapping::Open(const std::string& path,
                                              bool huge) {
  uint64_t size = 0;
  absl::StatusOr<int> fd = OpenRegularFile(path, &size);
  if (!fd.ok()) return fd.status();
  absl::Cleanup close_fd = [fd] { close(*fd); };

  FileMapping file;
  file.path_ = path;
  file.reserved_ = RoundUp(size, kHugePageBytes) + kHugePageBytes;
  void* reservation =
      mmap(nullptr, file.reserved_, PROT_NONE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (reservation == MAP_FAILED) return ErrnoStatus(path, "reserve memory");
  file.reservation_ = static_cast<uint8_t*>(reservation);
  uint8_t* aligned = reinterpret_cast<uint8_t*>(RoundUp(
      reinterpret_cast<uintptr_t>(reservation), kHugePageBytes));
  void* data = mmap(aligned, size, PROT_READ, MAP_SHARED | MAP_FIXED, *fd, 0);
  if (data == MAP_FAILED) return ErrnoStatus(path, "map");
  file.data_ = static_cast<const uint8_t*>(data);
  file.size_ = size;
  const bool obeyed =
      madvise(data, size, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE) == 0;
  file.huge_ = huge && obeyed;
  return file;
}

FileMapping::FileMapping(FileMapping&& other) noexcept {
  *this = std::move(other);
}

FileMapping& FileMapping::operator=(FileMapping&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(reservation_, other.reservation_);
  std::swap(reserved_, other.reserved_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(huge_, other.huge_);
  return *this;
}

FileMapping::~FileMapping() {
  if (reservation_ != nullptr) munmap(reservation_, reserved_);
}

void FileMapping::AdviseSmallPages(uint64_t offset, uint64_t size) const {
  if (!huge_ || size == 0) return;
  madvise(const_cast<uint8_t*>(data_) + offset, size, MADV_NOHUGEPAGE);
}

absl::Status FileMapping::Populate(uint64_t offset, uint64_t size,
                                   ThreadPool* pool) const {
  const uint64_t begin = offset / kPageBytes * kPageBytes;
  const uint64_t end = offset + size;
  // One part for each thread, without a gap: the kernel reads ahead beyond the
  // end of what is asked for, and where another thread is at work there, small
  // pages come out (3 to 6 % of a file, in slices of 32 MiB).
  const uint64_t threads = pool == nullptr ? 1 : pool->size();
  const uint64_t part =
      RoundUp(CeilDiv(end - begin, threads), kHugePageBytes);
  std::atomic<int> error{0};
  const auto populate = [&](uint64_t thread) {
    const uint64_t first = std::min(begin + thread * part, end);
    const uint64_t last = std::min(first + part, end);
    const int result =
        first < last ? PopulatePages(data_ + first, last - first) : 0;
    if (result != 0) error.store(result, std::memory_order_relaxed);
  };
  if (pool != nullptr) {
    pool->Run([&](int thread) { populate(thread); });
  } else {
    populate(0);
  }
  if (error != 0) {
    return absl::DataLossError(absl::StrCat(
        path_, ": cannot read bytes ", offset, " to ", end,
        ": the disk failed or the file was cut while it was open"));
  }
  return absl::OkStatus();
}

}  // namespace tessera
