#include "bench/subprocess.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errno_status.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "bench/spawn.h"

namespace tessera {
namespace {

// What can be read from `fd`, to the end.
std::string ReadAll(int fd) {
  std::string text;
  char buffer[4096];
  while (true) {
    const ssize_t size = read(fd, buffer, sizeof(buffer));
    if (size > 0) {
      text.append(buffer, size);
    } else if (size == 0 || errno != EINTR) {
      return text;
    }
  }
}

absl::string_view LastLine(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  return text.substr(text.rfind('\n') + 1);
}

absl::Status CheckExit(const std::string& program, int status, int stderr_fd) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return absl::OkStatus();
  lseek(stderr_fd, 0, SEEK_SET);
  const std::string errors = ReadAll(stderr_fd);
  return absl::InvalidArgumentError(absl::StrCat(
      program, ": ended with ",
      WIFEXITED(status) ? absl::StrCat("code ", WEXITSTATUS(status))
                        : absl::StrCat("signal ", WTERMSIG(status)),
      ": ", Quoted(LastLine(errors))));
}

}  // namespace

absl::StatusOr<std::string> RunAndCapture(
    const std::vector<std::string>& command) {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return ErrnoStatus(command[0], "start");
  const absl::Cleanup close_reader = [&] { close(fds[0]); };
  // Its messages go to a file, so that it never waits for us to read them.
  const std::unique_ptr<FILE, int (*)(FILE*)> errors(tmpfile(), fclose);
  if (errors == nullptr) {
    close(fds[1]);
    return ErrnoStatus(command[0], "make a temporary file for");
  }
  const absl::StatusOr<pid_t> child =
      Spawn(command, {.out = fds[1], .err = fileno(errors.get())});
  close(fds[1]);
  TESSERA_RETURN_IF_ERROR(child.status());
  std::string output = ReadAll(fds[0]);
  TESSERA_RETURN_IF_ERROR(
      CheckExit(command[0], WaitForEnd(*child), fileno(errors.get())));
  return output;
}

}  // namespace tessera
