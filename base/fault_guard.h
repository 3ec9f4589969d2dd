// Keeps a process alive when a mapped file cannot be read.
#ifndef BASE_FAULT_GUARD_H_
#define BASE_FAULT_GUARD_H_

#include <atomic>
#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"

namespace tessera {

// Guards the mapping of a file against SIGBUS, which the kernel sends to
// whoever touches a page that the file no longer has or the disk cannot read.
// The first guard installs a handler of that signal for the process. In a
// guarded mapping the handler puts zeros in the place of the page and of all
// that follow, and remembers where; the thread goes on, computes nonsense, and
// learns of it when it asks first_fault(). Several threads may fault at once.
// Everywhere else the signal goes to the handler that was there before.
//
// Movable. Destroy the guard after the last read and before the mapping.
class FaultGuard {
 public:
  // Guards [begin, begin + size), both multiples of the page size unless the
  // mapping ends there. ResourceExhausted if there are too many guards.
  static absl::StatusOr<FaultGuard> Create(const void* begin, uint64_t size);

  FaultGuard() = default;
  FaultGuard(FaultGuard&& other) noexcept;
  FaultGuard& operator=(FaultGuard&& other) noexcept;
  ~FaultGuard();

  // Offset in the mapping of the lowest page that could not be read so far.
  std::optional<uint64_t> first_fault() const;

  // Notes a failed read that was found without a signal.
  void Report(uint64_t offset) const;

  struct Slot;

 private:
  explicit FaultGuard(Slot* slot) : slot_(slot) {}

  Slot* slot_ = nullptr;
};

}  // namespace tessera

#endif  // BASE_FAULT_GUARD_H_
