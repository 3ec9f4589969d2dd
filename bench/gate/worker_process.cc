#include "bench/gate/worker_process.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/errno_status.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "bench/gate/worker.h"
#include "bench/spawn.h"

namespace tessera {
namespace {

constexpr int kPatienceSeconds = 120;
constexpr int kGreetingSeconds = 20;
constexpr size_t kMostLine = 65536;

// To the other end of a socket. That it is gone shows when the answer is read.
void SendLine(int socket, absl::string_view line) {
  const std::string text = absl::StrCat(line, "\n");
  absl::string_view rest = text;
  while (!rest.empty()) {
    // Not a signal, if it is gone.
    const ssize_t size = send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return;
    rest.remove_prefix(static_cast<size_t>(size));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<WorkerProcess>> WorkerProcess::Start(
    const std::string& program, int threads) {
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
    return ErrnoStatus(program, "start");
  }
  // A name without a folder is looked for in $PATH alone.
  std::error_code error;
  const bool is_here = !absl::StrContains(program, "/") &&
                       std::filesystem::exists(program, error);
  const std::string path = is_here ? absl::StrCat("./", program) : program;
  // A worker's words of failure are in its answers; an older build that has no
  // gate complains about its flags, which would only confuse.
  const absl::StatusOr<pid_t> child =
      Spawn({path, "--gate_worker", absl::StrCat("--threads=", threads)},
            {.in = sockets[1], .out = sockets[1]});
  close(sockets[1]);
  if (!child.ok()) {
    close(sockets[0]);
    return absl::InvalidArgumentError(child.status().message());
  }
  auto worker = std::unique_ptr<WorkerProcess>(
      new WorkerProcess(program, *child, sockets[0]));
  const absl::StatusOr<std::string> greeting =
      worker->ReadLine(kGreetingSeconds);
  if (!greeting.ok() || *greeting != kWorkerGreeting) {
    return absl::InvalidArgumentError(absl::StrCat(
        program, ": is no bench that can be compared: expected it to say ",
        Quoted(kWorkerGreeting), greeting.ok() ? ", not " : ", but it ",
        greeting.ok() ? Quoted(*greeting) : "said nothing"));
  }
  return worker;
}

WorkerProcess::~WorkerProcess() {
  SendLine(socket_, "quit");
  close(socket_);
  // It ends by itself, unless it hangs.
  constexpr int kSteps = 100;
  for (int step = 0; step < kSteps; ++step) {
    if (waitpid(child_, nullptr, WNOHANG) != 0) return;
    usleep(10 * 1000);
  }
  kill(child_, SIGKILL);
  WaitForEnd(child_);
}

absl::StatusOr<std::string> WorkerProcess::ReadLine(int patience_seconds) {
  const absl::Time deadline = absl::Now() + absl::Seconds(patience_seconds);
  std::string line;
  while (line.size() < kMostLine) {
    const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
    pollfd ready = {socket_, POLLIN, 0};
    const int count =
        poll(&ready, 1, static_cast<int>(std::max<int64_t>(left, 0)));
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) {
      return absl::InternalError(
          absl::StrCat(program_, ": no answer for ", patience_seconds, " s"));
    }
    // A byte at a time: answers are short, and what follows is for later.
    char byte;
    const ssize_t size = read(socket_, &byte, 1);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) {
      return absl::InternalError(
          absl::StrCat(program_, ": ended unexpectedly"));
    }
    if (byte == '\n') return line;
    line.push_back(byte);
  }
  return absl::InternalError(
      absl::StrCat(program_, ": answers with an endless line"));
}

absl::StatusOr<std::string> WorkerProcess::Ask(const std::string& line) {
  SendLine(socket_, line);
  TESSERA_ASSIGN_OR_RETURN(const std::string answer,
                           ReadLine(kPatienceSeconds));
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
      !absl::SimpleAtod(number, &nanoseconds) || !(nanoseconds > 0) ||
      !std::isfinite(nanoseconds)) {
    return absl::InternalError(
        absl::StrCat(program_, ": answered ", Quoted(answer)));
  }
  return nanoseconds;
}

}  // namespace tessera
