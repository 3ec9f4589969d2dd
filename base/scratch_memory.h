// Memory for intermediate results, in a file where there is too much of it.
#ifndef BASE_SCRATCH_MEMORY_H_
#define BASE_SCRATCH_MEMORY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace tessera {

// Owns `size` writable bytes, page-aligned and at first zero. Movable.
class ScratchMemory {
 public:
  ScratchMemory() = default;  // no bytes

  // Anonymous memory. ResourceExhausted if the system has none left.
  static absl::StatusOr<ScratchMemory> Anonymous(uint64_t size);

  // The pages of a nameless file in `folder`, which the system can write to the
  // disk when memory is short. What the system says if the disk is full.
  static absl::StatusOr<ScratchMemory> InFile(const std::string& folder,
                                              uint64_t size);

  ScratchMemory(ScratchMemory&& other) noexcept;
  ScratchMemory& operator=(ScratchMemory&& other) noexcept;
  ~ScratchMemory();

  uint8_t* data() const { return data_; }
  uint64_t size() const { return size_; }

 private:
  static absl::StatusOr<ScratchMemory> Map(uint64_t size, int flags, int fd);

  uint8_t* data_ = nullptr;
  uint64_t size_ = 0;
};

}  // namespace tessera

#endif  // BASE_SCRATCH_MEMORY_H_
