// IEEE 754 binary16 (F16) to and from float.
#ifndef FORMATS_DTYPE_FLOAT16_H_
#define FORMATS_DTYPE_FLOAT16_H_

#include <bit>
#include <cstdint>

namespace tessera {

// Bit for bit the results of x86's F16C and ARM's FCVT in the default rounding
// mode. Branch-free, so that loops over a row vectorize.
//
//   F16   s eeeee mmmmmmmmmm     exponent bias 15, 10 mantissa bits

// The value of the F16 with these bits. Exact; a NaN keeps its payload and
// becomes quiet.
inline float F16ToF32(uint16_t half) {
  constexpr uint32_t kRebias = (127 - 15) << 23;
  constexpr uint32_t kInfinity = 0x7c00u << 13;
  constexpr uint32_t kSmallestNormal = 0x0400u << 13;
  constexpr uint32_t kQuiet = 0x00400000u;

  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t magnitude = static_cast<uint32_t>(half & 0x7fffu) << 13;
  // A denormal m stands for m * 2^-24, and 2^-24 is the step of floats in
  // [0.5, 1).
  const float denormal =
      std::bit_cast<float>((magnitude >> 13) | 0x3f000000u) - 0.5f;

  uint32_t bits = magnitude + kRebias;
  bits += magnitude >= kInfinity ? kRebias : 0;
  bits |= magnitude > kInfinity ? kQuiet : 0;
  bits = magnitude < kSmallestNormal ? std::bit_cast<uint32_t>(denormal) : bits;
  return std::bit_cast<float>(sign | bits);
}

// The F16 nearest to `value`, ties to even. From 65520 on it is infinity; a NaN
// stays a NaN, quiet, with the upper bits of its payload.
inline uint16_t F32ToF16(float value) {
  constexpr uint32_t kInfinity = 0x7f800000u;
  constexpr uint32_t kOverflow = (127 + 16) << 23;        // 2^16
  constexpr uint32_t kSmallestNormal = (127 - 14) << 23;  // 2^-14
  constexpr uint32_t kRebias = (127 - 15) << 23;

  const uint32_t sign_and_magnitude = std::bit_cast<uint32_t>(value);
  const uint32_t sign = (sign_and_magnitude >> 16) & 0x8000u;
  const uint32_t magnitude = sign_and_magnitude & 0x7fffffffu;
  // Below 2^-14 the sum with 0.5 rounds to the denormal's step of 2^-24.
  const uint32_t denormal =
      std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) -
      0x3f000000u;
  const uint32_t odd = (magnitude >> 13) & 1;
  const uint32_t normal = (magnitude - kRebias + 0x0fffu + odd) >> 13;
  const uint32_t nan = 0x7e00u | ((magnitude >> 13) & 0x03ffu);

  uint32_t bits = magnitude < kSmallestNormal ? denormal : normal;
  bits = magnitude >= kOverflow ? 0x7c00u : bits;
  bits = magnitude > kInfinity ? nan : bits;
  return static_cast<uint16_t>(sign | bits);
}

}  // namespace tessera

#endif  // FORMATS_DTYPE_FLOAT16_H_
