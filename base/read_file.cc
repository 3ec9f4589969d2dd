#include "base/read_file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cerrno>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errno_status.h"
#include "base/open_input.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

// For whoever writes to a pipe to begin.
constexpr int kWriterMillis = 500;

// True for a pipe that has a name, and so may be one to which nobody writes.
bool IsNamedPipe(int fd) {
  struct stat info;
  struct statfs disk;
  return fstat(fd, &info) == 0 && S_ISFIFO(info.st_mode) &&
         fstatfs(fd, &disk) == 0 && disk.f_type != PIPEFS_MAGIC;
}

// Waits a moment for a program that writes to the pipe `fd`. May read the first
// byte.
absl::Status AwaitWriter(const std::string& path, int fd, std::string* text) {
  pollfd wait = {fd, POLLIN, 0};
  if (poll(&wait, 1, kWriterMillis) != 0) return absl::OkStatus();
  char first = 0;
  const ssize_t count = read(fd, &first, 1);
  if (count == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": is a pipe to which no program writes"));
  }
  if (count == 1) text->push_back(first);
  return absl::OkStatus();
}

absl::Status TooLong(const std::string& path, uint64_t most) {
  return absl::ResourceExhaustedError(
      absl::StrCat(path, ": is longer than ", most, " bytes"));
}

// Appends what can be read from `fd` to `text`.
absl::Status ReadToEnd(const std::string& path, int fd, uint64_t most,
                       std::string* text) {
  char buffer[65536];
  while (true) {
    const ssize_t count = read(fd, buffer, sizeof(buffer));
    if (count == 0) return absl::OkStatus();
    if (count > 0) {
      text->append(buffer, static_cast<size_t>(count));
      if (text->size() > most) return TooLong(path, most);
    } else if (errno == EAGAIN) {
      // Stdin, which whoever opened it wants not to wait.
      pollfd wait = {fd, POLLIN, 0};
      poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      return ErrnoStatus(path, "read");
    }
  }
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, uint64_t most) {
  TESSERA_ASSIGN_OR_RETURN(const int fd, OpenStreamOrFile(path));
  absl::Cleanup close_fd = [fd] { close(fd); };
  struct stat info;
  if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
      static_cast<uint64_t>(info.st_size) > most) {
    return TooLong(path, most);
  }
  std::string text;
  if (IsNamedPipe(fd)) {
    TESSERA_RETURN_IF_ERROR(AwaitWriter(path, fd, &text));
  }
  fcntl(fd, F_SETFL, O_RDONLY);  // from here on it waits for what is to come
  TESSERA_RETURN_IF_ERROR(ReadToEnd(path, fd, most, &text));
  return text;
}

absl::StatusOr<std::string> ReadFileOrStdin(const std::string& path,
                                            uint64_t most) {
  if (path != "-") return ReadFile(path, most);
  std::string text;
  TESSERA_RETURN_IF_ERROR(ReadToEnd("stdin", STDIN_FILENO, most, &text));
  return text;
}

std::string ReadPipe() {
  if (isatty(STDIN_FILENO) == 1) return "";
  return ReadFileOrStdin("-").value_or("");
}

}  // namespace tessera
