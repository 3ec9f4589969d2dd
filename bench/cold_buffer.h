// Memory that is too large for any cache.
#ifndef BENCH_COLD_BUFFER_H_
#define BENCH_COLD_BUFFER_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/thread_pool.h"
#include "runtime/ops/workspace.h"

namespace tessera {

// Anonymous memory in huge pages, if there are any. Whoever reads all of it in
// turn reads from main memory each time: the read bandwidth is measured on it,
// and copies of weights are rotated in it. Not thread-safe by itself.
class ColdBuffer {
 public:
  // `bytes` is rounded up to 2 MiB and touched by the threads of `pool`.
  // ResourceExhausted without memory.
  static absl::StatusOr<std::unique_ptr<ColdBuffer>> Create(uint64_t bytes,
                                                            ThreadPool& pool);

  uint8_t* data() const { return data_; }
  uint64_t size() const { return size_; }
  absl::Span<uint8_t> bytes() const { return {data_, size_}; }

 private:
  ColdBuffer() = default;

  Workspace memory_;
  uint8_t* data_ = nullptr;
  uint64_t size_ = 0;
};

// Eight times the last-level cache, at least 1 GiB, but no more than a quarter
// of the memory that is free. `cache` 0: unknown.
uint64_t ColdBytes(uint64_t cache, uint64_t available_memory);

}  // namespace tessera

#endif  // BENCH_COLD_BUFFER_H_
