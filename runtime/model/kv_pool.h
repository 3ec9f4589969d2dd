// Memory for the keys and values of sequences.
#ifndef RUNTIME_MODEL_KV_POOL_H_
#define RUNTIME_MODEL_KV_POOL_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/kernels/kernel_table.h"
#include "runtime/ops/workspace.h"

namespace tessera {

// What a block holds: kKvBlock positions of one layer, each head's keys and
// values in the order that AttentionArgs tells. Float16, or float32 in exact
// mode. A plain value.
//
//   head 0                              head 1
//   keys [head_dim][64]                 keys ...
//            values [64][head_dim]
struct KvBlockLayout {
  int64_t kv_heads;
  int64_t head_dim;
  bool exact;

  int64_t element_bytes() const {
    return exact ? sizeof(float) : sizeof(uint16_t);
  }
  int64_t head_bytes() const;  // keys or values of one head
  int64_t bytes() const { return 2 * kv_heads * head_bytes(); }
  int64_t KeysOffset(int64_t head) const { return 2 * head * head_bytes(); }
  int64_t ValuesOffset(int64_t head) const {
    return KeysOffset(head) + head_bytes();
  }

  // Stores the key or value [head_dim] of one position, which `block` holds.
  // Different positions and heads may be written concurrently.
  void StoreKey(const KernelTable& kernels, int64_t head, int64_t position,
                const float* key, uint8_t* block) const;
  void StoreValue(const KernelTable& kernels, int64_t head, int64_t position,
                  const float* value, uint8_t* block) const;

  // Zeroes what `block` holds of its positions from `count` on.
  void ClearFrom(int64_t count, uint8_t* block) const;
};

// Blocks of one layout that sequences allocate and free. Memory is touched only
// when a block is first written; freed blocks are allocated again before fresh
// ones. Not thread-safe. Outlives the sequences that use it.
class KvPool {
 public:
  // Of `blocks` blocks; KvPlan says how many sequences need. ResourceExhausted
  // without memory.
  static absl::StatusOr<std::unique_ptr<KvPool>> Create(
      const KvBlockLayout& layout, int64_t blocks);

  KvPool(const KvPool&) = delete;
  KvPool& operator=(const KvPool&) = delete;

  const KvBlockLayout& layout() const { return layout_; }
  int64_t free_blocks() const { return blocks_ - in_use_; }
  uint64_t memory_bytes() const { return memory_.bytes(); }

  // Null if none is free. Contents are undefined.
  uint8_t* AllocateBlock();
  void FreeBlock(uint8_t* block);

  // See Workspace.
  void UseHugePages() { memory_.UseHugePages(); }

 private:
  explicit KvPool(const KvBlockLayout& layout) : layout_(layout) {}

  const KvBlockLayout layout_;
  Workspace memory_;
  uint8_t* data_ = nullptr;
  int64_t blocks_ = 0;
  int64_t fresh_ = 0;  // blocks before it have been allocated once
  int64_t in_use_ = 0;
  std::vector<uint8_t*> freed_;  // with room for all
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_KV_POOL_H_
