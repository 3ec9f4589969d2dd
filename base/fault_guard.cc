#include "base/fault_guard.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>
#include <utility>

#include "absl/status/status.h"

namespace tessera {

// What the handler may look at: atomics in static memory.
struct FaultGuard::Slot {
  std::atomic<uintptr_t> begin{0};
  std::atomic<uintptr_t> end{0};  // 0: free
  std::atomic<uint64_t> first_fault{0};
};

namespace {

constexpr uintptr_t kPageBytes = 4096;
constexpr uint64_t kNoFault = ~uint64_t{0};

std::array<FaultGuard::Slot, 1024> slots;
std::mutex slots_mutex;  // for those who take and free slots
struct sigaction previous_action;

void NoteFault(FaultGuard::Slot& slot, uint64_t offset) {
  uint64_t known = slot.first_fault.load();
  while (offset < known &&
         !slot.first_fault.compare_exchange_weak(known, offset)) {
  }
}

// Zeros from the page at `address` to the end of the mapping. The zeros are in
// place before another thread can touch them, and putting them there twice does
// no harm.
bool ReplaceWithZeros(FaultGuard::Slot& slot, uintptr_t address) {
  const uintptr_t page = address / kPageBytes * kPageBytes;
  const uintptr_t end = slot.end.load();
  NoteFault(slot, page - slot.begin.load());
  // The system call itself, which a signal handler may use; the library's mmap
  // makes no such promise.
  return syscall(SYS_mmap, page, end - page, PROT_READ,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
                 0) != -1;
}

void PassOn(int signal, siginfo_t* info, void* context) {
  if ((previous_action.sa_flags & SA_SIGINFO) != 0) {
    previous_action.sa_sigaction(signal, info, context);
  } else if (previous_action.sa_handler == SIG_DFL ||
             previous_action.sa_handler == SIG_IGN) {
    // The instruction runs again, faults again and ends the process.
    sigaction(signal, &previous_action, nullptr);
  } else {
    previous_action.sa_handler(signal);
  }
}

void HandleBusError(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
  bool handled = false;
  for (FaultGuard::Slot& slot : slots) {
    if (address < slot.end.load() && address >= slot.begin.load()) {
      handled = ReplaceWithZeros(slot, address);
      break;
    }
  }
  errno = saved_errno;
  if (!handled) PassOn(signal, info, context);
}

bool InstallHandler() {
  struct sigaction action = {};
  action.sa_sigaction = HandleBusError;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  sigemptyset(&action.sa_mask);
  return sigaction(SIGBUS, &action, &previous_action) == 0;
}

}  // namespace

absl::StatusOr<FaultGuard> FaultGuard::Create(const void* begin,
                                              uint64_t size) {
  static const bool installed = InstallHandler();
  if (!installed) {
    return absl::InternalError("cannot install a handler of SIGBUS");
  }
  const auto address = reinterpret_cast<uintptr_t>(begin);
  const std::lock_guard<std::mutex> lock(slots_mutex);
  for (Slot& slot : slots) {
    if (slot.end.load() != 0) continue;
    slot.begin.store(address);
    slot.first_fault.store(kNoFault);
    slot.end.store((address + size + kPageBytes - 1) / kPageBytes * kPageBytes);
    return FaultGuard(&slot);
  }
  return absl::ResourceExhaustedError("too many files are mapped at once");
}

FaultGuard::FaultGuard(FaultGuard&& other) noexcept
    : slot_(std::exchange(other.slot_, nullptr)) {}

FaultGuard& FaultGuard::operator=(FaultGuard&& other) noexcept {
  std::swap(slot_, other.slot_);
  return *this;
}

FaultGuard::~FaultGuard() {
  if (slot_ == nullptr) return;
  const std::lock_guard<std::mutex> lock(slots_mutex);
  slot_->end.store(0);
}

std::optional<uint64_t> FaultGuard::first_fault() const {
  if (slot_ == nullptr) return std::nullopt;
  const uint64_t offset = slot_->first_fault.load();
  if (offset == kNoFault) return std::nullopt;
  return offset;
}

void FaultGuard::Report(uint64_t offset) const {
  if (slot_ != nullptr) NoteFault(*slot_, offset);
}

}  // namespace tessera
