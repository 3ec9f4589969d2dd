// The F16 scales and mins of blocks. Included only by codecs_<isa>.cc.
#ifndef FORMATS_QUANT_STORED_SCALE_INL_H_
#define FORMATS_QUANT_STORED_SCALE_INL_H_

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include "formats/dtype/float16.h"
#include "formats/quant/lanes-inl.h"

namespace tessera {
namespace {

// Flattened, as StoreScale, so that no unit emits a function of float16.h.
[[gnu::flatten]] inline float LoadScale(uint16_t half) {
#ifdef __F16C__
  return _cvtsh_ss(half);
#else
  return F16ToF32(half);
#endif
}

// The F16 nearest to `value`. Every NaN becomes the one that x86 makes: a
// block of values that are no numbers gets the same bits on every machine.
[[gnu::flatten]] inline uint16_t StoreScale(float value) {
#ifdef __F16C__
  const uint16_t half = _cvtss_sh(value, _MM_FROUND_TO_NEAREST_INT);
#else
  const uint16_t half = F32ToF16(value);
#endif
  return value == value ? half : 0xfe00;
}

// Every lane to the nearest F16.
inline Floats RoundToF16(Floats x) {
#if defined(__AVX512F__)
  return _mm512_cvtph_ps(_mm512_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
#elif defined(__F16C__)
  return _mm256_cvtph_ps(_mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
#else
  const Ints sign = (Ints)x & static_cast<int32_t>(0x80000000u);
  const Floats magnitude = Abs(x);
  const Ints bits = (Ints)magnitude;
  const Floats normal = (Floats)((bits + 0xfff + ((bits >> 13) & 1)) & ~0x1fff);
  const Floats denormal = magnitude + 0.5f - 0.5f;  // the steps are 2^-24
  Floats rounded = magnitude < 0x1p-14f ? denormal : normal;
  rounded = rounded >= 65536.0f ? Broadcast(__builtin_inff()) : rounded;
  rounded = x == x ? rounded : x;
  return (Floats)((Ints)rounded | sign);
#endif
}

// The same where the block lies.
inline float LoadScaleAt(const uint8_t* bytes) {
  uint16_t half;
  std::memcpy(&half, bytes, sizeof(half));
  return LoadScale(half);
}

inline void StoreScaleAt(float value, uint8_t* bytes) {
  const uint16_t half = StoreScale(value);
  std::memcpy(bytes, &half, sizeof(half));
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_STORED_SCALE_INL_H_
