#include "bench/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "absl/cleanup/cleanup.h"
#include "base/errno_status.h"

namespace tessera {
namespace {

constexpr int kFirstOther = 3;  // after stdin, stdout and stderr
constexpr int kExitNotStarted = 127;

struct Start {
  char* const* arguments;
  int files[kFirstOther];  // -1: /dev/null
  SpawnLife life;
  pid_t caller;
  int report;  // gets errno if the program cannot be started
};

bool TakeFiles(const Start& start) {
  // Out of the way first: one of them may have a number that another one gets.
  int copies[kFirstOther];
  for (int i = 0; i < kFirstOther; ++i) {
    const int file = start.files[i] < 0 ? open("/dev/null", O_RDWR | O_CLOEXEC)
                                        : start.files[i];
    copies[i] = fcntl(file, F_DUPFD_CLOEXEC, kFirstOther);
    if (copies[i] < 0) return false;
  }
  for (int i = 0; i < kFirstOther; ++i) {
    if (dup2(copies[i], i) < 0) return false;
  }
  return true;
}

// In the new process, which has the caller's memory until it is another
// program: system calls only.
[[noreturn]] void Become(const Start& start) {
  if (start.life == SpawnLife::kItsOwn) {
    setsid();
  } else {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // If it has ended before that was said.
    if (getppid() != start.caller) _exit(kExitNotStarted);
  }
  if (TakeFiles(start)) execvp(start.arguments[0], start.arguments);
  const int error = errno;
  while (write(start.report, &error, sizeof(error)) < 0 && errno == EINTR) {
  }
  _exit(kExitNotStarted);
}

}  // namespace

absl::StatusOr<pid_t> Spawn(const std::vector<std::string>& command,
                            const SpawnFiles& files, SpawnLife life) {
  std::vector<char*> arguments;
  for (const std::string& word : command) {
    arguments.push_back(const_cast<char*>(word.c_str()));
  }
  arguments.push_back(nullptr);
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) return ErrnoStatus(command[0], "start");
  const absl::Cleanup close_reader = [&] { close(report[0]); };
  const Start start = {arguments.data(),
                       {files.in, files.out, files.err},
                       life,
                       getpid(),
                       report[1]};
  // Not fork, after which each page that is written for the first time would be
  // a fault, in the middle of what is timed next. And not posix_spawn, which
  // cannot say whom the program is to end with.
  const pid_t child = vfork();
  if (child == 0) Become(start);
  const int vfork_error = errno;
  close(report[1]);
  if (child < 0) return ErrnoStatus(command[0], "start", vfork_error);
  int error;
  ssize_t size;
  do {
    size = read(report[0], &error, sizeof(error));
  } while (size < 0 && errno == EINTR);
  if (size != sizeof(error)) return child;
  WaitForEnd(child);
  return ErrnoStatus(command[0], "start", error);
}

int WaitForEnd(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace tessera
