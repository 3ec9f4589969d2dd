#include "runtime/model/sequence.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "runtime/kernels/kernel_args.h"

namespace tessera {
namespace {

int64_t BlocksOf(int64_t positions) {
  return static_cast<int64_t>(CeilDiv(positions, kKvBlock));
}

}  // namespace

Sequence::Sequence(KvPool* pool, const KvPlan& plan, int64_t max_positions)
    : pool_(pool),
      plan_(plan),
      max_positions_(max_positions),
      kept_from_(plan.layers()),
      blocks_(plan.layers()) {
  for (std::vector<uint8_t*>& blocks : blocks_) {
    blocks.reserve(BlocksOf(max_positions));
  }
}

void Sequence::Reset() {
  // Last to first, so that the next sequence gets them in the old order.
  for (int64_t block = reserved_; block-- > 0;) {
    for (size_t layer = blocks_.size(); layer-- > 0;) {
      const std::vector<uint8_t*>& blocks = blocks_[layer];
      if (block < static_cast<int64_t>(blocks.size()) &&
          blocks[block] != nullptr) {
        pool_->FreeBlock(blocks[block]);
      }
    }
  }
  for (std::vector<uint8_t*>& blocks : blocks_) blocks.clear();
  std::fill(kept_from_.begin(), kept_from_.end(), 0);
  position_ = 0;
  reserved_ = 0;
  placed_ = 0;
}

bool Sequence::Rewind(int64_t position) {
  for (int64_t layer = 0; layer < plan_.layers(); ++layer) {
    const int64_t window = plan_.windows[layer];
    const int64_t seen = FirstSeen(layer, position);
    if (window == 0 || seen >= position) continue;
    // Blocks pass in their order, so the first one tells.
    if (seen < kept_from_[layer]) return false;
    if (blocks_[layer][seen / kKvBlock] == nullptr) return false;
  }
  // Blocks behind the position stay: they are written before they are read.
  position_ = position;
  return true;
}

int64_t Sequence::FirstSeen(int64_t layer, int64_t position) const {
  const int64_t window = plan_.windows[layer];
  return window == 0 ? 0 : std::max<int64_t>(position - window + 1, 0);
}

int64_t Sequence::BlocksSeen(int64_t layer, int64_t position) const {
  const int64_t first = FirstSeen(layer, position) / kKvBlock;
  return std::max<int64_t>(BlocksOf(position) - first, 0);
}

absl::Status Sequence::Restore(int64_t position) {
  Reset();
  TESSERA_RETURN_IF_ERROR(Reserve(position));
  Place(position);
  Advance(position);
  for (int64_t layer = 0; layer < plan_.layers(); ++layer) {
    kept_from_[layer] = FirstSeen(layer) / kKvBlock * kKvBlock;
  }
  return absl::OkStatus();
}

absl::Status Sequence::Reserve(int64_t count) {
  if (count > max_positions_ - position_) {
    return absl::InvalidArgumentError(absl::StrCat(
        "no room for ", count, count == 1 ? " more token" : " more tokens",
        ": the context holds ", max_positions_, ", of which ", position_,
        position_ == 1 ? " is" : " are", " used"));
  }
  const int64_t needed = BlocksOf(position_ + count);
  if (needed <= reserved_) return absl::OkStatus();
  const int64_t more =
      plan_.Blocks(needed * kKvBlock) - plan_.Blocks(reserved_ * kKvBlock);
  if (more > pool_->free_blocks()) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the key/value cache has ", pool_->free_blocks(), " free blocks, ",
        more, " are needed for ", count, " more tokens"));
  }
  for (; reserved_ < needed; ++reserved_) {
    const int64_t positions = (reserved_ + 1) * kKvBlock;
    for (int64_t layer = 0; layer < plan_.layers(); ++layer) {
      if (plan_.LayerBlocks(layer, positions) > reserved_) {
        blocks_[layer].push_back(pool_->AllocateBlock());
      }
    }
  }
  return absl::OkStatus();
}

void Sequence::Place(int64_t count) {
  const int64_t needed = BlocksOf(position_ + count);
  if (needed <= placed_) return;
  placed_ = needed;
  for (int64_t layer = 0; layer < plan_.layers(); ++layer) {
    std::vector<uint8_t*>& blocks = blocks_[layer];
    const int64_t kept = plan_.LayerBlocks(layer, max_positions_);
    while (static_cast<int64_t>(blocks.size()) < needed) {
      uint8_t*& passed = blocks[blocks.size() - kept];
      blocks.push_back(passed);
      passed = nullptr;
    }
  }
}

}  // namespace tessera
