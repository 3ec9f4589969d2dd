// Blocks of 32 weights, one per lane. Included only by codecs_<isa>.cc.
#ifndef FORMATS_QUANT_BLOCK_GROUPS_INL_H_
#define FORMATS_QUANT_BLOCK_GROUPS_INL_H_

#include <algorithm>
#include <cstdint>

#include "formats/quant/lanes-inl.h"
#include "formats/quant/scale_search-inl.h"

namespace tessera {
namespace {

constexpr int kBlock = 32;
using BlockGroup = Group<kBlock>;

// Calls encode(group, first, count) for every kLanes blocks of a row, or fewer
// at the end: `count` blocks from block `first` on lie in the lanes of *group,
// with the importance as weights. Without one the weights are unset.
template <typename Encode>
inline void ForEachBlockGroup(const float* values, const float* importance,
                              int64_t elements, Encode encode) {
  const int64_t blocks = elements / kBlock;
  for (int64_t first = 0; first < blocks; first += kLanes) {
    const int count =
        static_cast<int>(std::min<int64_t>(kLanes, blocks - first));
    BlockGroup group;
    LoadGroups(values + first * kBlock, kBlock, count, kBlock, group.values);
    if (importance != nullptr) {
      LoadGroups(importance + first * kBlock, kBlock, count, kBlock,
                 group.weights);
    }
    encode(&group, first, count);
  }
}

// The quants of all lanes' blocks, block after block.
struct BlockQuants {
  explicit BlockQuants(const Floats (&lanes)[kBlock]) {
    float rows[kLanes * kBlock];
    StoreGroups(lanes, kBlock, rows);
    for (int i = 0; i < kLanes * kBlock; ++i) {
      quants[i / kBlock][i % kBlock] =
          static_cast<uint8_t>(static_cast<int>(rows[i]));
    }
  }
  uint8_t quants[kLanes][kBlock];
};

// The mean of x^2, summed in order: the variance of a row for WeighErrors.
inline float MeanSquare(const float* values, int64_t elements) {
  float sum = 0.0f;
  for (int64_t i = 0; i < elements; ++i) sum += values[i] * values[i];
  return sum / static_cast<float>(elements);
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_BLOCK_GROUPS_INL_H_
