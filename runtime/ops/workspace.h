// Memory for activations and the key/value cache: sized once, at load.
#ifndef RUNTIME_OPS_WORKSPACE_H_
#define RUNTIME_OPS_WORKSPACE_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"

namespace tessera {

// One anonymous mapping from which arrays are allocated, one after another,
// each on a cache line; all are freed together. Used in two rounds of the same
// Allocate calls: in the first the workspace only counts and returns null
// pointers, then Reserve maps the memory, and the second round returns it:
//
//   Workspace workspace;
//   AllocateBuffers(workspace, &buffers);
//   TESSERA_RETURN_IF_ERROR(workspace.Reserve());
//   AllocateBuffers(workspace, &buffers);
//
// The memory is zero, and is backed by pages only when it is first written. Not
// thread-safe.
class Workspace {
 public:
  Workspace() = default;
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  // An array of `count` elements. Counts beyond what memory can hold make
  // Reserve fail.
  template <typename T>
  T* Allocate(uint64_t count) {
    return reinterpret_cast<T*>(AllocateBytes(count, sizeof(T)));
  }

  // ResourceExhausted if there is not that much memory.
  absl::Status Reserve();

  // From now on pages that are written for the first time are huge ones, if the
  // system has them: faster where much is used, a waste where little is.
  void UseHugePages();

  uint64_t bytes() const { return size_; }

 private:
  uint8_t* AllocateBytes(uint64_t count, uint64_t element_bytes);

  uint8_t* data_ = nullptr;
  uint64_t size_ = 0;  // counted in the first round
  uint64_t used_ = 0;
  bool overflow_ = false;
  bool huge_pages_ = false;
};

}  // namespace tessera

#endif  // RUNTIME_OPS_WORKSPACE_H_
