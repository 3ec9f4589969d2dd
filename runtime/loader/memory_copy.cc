#include "runtime/loader/memory_copy.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/errno_status.h"
#include "base/populator.h"
#include "base/status_macros.h"
#include "base/worker_threads.h"

namespace tessera {
namespace {

uint64_t NumberIn(const char* path) {
  std::ifstream file(path);
  uint64_t number = 0;
  return file >> number ? number : 0;
}

// Bytes of the pool that nobody has or has reserved.
uint64_t FreePoolBytes() {
  const uint64_t free =
      NumberIn("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
  const uint64_t reserved =
      NumberIn("/sys/kernel/mm/hugepages/hugepages-2048kB/resv_hugepages");
  return (free - std::min(free, reserved)) * kHugePageBytes;
}

bool MapAnonymous(uint8_t* data, uint64_t size, int flags) {
  return mmap(data, size, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | flags, -1,
              0) != MAP_FAILED;
}

absl::Status MapMemory(uint8_t* data, uint64_t size, CopyPages pages,
                       const std::string& path) {
  uint64_t pool = 0;
  if (pages == CopyPages::kPool) pool = std::min(size, FreePoolBytes());
  // Another process may take pages meanwhile: mmap reserves all or none.
  if (pool > 0 && !MapAnonymous(data, pool, MAP_HUGETLB)) pool = 0;
  if (pool == size) return absl::OkStatus();
  if (!MapAnonymous(data + pool, size - pool, 0)) {
    return ErrnoStatus(path, "get memory for a copy");
  }
  madvise(data + pool, size - pool, MADV_HUGEPAGE);
  return absl::OkStatus();
}

// The file twice: through the page cache, and past it where the file system
// can.
class TwoWayReader {
 public:
  explicit TwoWayReader(const FileMapping& mapping)
      : mapping_(mapping),
        direct_(open(absl::StrCat("/proc/self/fd/", mapping.fd()).c_str(),
                     O_RDONLY | O_CLOEXEC | O_DIRECT)) {}
  ~TwoWayReader() {
    if (direct_ >= 0) close(direct_);
  }

  // Reads `range` to `to`.
  absl::Status Read(FileRange range, bool cached, uint8_t* to) const {
    while (range.size > 0) {
      ssize_t count = -1;
      if (!cached && direct_ >= 0) {
        count = pread(direct_, to, range.size, range.offset);
      }
      if (count < 0) count = pread(mapping_.fd(), to, range.size, range.offset);
      if (count <= 0) {
        return absl::DataLossError(absl::StrCat(
            mapping_.path(), ": byte ", range.offset, " cannot be read: ",
            count == 0 ? std::string("the file was cut while it was being read")
                       : absl::StrCat(std::strerror(errno),
                                      "; the disk may have failed")));
      }
      range.offset += count;
      range.size -= count;
      to += count;
      // A short direct read may end anywhere; the rest takes the other way.
      cached = true;
    }
    return absl::OkStatus();
  }

 private:
  const FileMapping& mapping_;
  const int direct_;
};

struct Piece {
  FileRange range;
  bool cached;
};

}  // namespace

absl::Status ReplaceByCopy(const FileMapping& mapping, FileRange range,
                           CopyPages pages, int readers) {
  std::vector<Piece> pieces;
  for (const FileRange& piece :
       CutIntoPieces({range}, Populator::kPieceBytes)) {
    pieces.push_back({piece, mapping.IsCached(piece).value_or(false)});
  }
  uint8_t* file = const_cast<uint8_t*>(mapping.bytes().data());
  TESSERA_RETURN_IF_ERROR(
      MapMemory(file + range.offset, range.size, pages, mapping.path()));
  const TwoWayReader reader(mapping);
  std::atomic<size_t> next{0};
  absl::Mutex mutex;
  absl::Status error;  // the first
  const auto read = [&] {
    for (size_t i = next++; i < pieces.size(); i = next++) {
      const Piece& piece = pieces[i];
      const absl::Status status =
          reader.Read(piece.range, piece.cached, file + piece.range.offset);
      if (status.ok()) continue;
      absl::MutexLock lock(&mutex);
      error.Update(status);
      return;
    }
  };
  std::vector<std::thread> threads = StartThreads(readers - 1, read);
  read();
  for (std::thread& thread : threads) thread.join();
  TESSERA_RETURN_IF_ERROR(error);
  mprotect(file + range.offset, range.size, PROT_READ);
  return absl::OkStatus();
}

}  // namespace tessera
