// The 8-bit floats of the OCP specification (OFP8, 2023) to float.
#ifndef FORMATS_DTYPE_FLOAT8_H_
#define FORMATS_DTYPE_FLOAT8_H_

#include <bit>
#include <cstdint>

#include "formats/dtype/float16.h"

namespace tessera {

// F8_E4M3 (PyTorch: float8_e4m3fn). There is no infinity: S.1111.111 is the
// only NaN and 448 the largest value. The smallest denormal is 2^-9.
//
//   s eeee mmm     exponent bias 7
inline float F8E4M3ToF32(uint8_t byte) {
  constexpr uint32_t kRebias = (127 - 7) << 23;
  const uint32_t sign = static_cast<uint32_t>(byte & 0x80u) << 24;
  const uint32_t magnitude = byte & 0x7fu;
  const float denormal = static_cast<float>(magnitude) * 0x1p-9f;

  uint32_t bits = (magnitude << 20) + kRebias;
  bits = magnitude < 0x08u ? std::bit_cast<uint32_t>(denormal) : bits;
  bits = magnitude == 0x7fu ? 0x7fc00000u : bits;
  return std::bit_cast<float>(sign | bits);
}

// F8_E5M2: the upper byte of an F16, with its infinity and NaNs. The largest
// value is 57344, the smallest denormal 2^-16.
//
//   s eeeee mm     exponent bias 15
inline float F8E5M2ToF32(uint8_t byte) {
  return F16ToF32(static_cast<uint16_t>(byte << 8));
}

}  // namespace tessera

#endif  // FORMATS_DTYPE_FLOAT8_H_
