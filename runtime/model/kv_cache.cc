#include "runtime/model/kv_cache.h"

#include <cstring>

#include "base/checked_math.h"

namespace tessera {
namespace {

int64_t ElementBytes(const KvCache::Shape& shape) {
  return shape.exact ? sizeof(float) : sizeof(uint16_t);
}

}  // namespace

KvCache KvCache::TakeFrom(ActivationArena& arena, const Shape& shape) {
  KvCache cache;
  cache.shape_ = shape;
  // layers * kv_heads and head_dim * 4 fit (see LlamaConfig); their product
  // with the positions need not.
  const auto rows = CheckedMul(shape.layers * shape.kv_heads, shape.positions);
  const auto elements =
      rows ? CheckedMul(*rows, shape.head_dim * ElementBytes(shape))
           : std::nullopt;
  const uint64_t bytes = elements.value_or(~uint64_t{0});
  cache.keys_ = arena.Take<uint8_t>(bytes);
  cache.values_ = arena.Take<uint8_t>(bytes);
  return cache;
}

uint64_t KvCache::HeadOffset(int64_t layer, int64_t head) const {
  const int64_t head_index = layer * shape_.kv_heads + head;
  return static_cast<uint64_t>(head_index * shape_.positions *
                               shape_.head_dim * ElementBytes(shape_));
}

const void* KvCache::Keys(int64_t layer, int64_t head) const {
  return keys_ + HeadOffset(layer, head);
}

const void* KvCache::Values(int64_t layer, int64_t head) const {
  return values_ + HeadOffset(layer, head);
}

void KvCache::StoreKey(const KernelTable& kernels, int64_t layer, int64_t head,
                       int64_t position, const float* key) {
  StoreRow(kernels, keys_ + HeadOffset(layer, head), position, key);
}

void KvCache::StoreValue(const KernelTable& kernels, int64_t layer,
                         int64_t head, int64_t position, const float* value) {
  StoreRow(kernels, values_ + HeadOffset(layer, head), position, value);
}

void KvCache::StoreRow(const KernelTable& kernels, uint8_t* head_rows,
                       int64_t position, const float* row) {
  uint8_t* out =
      head_rows + position * shape_.head_dim * ElementBytes(shape_);
  if (shape_.exact) {
    std::memcpy(out, row, shape_.head_dim * sizeof(float));
  } else {
    kernels.f32_to_f16(row, shape_.head_dim, reinterpret_cast<uint16_t*>(out));
  }
}

}  // namespace tessera
