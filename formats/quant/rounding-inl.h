// Float to small integer, rounded as ggml's reference quantizers round. All are
// defined for every float, NaN included.
#ifndef FORMATS_QUANT_ROUNDING_INL_H_
#define FORMATS_QUANT_ROUNDING_INL_H_

#include <immintrin.h>

#include <bit>
#include <cstdint>

#include "formats/quant/lanes-inl.h"

namespace tessera {
namespace {

// The integer nearest to `value`, ties to even, for |value| <= 2^22 - 1. Beyond
// that, and for NaN, some integer in [-2^22, 2^22).
inline int NearestInt(float value) {
  // In [2^23, 2^24) floats are the integers, so that the sum is rounded, and
  // its mantissa is the integer plus 2^22.
  constexpr float kMagic = 12582912.0f;  // 1.5 * 2^23
  const uint32_t bits = std::bit_cast<uint32_t>(value + kMagic);
  return static_cast<int>(bits & 0x007fffffu) - 0x00400000;
}

// NearestInt, and 0 for every NaN.
inline int NearestIntOrZero(float value) {
  return NearestInt(value == value ? value : 0.0f);
}

// Every lane without its fraction if |x| < 256. Everything else gives 0, which
// is what the reference's conversion (undefined in C) yields on x86-64; it
// happens only in blocks that are not finite or purely denormal.
inline Ints TruncateOrZero(Floats x) {
  const Floats small = Abs(x) < 256.0f ? x : Floats{};
#if defined(__AVX512F__)
  return (Ints)_mm512_cvttps_epi32(small);
#elif defined(__AVX2__)
  return (Ints)_mm256_cvttps_epi32(small);
#else
  return (Ints)_mm_cvttps_epi32(small);
#endif
}

// The integers nearest to x, ties away from zero, if |x| < 255; 0 from 256 on
// and for NaN.
inline Ints RoundHalfAway(Floats x) {
  // Not 0.5: with it, the sum would round the float below 0.5 up to 1.
  const Floats below_half = Broadcast(0x1.fffffep-2f);
  const Ints sign = (Ints)x & static_cast<int32_t>(0x80000000u);
  return TruncateOrZero(x + (Floats)(sign | (Ints)below_half));
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_ROUNDING_INL_H_
