#include "bench/cold_buffer.h"

#include <algorithm>
#include <cstring>

#include "base/checked_math.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

constexpr uint64_t kHugePageBytes = uint64_t{2} << 20;
constexpr uint64_t kLeastBytes = uint64_t{1} << 30;

}  // namespace

absl::StatusOr<std::unique_ptr<ColdBuffer>> ColdBuffer::Create(
    uint64_t bytes, ThreadPool& pool) {
  auto buffer = std::unique_ptr<ColdBuffer>(new ColdBuffer());
  buffer->size_ = std::max(RoundUp(bytes, kHugePageBytes), kHugePageBytes);
  buffer->memory_.Allocate<uint8_t>(buffer->size_);
  TESSERA_RETURN_IF_ERROR(buffer->memory_.Reserve());
  buffer->memory_.UseHugePages();
  buffer->data_ = buffer->memory_.Allocate<uint8_t>(buffer->size_);
  // Pages that were only read would all be the one zero page.
  uint8_t* data = buffer->data_;
  pool.ParallelFor(static_cast<int64_t>(buffer->size_ / kHugePageBytes),
                   [data](int64_t page) {
                     std::memset(data + page * kHugePageBytes, 1,
                                 kHugePageBytes);
                   });
  return buffer;
}

uint64_t ColdBytes(uint64_t cache, uint64_t available_memory) {
  const uint64_t wanted = std::max(8 * cache, kLeastBytes);
  return std::max(std::min(wanted, available_memory / 4), kHugePageBytes);
}

}  // namespace tessera
