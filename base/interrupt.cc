#include "base/interrupt.h"

#include <signal.h>

#include <atomic>

namespace tessera {
namespace {

std::atomic<int> caught{0};
static_assert(std::atomic<int>::is_always_lock_free, "a handler writes it");

extern "C" void Remember(int number) { caught.store(number); }

extern "C" void RememberOrEnd(int number) {
  if (caught.exchange(number) == 0) return;
  // Is delivered when this handler returns.
  signal(number, SIG_DFL);
  raise(number);
}

}  // namespace

void CatchEachInterrupt() {
  struct sigaction action = {};
  action.sa_handler = RememberOrEnd;
  // Without SA_RESTART: read() is to come back.
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
}

void ForgetInterrupt() { caught.store(0); }

void CatchInterrupt() {
  struct sigaction action = {};
  action.sa_handler = Remember;
  // The second one finds the default again; reads and writes go on.
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM}) {
    struct sigaction before = {};
    sigaction(number, nullptr, &before);
    // What nohup and the like let be ignored stays so.
    if (before.sa_handler != SIG_IGN) sigaction(number, &action, nullptr);
  }
}

bool WasInterrupted() { return caught.load() != 0; }

int InterruptExitCode() {
  const int number = caught.load();
  return number == 0 ? 0 : 128 + number;
}

}  // namespace tessera
