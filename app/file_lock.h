// A lock that processes share, by the name of a file.
#ifndef APP_FILE_LOCK_H_
#define APP_FILE_LOCK_H_

#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

namespace tessera {

// Held while the object lives; the file is removed with it. The system gives it
// up for a process that is killed. Movable.
class FileLock {
 public:
  // Creates the file `path` and locks it. If another holds it, calls `waiting`
  // once and waits, until an InterruptCheck of this thread ends it with its
  // error. What the system says if the file cannot be made.
  static absl::StatusOr<FileLock> Take(const std::string& path,
                                       absl::FunctionRef<void()> waiting);

  // The same, but Unavailable if another holds it.
  static absl::StatusOr<FileLock> TryTake(const std::string& path);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  FileLock(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  static absl::StatusOr<FileLock> TakeHow(const std::string& path, bool wait,
                                          absl::FunctionRef<void()> waiting);

  std::string path_;
  int fd_ = -1;
};

}  // namespace tessera

#endif  // APP_FILE_LOCK_H_
