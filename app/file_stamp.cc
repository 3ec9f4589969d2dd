#include "app/file_stamp.h"

#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/open_input.h"

namespace tessera {
namespace {

// No kernel ticks more slowly than every 10 ms. A file of the future, or of
// another machine's clock, is not waited for longer.
constexpr int kMostWaits = 25;
constexpr absl::Duration kWait = absl::Milliseconds(1);

int64_t Nanos(const timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

absl::StatusOr<FileStamp> StampOf(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return CannotOpen(path, errno);
  FileStamp stamp;
  stamp.set_device(info.st_dev);
  stamp.set_inode(info.st_ino);
  stamp.set_size(static_cast<uint64_t>(info.st_size));
  stamp.set_mtime_ns(Nanos(info.st_mtim));
  stamp.set_ctime_ns(Nanos(info.st_ctim));
  return stamp;
}

bool IsSameStamp(const FileStamp& a, const FileStamp& b) {
  return a.device() == b.device() && a.inode() == b.inode() &&
         a.size() == b.size() && a.mtime_ns() == b.mtime_ns() &&
         a.ctime_ns() == b.ctime_ns();
}

void AwaitNextTick(absl::Span<const FileStamp> stamps) {
  int64_t newest = 0;
  for (const FileStamp& stamp : stamps) {
    newest = std::max({newest, stamp.mtime_ns(), stamp.ctime_ns()});
  }
  for (int i = 0; i < kMostWaits; ++i) {
    timespec now = {};
    // The clock that the kernel takes times of files from.
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (Nanos(now) > newest) return;
    absl::SleepFor(kWait);
  }
}

}  // namespace tessera
