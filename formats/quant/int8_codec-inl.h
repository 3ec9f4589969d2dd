// Rows of INT8: one float scale, then one signed byte per weight. Included only
// by codecs_<isa>.cc.
#ifndef FORMATS_QUANT_INT8_CODEC_INL_H_
#define FORMATS_QUANT_INT8_CODEC_INL_H_

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "formats/quant/block_range-inl.h"
#include "formats/quant/lanes-inl.h"
#include "formats/quant/rounding-inl.h"

namespace tessera {
namespace {

// A row of n weights is 4 + n bytes; weight I = scale * qI, -127 <= qI <= 127.
//
//   0           4   5        4+n-1
//   [scale (f32)][q0][q1] ... [q n-1]
//
// Signatures as in codec.h; `importance` is ignored. A byte of -128 is decoded
// as it stands.
inline void DequantizeINT8(const uint8_t* __restrict blocks, int64_t elements,
                           float* __restrict values) {
  float scale;
  std::memcpy(&scale, blocks, sizeof(scale));
  const uint8_t* quants = blocks + sizeof(scale);
  for (int64_t i = 0; i < elements; ++i) {
    values[i] = static_cast<float>(static_cast<int8_t>(quants[i])) * scale;
  }
}

// scale = max |x| / 127, q = x / scale rounded to nearest, ties to even. A row
// whose scale is zero (all zeros, or too small) is all zero bytes.
inline void QuantizeINT8(const float* __restrict values, int64_t elements,
                         const float* /*importance*/,
                         uint8_t* __restrict blocks) {
  constexpr int kMaxQuant = 127;
  const int64_t whole = elements - elements % kLanes;
  float magnitude = LargestMagnitude(values, whole);
  for (int64_t i = whole; i < elements; ++i) {
    magnitude = std::max(magnitude, __builtin_fabsf(values[i]));
  }
  const float scale = magnitude / kMaxQuant;
  std::memcpy(blocks, &scale, sizeof(scale));
  uint8_t* quants = blocks + sizeof(scale);
  if (scale == 0.0f) {
    std::memset(quants, 0, elements);
    return;
  }
  for (int64_t i = 0; i < elements; ++i) {
    const int quant = NearestInt(values[i] / scale);
    quants[i] = static_cast<uint8_t>(std::clamp(quant, -kMaxQuant, kMaxQuant));
  }
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_INT8_CODEC_INL_H_
