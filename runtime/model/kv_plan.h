// What sequences of a model keep of each layer.
#ifndef RUNTIME_MODEL_KV_PLAN_H_
#define RUNTIME_MODEL_KV_PLAN_H_

#include <cstdint>
#include <vector>

namespace tessera {

// A layer that sees the whole context keeps the blocks of all positions; one
// with a window keeps so many that the positions that the first token of a
// batch sees and those of the batch itself have room, and uses them again and
// again. A plain value.
struct KvPlan {
  // Of each layer, the positions that a token sees, its own too; 0: all.
  std::vector<int64_t> windows;
  // Tokens of the largest batch.
  int64_t max_batch = 1;

  int64_t layers() const { return static_cast<int64_t>(windows.size()); }

  // Blocks of a layer, and of all layers, of a sequence of `positions`
  // positions.
  int64_t LayerBlocks(int64_t layer, int64_t positions) const;
  int64_t Blocks(int64_t positions) const;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_KV_PLAN_H_
