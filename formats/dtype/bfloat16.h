// bfloat16 (BF16), the upper half of a float, to and from float.
#ifndef FORMATS_DTYPE_BFLOAT16_H_
#define FORMATS_DTYPE_BFLOAT16_H_

#include <bit>
#include <cstdint>

namespace tessera {

//   BF16   s eeeeeeee mmmmmmm     exponent bias 127, 7 mantissa bits

// The value of the BF16 with these bits. Exact, NaN payloads included.
inline float BF16ToF32(uint16_t bfloat) {
  return std::bit_cast<float>(static_cast<uint32_t>(bfloat) << 16);
}

// The BF16 nearest to `value`, ties to even; denormals are kept. A NaN stays a
// NaN, quiet, with the upper bits of its payload. As in ggml.
inline uint16_t F32ToBF16(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t odd = (bits >> 16) & 1;
  const uint32_t rounded = (bits + 0x7fffu + odd) >> 16;
  const uint32_t nan = (bits >> 16) | 0x0040u;
  const bool is_nan = (bits & 0x7fffffffu) > 0x7f800000u;
  return static_cast<uint16_t>(is_nan ? nan : rounded);
}

}  // namespace tessera

#endif  // FORMATS_DTYPE_BFLOAT16_H_
