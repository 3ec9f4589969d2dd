#include "app/interrupt_hint.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/tool_name.h"

namespace tessera {
namespace {

thread_local const InterruptCheck::GoOn* of_thread = nullptr;

constexpr int kSignals[] = {SIGINT, SIGTERM};

// A signal handler reads both.
std::atomic<const char*> text{nullptr};
std::atomic<size_t> size{0};
struct sigaction before[std::size(kSignals)];

extern "C" void SayAndEnd(int number) {
  const char* line = text.load();
  if (line != nullptr) {
    [[maybe_unused]] const ssize_t written =
        write(STDERR_FILENO, line, size.load());
  }
  signal(number, SIG_DFL);
  raise(number);
}

bool EndsProcess(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_DFL;
}

}  // namespace

InterruptCheck::InterruptCheck(GoOn go_on)
    : go_on_(std::move(go_on)), outer_(std::exchange(of_thread, &go_on_)) {}

InterruptCheck::~InterruptCheck() { of_thread = outer_; }

const InterruptCheck::GoOn* InterruptCheck::OfThread() { return of_thread; }

InterruptHint::InterruptHint(absl::string_view hint)
    : line_(absl::StrCat("\n", ToolName(), ": ", hint, "\n")),
      wanted_(InterruptCheck::OfThread() == nullptr) {
  if (!wanted_) return;
  size.store(line_.size());
  text.store(line_.c_str());
  struct sigaction action = {};
  action.sa_handler = SayAndEnd;
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    sigaction(kSignals[i], nullptr, &before[i]);
    // A handler of the program's own, or what nohup lets be ignored, stays.
    if (!EndsProcess(before[i])) continue;
    sigaction(kSignals[i], &action, nullptr);
  }
}

InterruptHint::~InterruptHint() {
  if (!wanted_) return;
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    sigaction(kSignals[i], &before[i], nullptr);
  }
  text.store(nullptr);
}

}  // namespace tessera
