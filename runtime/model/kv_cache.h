// Keys and values of the positions so far.
#ifndef RUNTIME_MODEL_KV_CACHE_H_
#define RUNTIME_MODEL_KV_CACHE_H_

#include <cstdint>

#include "runtime/kernels/kernel_table.h"
#include "runtime/model/activation_arena.h"

namespace tessera {

// Keys and values of each layer and head in the order that AttentionArgs tells:
// values as rows, keys as transposed tiles. Float16, or float32 in exact mode.
// Different positions and heads may be written concurrently.
class KvCache {
 public:
  struct Shape {
    int64_t layers;
    int64_t kv_heads;
    int64_t positions;
    int64_t head_dim;
    bool exact;
  };

  // Takes its memory from `arena` (see there: call it in both rounds).
  static KvCache TakeFrom(ActivationArena& arena, const Shape& shape);

  // Position 0 of a head.
  const void* Keys(int64_t layer, int64_t head) const;
  const void* Values(int64_t layer, int64_t head) const;

  // Stores the key or value [head_dim] of one position.
  void StoreKey(const KernelTable& kernels, int64_t layer, int64_t head,
                int64_t position, const float* key);
  void StoreValue(const KernelTable& kernels, int64_t layer, int64_t head,
                  int64_t position, const float* value);

 private:
  uint64_t HeadOffset(int64_t layer, int64_t head) const;

  Shape shape_;  // positions rounded up to whole tiles
  uint8_t* keys_ = nullptr;
  uint8_t* values_ = nullptr;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_KV_CACHE_H_
