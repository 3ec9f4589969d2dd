#include "bench/gate/worker_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/errno_status.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "bench/gate/worker.h"

extern char** environ;

namespace tessera {
namespace {

constexpr int kPatienceMs = 120 * 1000;

absl::StatusOr<pid_t> Spawn(const std::vector<std::string>& command,
                            int stdin_fd, int stdout_fd) {
  std::vector<char*> arguments;
  for (const std::string& word : command) {
    arguments.push_back(const_cast<char*>(word.c_str()));
  }
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, stdin_fd, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, stdout_fd, STDOUT_FILENO);
  // A worker's words of failure are in its answers; an older build that has no
  // gate complains about its flags, which would only confuse.
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
                                   O_WRONLY, 0);
  pid_t child;
  const int error = posix_spawnp(&child, arguments[0], &actions, nullptr,
                                 arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return ErrnoStatus(command[0], "start", error);
  return child;
}

}  // namespace

absl::StatusOr<std::unique_ptr<WorkerProcess>> WorkerProcess::Start(
    const std::string& program, int threads) {
  // A worker that died must be an error, not a signal.
  signal(SIGPIPE, SIG_IGN);
  int to[2];
  int from[2];
  if (pipe2(to, O_CLOEXEC) != 0) return ErrnoStatus(program, "start");
  if (pipe2(from, O_CLOEXEC) != 0) {
    close(to[0]);
    close(to[1]);
    return ErrnoStatus(program, "start");
  }
  const absl::StatusOr<pid_t> child =
      Spawn({program, "--gate_worker", absl::StrCat("--threads=", threads)},
            to[0], from[1]);
  close(to[0]);
  close(from[1]);
  if (!child.ok()) {
    close(to[1]);
    close(from[0]);
    return absl::InvalidArgumentError(child.status().message());
  }
  auto worker = std::unique_ptr<WorkerProcess>(new WorkerProcess(
      program, *child, fdopen(to[1], "w"), fdopen(from[0], "r")));
  const absl::StatusOr<std::string> greeting = worker->ReadLine();
  if (!greeting.ok() || *greeting != kWorkerGreeting) {
    return absl::InvalidArgumentError(absl::StrCat(
        program, ": is no bench that can be compared: expected it to say ",
        Quoted(kWorkerGreeting), greeting.ok() ? ", not " : "",
        greeting.ok() ? Quoted(*greeting) : ""));
  }
  return worker;
}

WorkerProcess::~WorkerProcess() {
  std::fputs("quit\n", to_);
  std::fclose(to_);
  std::fclose(from_);
  // It ends by itself, unless it hangs.
  constexpr int kSteps = 100;
  for (int step = 0; step < kSteps; ++step) {
    if (waitpid(child_, nullptr, WNOHANG) != 0) return;
    usleep(10 * 1000);
  }
  kill(child_, SIGKILL);
  while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

absl::StatusOr<std::string> WorkerProcess::ReadLine() {
  // Answers are single lines and follow questions one by one, so nothing waits
  // in the buffer of the stream when poll is called.
  pollfd ready = {fileno(from_), POLLIN, 0};
  int count;
  while ((count = poll(&ready, 1, kPatienceMs)) < 0 && errno == EINTR) {
  }
  if (count == 0) {
    return absl::InternalError(
        absl::StrCat(program_, ": no answer for ", kPatienceMs / 1000, " s"));
  }
  char* line = nullptr;
  size_t capacity = 0;
  const ssize_t size = getline(&line, &capacity, from_);
  std::string text(line == nullptr ? "" : line, size > 0 ? size : 0);
  std::free(line);
  if (size <= 0) {
    return absl::InternalError(absl::StrCat(program_, ": ended unexpectedly"));
  }
  if (text.back() == '\n') text.pop_back();
  return text;
}

absl::StatusOr<std::string> WorkerProcess::Ask(const std::string& line) {
  std::fputs(absl::StrCat(line, "\n").c_str(), to_);
  std::fflush(to_);
  TESSERA_ASSIGN_OR_RETURN(const std::string answer, ReadLine());
  absl::string_view rest = answer;
  if (absl::ConsumePrefix(&rest, "unknown ")) {
    return absl::UnimplementedError(absl::StrCat(program_, ": ", rest));
  }
  if (absl::ConsumePrefix(&rest, "error ")) {
    return absl::InternalError(absl::StrCat(program_, ": ", rest));
  }
  return answer;
}

absl::Status WorkerProcess::Open(int cpu, const GateRow& row) {
  return Ask(absl::StrCat("open 0 ", cpu, " ", row.Text())).status();
}

absl::Status WorkerProcess::Close() { return Ask("close 0").status(); }

absl::StatusOr<double> WorkerProcess::Sample(double seconds) {
  TESSERA_ASSIGN_OR_RETURN(const std::string answer,
                           Ask(absl::StrFormat("sample 0 %.6f", seconds)));
  absl::string_view number = answer;
  double nanoseconds;
  if (!absl::ConsumePrefix(&number, "time ") ||
      !absl::SimpleAtod(number, &nanoseconds) || !(nanoseconds > 0)) {
    return absl::InternalError(
        absl::StrCat(program_, ": answered ", Quoted(answer)));
  }
  return nanoseconds;
}

}  // namespace tessera
