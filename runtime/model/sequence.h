// One text in the making.
#ifndef RUNTIME_MODEL_SEQUENCE_H_
#define RUNTIME_MODEL_SEQUENCE_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "runtime/model/kv_plan.h"
#include "runtime/model/kv_pool.h"

namespace tessera {

// How many tokens there are so far, and where their keys and values lie: in
// blocks of a pool, anywhere in it. Of layers with a window, the blocks of
// positions that nobody sees any more hold later ones: tokens can be taken back
// only as far as the window is still there. Not thread-safe; sequences that
// share a pool are used by one thread at a time.
class Sequence {
 public:
  // `pool` is not owned. Allocates no blocks yet, but the memory for the tables
  // of `max_positions` positions.
  Sequence(KvPool* pool, const KvPlan& plan, int64_t max_positions);
  ~Sequence() { Reset(); }

  Sequence(const Sequence&) = delete;
  Sequence& operator=(const Sequence&) = delete;

  int64_t position() const { return position_; }
  int64_t max_positions() const { return max_positions_; }
  // Tokens that may go through the layers together.
  int64_t max_batch() const { return plan_.max_batch; }

  // Frees all blocks and forgets the tokens.
  void Reset();

  // Takes the tokens from `position` on back, which is at most position().
  // False if a layer has no longer what a token at `position` sees; then
  // nothing has changed.
  bool Rewind(int64_t position);

  // The first position that a token at position() sees in a layer.
  int64_t FirstSeen(int64_t layer) const { return FirstSeen(layer, position_); }

  // Blocks of a layer from that one on that `position` tokens have filled.
  int64_t BlocksSeen(int64_t layer, int64_t position) const;

  // Forgets the tokens and allocates blocks as if `position` others had been
  // stored. The caller then fills, in blocks(layer), those from the block of
  // FirstSeen(layer) on. Errors as Reserve; the sequence is empty then.
  absl::Status Restore(int64_t position);

  // Allocates blocks such that `count` more tokens have room, batch by batch.
  // InvalidArgument beyond max_positions, ResourceExhausted if the pool has not
  // enough blocks; then nothing has changed.
  absl::Status Reserve(int64_t count);

  // Before each batch: gives the next `count` tokens, at most max_batch and not
  // more than are reserved, their blocks in every layer.
  void Place(int64_t count);

  // Counts tokens whose keys and values have been stored.
  void Advance(int64_t count) { position_ += count; }

  // Of the pool; see Workspace.
  void UseHugePages() { pool_->UseHugePages(); }

  // The blocks of a layer, as AttentionArgs takes them. Null where a window has
  // passed.
  uint8_t* const* blocks(int64_t layer) const { return blocks_[layer].data(); }

 private:
  int64_t FirstSeen(int64_t layer, int64_t position) const;

  KvPool* const pool_;
  const KvPlan plan_;
  const int64_t max_positions_;
  int64_t position_ = 0;
  // [layer], the first position that has been stored or restored.
  std::vector<int64_t> kept_from_;
  int64_t reserved_ = 0;  // blocks of each layer that sees everything
  int64_t placed_ = 0;    // blocks of each layer that can be written
  std::vector<std::vector<uint8_t*>> blocks_;  // [layer][block]
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_SEQUENCE_H_
