#include "base/file_mapping.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/errno_status.h"
#include "base/open_input.h"
#include "base/page_residency.h"
#include "base/status_macros.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22  // since Linux 5.14
#endif

namespace tessera {
namespace {

constexpr uint64_t kPageBytes = 4096;

absl::StatusOr<uint64_t> FileSize(const std::string& path, int fd) {
  struct stat info;
  if (fstat(fd, &info) != 0) return ErrnoStatus(path, "stat");
  if (info.st_size == 0) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": is empty"));
  }
  return static_cast<uint64_t>(info.st_size);
}

// The range in whole pages.
FileRange WholePages(FileRange range) {
  const uint64_t begin = range.offset / kPageBytes * kPageBytes;
  return {begin, RoundUp(range.end(), kPageBytes) - begin};
}

// Maps the pages of [data, data + size); 0 or an errno value.
int PopulatePages(uint8_t* data, uint64_t size) {
  int result;
  do {
    result = madvise(data, size, MADV_POPULATE_READ);
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

absl::StatusOr<FileMapping> FileMapping::Open(const std::string& path) {
  FileMapping file;
  file.path_ = path;
  TESSERA_ASSIGN_OR_RETURN(file.fd_, OpenRegularFile(path));
  TESSERA_ASSIGN_OR_RETURN(file.size_, FileSize(path, file.fd_));
  file.reserved_ = RoundUp(file.size_, kHugePageBytes) + kHugePageBytes;
  void* reservation = mmap(nullptr, file.reserved_, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (reservation == MAP_FAILED) return ErrnoStatus(path, "reserve memory");
  file.reservation_ = static_cast<uint8_t*>(reservation);
  uint8_t* aligned = reinterpret_cast<uint8_t*>(
      RoundUp(reinterpret_cast<uintptr_t>(reservation), kHugePageBytes));
  void* data =
      mmap(aligned, file.size_, PROT_READ, MAP_SHARED | MAP_FIXED, file.fd_, 0);
  if (data == MAP_FAILED) return ErrnoStatus(path, "map");
  file.data_ = static_cast<const uint8_t*>(data);
  TESSERA_ASSIGN_OR_RETURN(file.guard_, FaultGuard::Create(data, file.size_));
  return file;
}

FileMapping::FileMapping(FileMapping&& other) noexcept {
  *this = std::move(other);
}

FileMapping& FileMapping::operator=(FileMapping&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  std::swap(reservation_, other.reservation_);
  std::swap(reserved_, other.reserved_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(guard_, other.guard_);
  return *this;
}

FileMapping::~FileMapping() {
  guard_ = FaultGuard();
  if (reservation_ != nullptr) munmap(reservation_, reserved_);
  if (fd_ >= 0) close(fd_);
}

bool FileMapping::Advise(FileRange range, Access access) const {
  const FileRange pages = WholePages(range);
  if (pages.size == 0) return true;
  uint8_t* data = const_cast<uint8_t*>(data_) + pages.offset;
  const bool huge =
      access == Access::kHugePages || access == Access::kHugePagesInParallel;
  // For huge pages the kernel reads two at a time, unless reads are random: a
  // second reader would find small pages in its place.
  const bool random =
      access == Access::kRows || access == Access::kHugePagesInParallel;
  madvise(data, pages.size, random ? MADV_RANDOM : MADV_NORMAL);
  return madvise(data, pages.size, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE) == 0;
}

void FileMapping::ReadAhead(FileRange range) const {
  posix_fadvise(fd_, range.offset, range.size, POSIX_FADV_WILLNEED);
}

absl::Status FileMapping::Populate(FileRange range) const {
  const FileRange pages = WholePages(range);
  uint8_t* data = const_cast<uint8_t*>(data_) + pages.offset;
  if (PopulatePages(data, pages.size) != 0) {
    // Which page it was: touching finds out, and the guard remembers.
    for (uint64_t i = 0; i < pages.size; i += kPageBytes) {
      static_cast<void>(*static_cast<const volatile uint8_t*>(data + i));
    }
    TESSERA_RETURN_IF_ERROR(CheckReadable());
  }
  const std::optional<uint64_t> fault = guard_.first_fault();
  return fault.has_value() ? ReadError(*fault) : absl::OkStatus();
}

absl::Status FileMapping::ReadError(uint64_t offset) const {
  struct stat info;
  if (fstat(fd_, &info) == 0 && static_cast<uint64_t>(info.st_size) < size_) {
    return absl::DataLossError(absl::StrCat(
        path_, ": byte ", std::min<uint64_t>(offset, info.st_size),
        " and what follows is gone: the file was cut from ", size_, " to ",
        info.st_size, " bytes while it was in use; write it again"));
  }
  return absl::DataLossError(
      absl::StrCat(path_, ": byte ", offset,
                   " cannot be read; the disk may have failed: look at the "
                   "kernel's messages (dmesg) and write the file again"));
}

absl::Status FileMapping::CheckReadable() const {
  const std::optional<uint64_t> fault = guard_.first_fault();
  if (fault.has_value()) return ReadError(*fault);
  // The last page of a file that was cut within it reads as zeros.
  struct stat info;
  if (fstat(fd_, &info) != 0) return ErrnoStatus(path_, "stat");
  if (static_cast<uint64_t>(info.st_size) < size_) {
    return ReadError(info.st_size);
  }
  return absl::OkStatus();
}

std::optional<double> FileMapping::CachedShare(FileRange range) const {
  return tessera::CachedShare(fd_, range);
}

std::optional<bool> FileMapping::IsCached(FileRange range) const {
  return tessera::IsCached(fd_, range);
}

absl::Status FileMapping::DropFromPageCache() const {
  if (fdatasync(fd_) != 0) return ErrnoStatus(path_, "write to the disk");
  const int error = posix_fadvise(fd_, 0, 0, POSIX_FADV_DONTNEED);
  if (error != 0) return ErrnoStatus(path_, "drop from the page cache", error);
  return absl::OkStatus();
}

}  // namespace tessera
