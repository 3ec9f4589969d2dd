// Rows of TQ1_0 and TQ2_0: super-blocks of 256 weights of three values.
// Signatures as in codec.h; bits in super_block_layouts.h. Included only by
// codecs_<isa>.cc.
#ifndef FORMATS_QUANT_TERNARY_CODECS_INL_H_
#define FORMATS_QUANT_TERNARY_CODECS_INL_H_

#include <cstdint>

#include "formats/quant/bit_fields-inl.h"
#include "formats/quant/block_rows-inl.h"
#include "formats/quant/stored_scale-inl.h"
#include "formats/quant/super_block_layouts.h"
#include "formats/quant/super_blocks-inl.h"

namespace tessera {
namespace {

// Reads `digits` base-3 digits of each byte of a run and returns where the next
// run's weights go.
inline uint8_t* UnpackDigits(const uint8_t* bytes, int byte_count, int digits,
                             uint8_t* quants) {
  int power = 1;  // 3^digit
  for (int digit = 0; digit < digits; ++digit) {
    for (int l = 0; l < byte_count; ++l) {
      const int fraction = (bytes[l] * power) & 0xff;
      *quants++ = static_cast<uint8_t>((fraction * 3) >> 8);
    }
    power *= 3;
  }
  return quants;
}

inline void DecodeTernary(const uint8_t* quants, uint16_t scale_bits,
                          float* __restrict values) {
  const float scale = LoadScale(scale_bits);
  for (int i = 0; i < kSuperBlock; ++i) {
    values[i] = static_cast<float>(quants[i] - 1) * scale;
  }
}

inline void DecodeTQ1_0(const BlockTQ1_0& block, float* values) {
  uint8_t quants[kSuperBlock];
  uint8_t* next = UnpackDigits(block.digits_a, 32, 5, quants);
  next = UnpackDigits(block.digits_b, 16, 5, next);
  UnpackDigits(block.digits_c, 4, 4, next);
  DecodeTernary(quants, block.scale, values);
}

inline void DecodeTQ2_0(const BlockTQ2_0& block, float* values) {
  uint8_t quants[kSuperBlock];
  for (int run = 0; run < 2; ++run) {
    UnpackFields<2, 32>(block.quants[run], quants + 128 * run);
  }
  DecodeTernary(quants, block.scale, values);
}

inline void DequantizeTQ1_0(const uint8_t* blocks, int64_t elements,
                            float* values) {
  DecodeBlocks<BlockTQ1_0>(blocks, elements, values, DecodeTQ1_0);
}

inline void DequantizeTQ2_0(const uint8_t* blocks, int64_t elements,
                            float* values) {
  DecodeBlocks<BlockTQ2_0>(blocks, elements, values, DecodeTQ2_0);
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_TERNARY_CODECS_INL_H_
