#include "runtime/model/kv_plan.h"

#include <algorithm>

#include "base/checked_math.h"
#include "runtime/kernels/kernel_args.h"

namespace tessera {

int64_t KvPlan::LayerBlocks(int64_t layer, int64_t positions) const {
  const auto all = static_cast<int64_t>(CeilDiv(positions, kKvBlock));
  if (windows[layer] == 0) return all;
  // Wherever in a block the first of them is.
  const int64_t seen = windows[layer] + max_batch - 1;
  return std::min<int64_t>(all, CeilDiv(seen - 1, kKvBlock) + 1);
}

int64_t KvPlan::Blocks(int64_t positions) const {
  int64_t blocks = 0;
  for (int64_t layer = 0; layer < layers(); ++layer) {
    blocks += LayerBlocks(layer, positions);
  }
  return blocks;
}

}  // namespace tessera
