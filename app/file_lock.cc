#include "app/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "app/interrupt_hint.h"
#include "base/errno_status.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

constexpr absl::Duration kAskEvery = absl::Milliseconds(50);

bool IsFileAt(int fd, const std::string& path) {
  struct stat here;
  struct stat named;
  return fstat(fd, &here) == 0 && lstat(path.c_str(), &named) == 0 &&
         here.st_dev == named.st_dev && here.st_ino == named.st_ino;
}

// Some file systems have no locks. Two processes then pack one model twice,
// each into a file of its own.
bool HasNoLocks(int error) { return error == ENOLCK || error == ENOTSUP; }

int Lock(int fd, int how) {
  int result = 0;
  do {
    result = flock(fd, how);
  } while (result != 0 && errno == EINTR);
  return result == 0 || HasNoLocks(errno) ? 0 : errno;
}

// Waits. A program that handles signals itself is asked again and again, since
// a signal that comes before flock(), or to another thread, does not end it.
absl::StatusOr<int> LockOrGiveUp(int fd) {
  const InterruptCheck::GoOn* go_on = InterruptCheck::OfThread();
  if (go_on == nullptr) return Lock(fd, LOCK_EX);
  while (true) {
    TESSERA_RETURN_IF_ERROR((*go_on)(0, 0, ""));
    const int error = Lock(fd, LOCK_EX | LOCK_NB);
    if (error != EWOULDBLOCK) return error;
    absl::SleepFor(kAskEvery);
  }
}

}  // namespace

absl::StatusOr<FileLock> FileLock::TakeHow(const std::string& path, bool wait,
                                           absl::FunctionRef<void()> waiting) {
  bool told = false;
  while (true) {
    const int fd =
        open(path.c_str(), O_CREAT | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) return ErrnoStatus(path, "create");
    FileLock lock(path, fd);
    int error = Lock(fd, LOCK_EX | LOCK_NB);
    if (error == EWOULDBLOCK) {
      lock.path_.clear();  // the other's to remove
      if (!wait) {
        return absl::UnavailableError(
            absl::StrCat(path, ": another process holds it"));
      }
      if (!std::exchange(told, true)) waiting();
      TESSERA_ASSIGN_OR_RETURN(error, LockOrGiveUp(fd));
      lock.path_ = path;
    }
    if (error != 0) {
      lock.path_.clear();
      return ErrnoStatus(path, "lock", error);
    }
    // Its last owner has removed the file that we waited for.
    if (IsFileAt(fd, path)) return lock;
    lock.path_.clear();
  }
}

absl::StatusOr<FileLock> FileLock::Take(const std::string& path,
                                        absl::FunctionRef<void()> waiting) {
  return TakeHow(path, true, waiting);
}

absl::StatusOr<FileLock> FileLock::TryTake(const std::string& path) {
  return TakeHow(path, false, [] {});
}

FileLock::FileLock(FileLock&& other) noexcept { *this = std::move(other); }

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  return *this;
}

// Removed before it is unlocked, so that nobody locks a file that goes away.
FileLock::~FileLock() {
  if (fd_ < 0) return;
  if (!path_.empty()) unlink(path_.c_str());
  close(fd_);
}

}  // namespace tessera
