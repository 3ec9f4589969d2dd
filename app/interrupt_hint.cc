#include "app/interrupt_hint.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "base/tool_name.h"

namespace tessera {
namespace {

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

}  // namespace

InterruptHint::InterruptHint(absl::string_view hint)
    : line_(absl::StrCat("\n", ToolName(), ": ", hint, "\n")) {
  size.store(line_.size());
  text.store(line_.c_str());
  struct sigaction action = {};
  action.sa_handler = SayAndEnd;
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    sigaction(kSignals[i], nullptr, &before[i]);
    // What nohup and the like let be ignored stays so.
    if (before[i].sa_handler == SIG_IGN) continue;
    sigaction(kSignals[i], &action, nullptr);
  }
}

InterruptHint::~InterruptHint() {
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    sigaction(kSignals[i], &before[i], nullptr);
  }
  text.store(nullptr);
}

}  // namespace tessera
