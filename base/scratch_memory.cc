#include "base/scratch_memory.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errno_status.h"

namespace tessera {

absl::StatusOr<ScratchMemory> ScratchMemory::Map(uint64_t size, int flags,
                                                 int fd) {
  ScratchMemory memory;
  if (size == 0) return memory;
  void* data = mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, fd, 0);
  if (data == MAP_FAILED) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no memory for ", size, " bytes of intermediate results"));
  }
  memory.data_ = static_cast<uint8_t*>(data);
  memory.size_ = size;
  return memory;
}

absl::StatusOr<ScratchMemory> ScratchMemory::Anonymous(uint64_t size) {
  return Map(size, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

absl::StatusOr<ScratchMemory> ScratchMemory::InFile(const std::string& folder,
                                                    uint64_t size) {
  std::string name = absl::StrCat(folder, "/.tessera-XXXXXX");
  const int fd = mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) return ErrnoStatus(folder, "create a temporary file in it");
  unlink(name.c_str());
  // Reserved now: a full disk would be a SIGBUS at the first touch.
  const int error = posix_fallocate(fd, 0, static_cast<off_t>(size));
  if (error != 0) {
    close(fd);
    return ErrnoStatus(
        folder, absl::StrCat("reserve ", size, " bytes for a temporary file"),
        error);
  }
  auto memory = Map(size, MAP_SHARED, fd);
  close(fd);
  return memory;
}

ScratchMemory::ScratchMemory(ScratchMemory&& other) noexcept {
  *this = std::move(other);
}

ScratchMemory& ScratchMemory::operator=(ScratchMemory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

ScratchMemory::~ScratchMemory() {
  if (data_ != nullptr) munmap(data_, size_);
}

}  // namespace tessera
