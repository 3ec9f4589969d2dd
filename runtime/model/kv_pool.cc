#include "runtime/model/kv_pool.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "runtime/kernels/kernel_args.h"

namespace tessera {
namespace {

// column[i * kKvBlock] = key[i]
template <typename Element>
void StoreColumn(const Element* key, int64_t size, Element* column) {
  for (int64_t i = 0; i < size; ++i) column[i * kKvBlock] = key[i];
}

}  // namespace

int64_t KvBlockLayout::head_bytes() const {
  return kKvBlock * head_dim * element_bytes();
}

void KvBlockLayout::StoreKey(const KernelTable& kernels, int64_t head,
                             int64_t position, const float* key,
                             uint8_t* block) const {
  uint8_t* keys = block + KeysOffset(head);
  const int64_t in_block = position % kKvBlock;
  if (exact) {
    StoreColumn(key, head_dim, reinterpret_cast<float*>(keys) + in_block);
    return;
  }
  uint16_t* column = reinterpret_cast<uint16_t*>(keys) + in_block;
  uint16_t half[64];
  for (int64_t i = 0; i < head_dim; i += 64) {
    const int64_t count = std::min<int64_t>(head_dim - i, 64);
    kernels.f32_to_f16(key + i, count, half);
    StoreColumn(half, count, column + i * kKvBlock);
  }
}

void KvBlockLayout::StoreValue(const KernelTable& kernels, int64_t head,
                               int64_t position, const float* value,
                               uint8_t* block) const {
  uint8_t* row = block + ValuesOffset(head) +
                 position % kKvBlock * head_dim * element_bytes();
  if (exact) {
    std::memcpy(row, value, head_dim * sizeof(float));
  } else {
    kernels.f32_to_f16(value, head_dim, reinterpret_cast<uint16_t*>(row));
  }
}

void KvBlockLayout::ClearFrom(int64_t count, uint8_t* block) const {
  const int64_t bytes = element_bytes();
  const int64_t unused = kKvBlock - count;
  for (int64_t head = 0; head < kv_heads; ++head) {
    for (int64_t i = 0; i < head_dim; ++i) {
      std::memset(block + KeysOffset(head) + (i * kKvBlock + count) * bytes, 0,
                  unused * bytes);
    }
    std::memset(block + ValuesOffset(head) + count * head_dim * bytes, 0,
                unused * head_dim * bytes);
  }
}

absl::StatusOr<std::unique_ptr<KvPool>> KvPool::Create(
    const KvBlockLayout& layout, int64_t blocks) {
  auto pool = std::unique_ptr<KvPool>(new KvPool(layout));
  // Products of two sizes of a model fit (see HyperParameters), but not of
  // more.
  const auto head = CheckedMul(layout.kv_heads, layout.head_dim);
  const auto block =
      head ? CheckedMul(*head, 2 * kKvBlock * layout.element_bytes()) : head;
  const auto bytes =
      block ? CheckedMul(static_cast<uint64_t>(blocks), *block) : std::nullopt;
  const auto allocate = [&] {
    return pool->memory_.Allocate<uint8_t>(bytes.value_or(~uint64_t{0}));
  };
  allocate();
  TESSERA_RETURN_IF_ERROR(pool->memory_.Reserve());
  pool->data_ = allocate();
  pool->blocks_ = blocks;
  pool->freed_.reserve(blocks);
  return pool;
}

uint8_t* KvPool::AllocateBlock() {
  uint8_t* block = nullptr;
  if (!freed_.empty()) {
    block = freed_.back();
    freed_.pop_back();
  } else if (fresh_ < blocks_) {
    block = data_ + fresh_ * layout_.bytes();
    ++fresh_;
  } else {
    return nullptr;
  }
  ++in_use_;
  return block;
}

void KvPool::FreeBlock(uint8_t* block) {
  freed_.push_back(block);
  --in_use_;
}

}  // namespace tessera
