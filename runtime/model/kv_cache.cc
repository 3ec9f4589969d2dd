#include "runtime/model/kv_cache.h"

#include <algorithm>
#include <cstring>

#include "base/checked_math.h"
#include "runtime/kernels/kernel_args.h"

namespace tessera {
namespace {

int64_t ElementBytes(const KvCache::Shape& shape) {
  return shape.exact ? sizeof(float) : sizeof(uint16_t);
}

// column[i * kKeyTile] = key[i]
template <typename Element>
void StoreColumn(const Element* key, int64_t size, Element* column) {
  for (int64_t i = 0; i < size; ++i) column[i * kKeyTile] = key[i];
}

}  // namespace

KvCache KvCache::TakeFrom(ActivationArena& arena, const Shape& shape) {
  KvCache cache;
  cache.shape_ = shape;
  cache.shape_.positions = RoundUp(shape.positions, kKeyTile);
  // layers * kv_heads and head_dim * 4 fit (see LlamaConfig); their product
  // with the positions need not.
  const auto rows =
      CheckedMul(shape.layers * shape.kv_heads, cache.shape_.positions);
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
  const int64_t in_tile = position % kKeyTile;
  uint8_t* tile =
      keys_ + HeadOffset(layer, head) +
      (position - in_tile) * shape_.head_dim * ElementBytes(shape_);
  if (shape_.exact) {
    StoreColumn(key, shape_.head_dim,
                reinterpret_cast<float*>(tile) + in_tile);
    return;
  }
  uint16_t* column = reinterpret_cast<uint16_t*>(tile) + in_tile;
  uint16_t half[64];
  for (int64_t i = 0; i < shape_.head_dim; i += 64) {
    const int64_t count = std::min<int64_t>(shape_.head_dim - i, 64);
    kernels.f32_to_f16(key + i, count, half);
    StoreColumn(half, count, column + i * kKeyTile);
  }
}

void KvCache::StoreValue(const KernelTable& kernels, int64_t layer,
                         int64_t head, int64_t position, const float* value) {
  uint8_t* row = values_ + HeadOffset(layer, head) +
                 position * shape_.head_dim * ElementBytes(shape_);
  if (shape_.exact) {
    std::memcpy(row, value, shape_.head_dim * sizeof(float));
  } else {
    kernels.f32_to_f16(value, shape_.head_dim,
                       reinterpret_cast<uint16_t*>(row));
  }
}

}  // namespace tessera
