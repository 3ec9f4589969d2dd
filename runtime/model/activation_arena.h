// Memory for activations and the key/value cache: sized once, at load.
#ifndef RUNTIME_MODEL_ACTIVATION_ARENA_H_
#define RUNTIME_MODEL_ACTIVATION_ARENA_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"

namespace tessera {

// One anonymous mapping from which arrays are cut off, one after another, each
// on a cache line; nothing is ever given back. Used in two rounds of the same
// Take calls: in the first the arena only counts and returns null pointers,
// then Reserve gets the memory, and the second round returns it:
//
//   ActivationArena arena;
//   TakeBuffers(arena, &buffers);
//   TESSERA_RETURN_IF_ERROR(arena.Reserve());
//   TakeBuffers(arena, &buffers);
//
// The memory is zero, and is backed by pages only when it is first written. Not
// thread-safe.
class ActivationArena {
 public:
  ActivationArena() = default;
  ~ActivationArena();
  ActivationArena(const ActivationArena&) = delete;
  ActivationArena& operator=(const ActivationArena&) = delete;

  // An array of `count` elements. Counts beyond what memory can hold make
  // Reserve fail.
  template <typename T>
  T* Take(uint64_t count) {
    return reinterpret_cast<T*>(TakeBytes(count, sizeof(T)));
  }

  // ResourceExhausted if there is not that much memory.
  absl::Status Reserve();

  // From now on pages that are written for the first time are huge ones, if the
  // system has them: faster where much is used, a waste where little is.
  void UseHugePages();

  uint64_t bytes() const { return size_; }

 private:
  uint8_t* TakeBytes(uint64_t count, uint64_t element_bytes);

  uint8_t* data_ = nullptr;
  uint64_t size_ = 0;      // counted in the first round
  uint64_t used_ = 0;
  bool overflow_ = false;
  bool huge_pages_ = false;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_ACTIVATION_ARENA_H_
