#include "runtime/model/sequence.h"

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "runtime/kernels/kernel_args.h"

namespace tessera {

Sequence::Sequence(KvPool* pool, int64_t layers, int64_t max_positions)
    : pool_(pool), max_positions_(max_positions), blocks_(layers) {
  for (std::vector<uint8_t*>& blocks : blocks_) {
    blocks.reserve(CeilDiv(max_positions, kKvBlock));
  }
}

void Sequence::Reset() {
  // Last to first, so that the next sequence gets them in the old order.
  for (int64_t block = blocks_per_layer() - 1; block >= 0; --block) {
    for (size_t layer = blocks_.size(); layer-- > 0;) {
      pool_->FreeBlock(blocks_[layer][block]);
    }
  }
  for (std::vector<uint8_t*>& blocks : blocks_) blocks.clear();
  position_ = 0;
}

absl::Status Sequence::Reserve(int64_t count) {
  if (count > max_positions_ - position_) {
    return absl::InvalidArgumentError(
        absl::StrCat("no room for ", count, " more tokens: the context holds ",
                     max_positions_, ", ", position_, " are used"));
  }
  const int64_t needed =
      static_cast<int64_t>(CeilDiv(position_ + count, kKvBlock));
  const int64_t more = needed - blocks_per_layer();
  if (more <= 0) return absl::OkStatus();
  const int64_t layers = static_cast<int64_t>(blocks_.size());
  if (more * layers > pool_->free_blocks()) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the key/value cache has ", pool_->free_blocks(), " free blocks, ",
        more * layers, " are needed for ", count, " more tokens"));
  }
  for (int64_t i = 0; i < more; ++i) {
    for (std::vector<uint8_t*>& blocks : blocks_) {
      blocks.push_back(pool_->AllocateBlock());
    }
  }
  return absl::OkStatus();
}

}  // namespace tessera
