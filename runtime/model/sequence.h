// One text in the making.
#ifndef RUNTIME_MODEL_SEQUENCE_H_
#define RUNTIME_MODEL_SEQUENCE_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "runtime/model/kv_pool.h"

namespace tessera {

// How many tokens there are so far, and where their keys and values lie: in
// blocks of a pool, anywhere in it. Not thread-safe; sequences that share a
// pool are used by one thread at a time.
class Sequence {
 public:
  // `pool` is not owned. Allocates no blocks yet, but the memory for the tables
  // of `max_positions` positions.
  Sequence(KvPool* pool, int64_t layers, int64_t max_positions);
  ~Sequence() { Reset(); }

  Sequence(const Sequence&) = delete;
  Sequence& operator=(const Sequence&) = delete;

  int64_t position() const { return position_; }
  int64_t max_positions() const { return max_positions_; }

  // Frees all blocks and forgets the tokens.
  void Reset();

  // Allocates blocks such that `count` more tokens have room. InvalidArgument
  // beyond max_positions, ResourceExhausted if the pool has not enough blocks;
  // then nothing has changed.
  absl::Status Reserve(int64_t count);

  // Counts tokens whose keys and values have been stored.
  void Advance(int64_t count) { position_ += count; }

  // Of the pool; see Workspace.
  void UseHugePages() { pool_->UseHugePages(); }

  // The blocks of a layer, as AttentionArgs takes them.
  uint8_t* const* blocks(int64_t layer) const { return blocks_[layer].data(); }

 private:
  int64_t blocks_per_layer() const {
    return static_cast<int64_t>(blocks_.front().size());
  }

  KvPool* const pool_;
  const int64_t max_positions_;
  int64_t position_ = 0;
  std::vector<std::vector<uint8_t*>> blocks_;  // [layer][block]
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_SEQUENCE_H_
