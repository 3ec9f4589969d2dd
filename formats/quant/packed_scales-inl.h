// The 12 bytes with the eight scales and eight mins of Q4_K and Q5_K.
#ifndef FORMATS_QUANT_PACKED_SCALES_INL_H_
#define FORMATS_QUANT_PACKED_SCALES_INL_H_

#include <cstdint>

namespace tessera {
namespace {

// Scale sJ and min mJ of sub-block J have six bits each:
//
//   byte 0-3    [s4..s7, bits 5 4 : s0..s3]
//   byte 4-7    [m4..m7, bits 5 4 : m0..m3]
//   byte 8-11   [m4..m7, bits 3 to 0 : s4..s7, bits 3 to 0]
struct ScaleAndMin {
  uint8_t scale;
  uint8_t min;
};

// Scale and min of sub-block `j`, 0 <= j < 8. `packed` has 12 bytes.
inline ScaleAndMin GetScaleAndMin(const uint8_t* packed, int j) {
  if (j < 4) {
    return {static_cast<uint8_t>(packed[j] & 0x3f),
            static_cast<uint8_t>(packed[j + 4] & 0x3f)};
  }
  const int high_scale = packed[j - 4] >> 6;
  const int high_min = packed[j] >> 6;
  const int low = packed[j + 4];
  return {static_cast<uint8_t>((low & 0x0f) | (high_scale << 4)),
          static_cast<uint8_t>((low >> 4) | (high_min << 4))};
}

// Sets scale and min of sub-block `j` to the low six bits of `value`'s, and
// leaves all others as they are.
inline void SetScaleAndMin(ScaleAndMin value, int j, uint8_t* packed) {
  const auto replace_bits = [packed](int byte, int mask, int bits) {
    packed[byte] = static_cast<uint8_t>((packed[byte] & ~mask) | (bits & mask));
  };
  if (j < 4) {
    replace_bits(j, 0x3f, value.scale);
    replace_bits(j + 4, 0x3f, value.min);
  } else {
    replace_bits(j - 4, 0xc0, value.scale << 2);
    replace_bits(j, 0xc0, value.min << 2);
    replace_bits(j + 4, 0xff, (value.scale & 0x0f) | (value.min << 4));
  }
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_PACKED_SCALES_INL_H_
