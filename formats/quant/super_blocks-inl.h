// What the codecs of super-blocks share. Included only by codecs_<isa>.cc.
#ifndef FORMATS_QUANT_SUPER_BLOCKS_INL_H_
#define FORMATS_QUANT_SUPER_BLOCKS_INL_H_

#include <cstdint>

#include "formats/quant/lanes-inl.h"

namespace tessera {
namespace {

constexpr int kSuperBlock = 256;

// The quants of kLanes sub-blocks to bytes, sub-block after sub-block.
template <int kCount>
inline void StoreQuants(const Floats (&lanes)[kCount], uint8_t* quants) {
  float rows[kLanes * kCount];
  StoreGroups(lanes, kCount, rows);
  for (int i = 0; i < kLanes * kCount; ++i) {
    quants[i] = static_cast<uint8_t>(static_cast<int>(rows[i]));
  }
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_SUPER_BLOCKS_INL_H_
