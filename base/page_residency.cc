#include "base/page_residency.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "base/checked_math.h"

namespace tessera {
namespace {

constexpr uint64_t kPageBytes = 4096;
// One place in each huge page is looked at.
constexpr uint64_t kStepBytes = uint64_t{2} << 20;
constexpr int kMostTries = 64;

// Of Linux 6.5; the C library does not know it.
constexpr long kCachestat = 451;
struct CachestatRange {
  uint64_t offset;
  uint64_t size;
};
struct Cachestat {
  uint64_t cached, dirty, writeback, evicted, recently_evicted;
};

// Whether the page at `offset` is in the page cache; nullopt if that cannot be
// told.
std::optional<bool> AskCachestat(int fd, uint64_t offset) {
  const CachestatRange page = {offset, kPageBytes};
  Cachestat found = {};
  if (syscall(kCachestat, fd, &page, &found, 0) != 0) return std::nullopt;
  return found.cached != 0;
}

// Whether mincore says the truth to this process, as far as can be told.
bool MayAskMincore(int fd) {
  struct stat info;
  if (fstat(fd, &info) != 0) return false;
  if (geteuid() == info.st_uid) return true;
  const std::string open_file = absl::StrCat("/proc/self/fd/", fd);
  if (faccessat(AT_FDCWD, open_file.c_str(), W_OK, AT_EACCESS) == 0) {
    return true;
  }
  return geteuid() == 0 && errno == EROFS;
}

std::optional<bool> AskMincore(int fd, uint64_t offset) {
  if (!MayAskMincore(fd)) return std::nullopt;
  void* page = mmap(nullptr, kPageBytes, PROT_READ, MAP_SHARED, fd,
                    static_cast<off_t>(offset));
  if (page == MAP_FAILED) return std::nullopt;
  unsigned char resident = 0;
  const int result = mincore(page, kPageBytes, &resident);
  munmap(page, kPageBytes);
  if (result != 0) return std::nullopt;
  return (resident & 1) != 0;
}

// What the system tells about the page.
std::optional<bool> Ask(int fd, uint64_t offset) {
  const std::optional<bool> cached = AskCachestat(fd, offset);
  return cached.has_value() ? cached : AskMincore(fd, offset);
}

// A file of its own, so that what is read ahead, and how, concerns nobody else.
class Tries {
 public:
  explicit Tries(int fd)
      : fd_(open(absl::StrCat("/proc/self/fd/", fd).c_str(),
                 O_RDONLY | O_CLOEXEC)) {
    if (fd_ >= 0) posix_fadvise(fd_, 0, 0, POSIX_FADV_RANDOM);
  }
  ~Tries() {
    if (fd_ >= 0) close(fd_);
  }
  Tries(const Tries&) = delete;
  Tries& operator=(const Tries&) = delete;

  std::optional<bool> IsCached(uint64_t offset) const {
    if (fd_ < 0) return std::nullopt;
    char byte = 0;
    const struct iovec to = {&byte, 1};
    const auto at = static_cast<off_t>(offset);
    if (preadv2(fd_, &to, 1, at, RWF_NOWAIT) == 1) return true;
    if (errno != EAGAIN) return std::nullopt;
    // The try has begun to read it. A single small page in the cache would keep
    // the huge page around it from being one.
    [[maybe_unused]] const ssize_t got = pread(fd_, &byte, 1, at);
    posix_fadvise(fd_, at, kPageBytes, POSIX_FADV_DONTNEED);
    return false;
  }

 private:
  const int fd_;
};

using IsCachedFn = absl::FunctionRef<std::optional<bool>(uint64_t offset)>;

// Of places in `range`, evenly: one in each step, `most` at most.
std::optional<double> ShareOfPlaces(FileRange range, uint64_t most,
                                    IsCachedFn is_cached) {
  const uint64_t first = range.offset / kPageBytes * kPageBytes;
  const uint64_t steps = CeilDiv(range.end() - first, kStepBytes);
  const uint64_t places = std::min(steps, most);
  uint64_t cached = 0;
  for (uint64_t i = 0; i < places; ++i) {
    const std::optional<bool> found =
        is_cached(first + i * steps / places * kStepBytes);
    if (!found.has_value()) return std::nullopt;
    cached += *found ? 1 : 0;
  }
  return static_cast<double>(cached) / static_cast<double>(places);
}

}  // namespace

std::optional<double> CachedShare(int fd, FileRange range) {
  if (range.size == 0) return 1;
  const std::optional<double> share =
      ShareOfPlaces(range, std::numeric_limits<uint64_t>::max(),
                    [fd](uint64_t offset) { return Ask(fd, offset); });
  return share.has_value() ? share : TriedShare(fd, range, kMostTries);
}

std::optional<bool> IsCached(int fd, FileRange range) {
  const uint64_t first = range.offset / kPageBytes * kPageBytes;
  std::optional<Tries> tries;
  for (uint64_t at = first; at < range.end() && range.size != 0;
       at += kStepBytes) {
    std::optional<bool> cached;
    if (!tries.has_value()) cached = Ask(fd, at);
    if (!cached.has_value()) {
      if (!tries.has_value()) tries.emplace(fd);
      cached = tries->IsCached(at);
    }
    if (cached != true) return cached;
  }
  return true;
}

std::optional<double> TriedShare(int fd, FileRange range, int most_tries) {
  if (range.size == 0) return 1;
  const Tries tries(fd);
  return ShareOfPlaces(
      range, static_cast<uint64_t>(most_tries),
      [&tries](uint64_t offset) { return tries.IsCached(offset); });
}

}  // namespace tessera
