#include "base/mapped_file.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errno_status.h"
#include "base/open_input.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

constexpr uint64_t kPageBytes = 4096;

int64_t Nanos(const struct timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

absl::StatusOr<MappedFile> MappedFile::Open(const std::string& path) {
  TESSERA_ASSIGN_OR_RETURN(const int fd, OpenRegularFile(path));
  absl::Cleanup close_fd = [fd] { close(fd); };
  struct stat info;
  if (fstat(fd, &info) != 0) return ErrnoStatus(path, "stat");
  MappedFile file;
  file.path_ = path;
  file.size_ = static_cast<uint64_t>(info.st_size);
  file.mtime_ns_ = Nanos(info.st_mtim);
  file.ctime_ns_ = Nanos(info.st_ctim);
  file.inode_ = info.st_ino;
  if (file.size_ > 0) {
    void* data = mmap(nullptr, file.size_, PROT_READ, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED) return ErrnoStatus(path, "map");
    file.data_ = static_cast<const uint8_t*>(data);
    TESSERA_ASSIGN_OR_RETURN(file.guard_, FaultGuard::Create(data, file.size_));
  }
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept {
  *this = std::move(other);
}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(mtime_ns_, other.mtime_ns_);
  std::swap(ctime_ns_, other.ctime_ns_);
  std::swap(inode_, other.inode_);
  std::swap(guard_, other.guard_);
  return *this;
}

MappedFile::~MappedFile() {
  guard_ = FaultGuard();
  if (data_ != nullptr) munmap(const_cast<uint8_t*>(data_), size_);
}

void MappedFile::DropPages(uint64_t offset, uint64_t size) const {
  if (data_ == nullptr || offset >= size_) return;
  // Only whole pages: a neighbour may still need the ones at the edges.
  const uint64_t begin = (offset + kPageBytes - 1) / kPageBytes * kPageBytes;
  const uint64_t end =
      (offset + std::min(size, size_ - offset)) / kPageBytes * kPageBytes;
  if (begin >= end) return;
  madvise(const_cast<uint8_t*>(data_) + begin, end - begin, MADV_DONTNEED);
}

void MappedFile::WillNeed(uint64_t offset, uint64_t size) const {
  if (data_ == nullptr || offset >= size_) return;
  const uint64_t begin = offset / kPageBytes * kPageBytes;
  const uint64_t end = offset + std::min(size, size_ - offset);
  madvise(const_cast<uint8_t*>(data_) + begin, end - begin, MADV_WILLNEED);
}

absl::Status MappedFile::CheckUnchanged() const {
  TESSERA_RETURN_IF_ERROR(CheckSize());
  struct stat info;
  if (stat(path_.c_str(), &info) != 0) return ErrnoStatus(path_, "stat");
  if (Nanos(info.st_mtim) == mtime_ns_) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      path_, ": the file changed while it was read; run the command again"));
}

bool MappedFile::WasTouched() const {
  struct stat info;
  return stat(path_.c_str(), &info) != 0 || Nanos(info.st_mtim) != mtime_ns_ ||
         Nanos(info.st_ctim) != ctime_ns_ || info.st_ino != inode_;
}

absl::Status MappedFile::CheckSize() const {
  struct stat info;
  const bool is_there = stat(path_.c_str(), &info) == 0;
  if (!is_there && errno != ENOENT) return ErrnoStatus(path_, "stat");
  if (is_there && static_cast<uint64_t>(info.st_size) != size_) {
    return absl::FailedPreconditionError(absl::StrCat(
        path_, ": the file changed while it was read; run the command again"));
  }
  if (const std::optional<uint64_t> fault = guard_.first_fault()) {
    return absl::DataLossError(absl::StrCat(
        path_, ": byte ", *fault, " cannot be read; the disk may have failed"));
  }
  return absl::OkStatus();
}

}  // namespace tessera
