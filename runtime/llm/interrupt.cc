#include "runtime/llm/interrupt.h"

#include <csignal>

namespace tessera {
namespace {

volatile std::sig_atomic_t is_set = 0;
struct sigaction before;

void Set(int) { is_set = 1; }

}  // namespace

Interrupt::Interrupt() {
  struct sigaction action = {};
  action.sa_handler = Set;
  sigemptyset(&action.sa_mask);
  // Without SA_RESTART: read() is to come back.
  sigaction(SIGINT, &action, &before);
}

Interrupt::~Interrupt() { sigaction(SIGINT, &before, nullptr); }

bool Interrupt::IsSet() { return is_set != 0; }

void Interrupt::Clear() { is_set = 0; }

}  // namespace tessera
