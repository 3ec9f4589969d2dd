// Quants as bytes in registers, 16 at a time. Included only by
// codecs_<isa>.cc.
#ifndef FORMATS_QUANT_BYTE_LANES_INL_H_
#define FORMATS_QUANT_BYTE_LANES_INL_H_

#include <immintrin.h>

#include <cstdint>

#include "formats/quant/lanes-inl.h"

namespace tessera {
namespace {

// Operators work byte by byte.
typedef uint8_t Bytes16 __attribute__((vector_size(16)));

// Vectors of floats or integers for 16 bytes.
constexpr int kParts = 16 / kLanes;

inline Bytes16 LoadBytes(const void* bytes) {
  return (Bytes16)_mm_loadu_si128(static_cast<const __m128i*>(bytes));
}

inline void StoreBytes(Bytes16 x, void* bytes) {
  _mm_storeu_si128(static_cast<__m128i*>(bytes), (__m128i)x);
}

// Unsigned bytes to floats.
inline void Widen(Bytes16 bytes, Floats (&values)[kParts]) {
  const __m128i x = (__m128i)bytes;
#if defined(__AVX512F__)
  values[0] = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(x));
#elif defined(__AVX2__)
  values[0] = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(x));
  values[1] =
      _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_unpackhi_epi64(x, x)));
#else
  const __m128i zero = _mm_setzero_si128();
  const __m128i low = _mm_unpacklo_epi8(x, zero);
  const __m128i high = _mm_unpackhi_epi8(x, zero);
  values[0] = _mm_cvtepi32_ps(_mm_unpacklo_epi16(low, zero));
  values[1] = _mm_cvtepi32_ps(_mm_unpackhi_epi16(low, zero));
  values[2] = _mm_cvtepi32_ps(_mm_unpacklo_epi16(high, zero));
  values[3] = _mm_cvtepi32_ps(_mm_unpackhi_epi16(high, zero));
#endif
}

// Signed bytes to floats: as unsigned ones, 128 larger.
inline void WidenSigned(Bytes16 bytes, Floats (&values)[kParts]) {
  Widen(bytes ^ 0x80, values);
  for (Floats& x : values) x -= 128.0f;
}

// The low bytes of 16 integers.
inline Bytes16 Narrow(const Ints (&values)[kParts]) {
#if defined(__AVX512F__)
  return (Bytes16)_mm512_cvtepi32_epi8((__m512i)values[0]);
#elif defined(__AVX2__)
  const __m256i words = _mm256_packs_epi32((__m256i)(values[0] & 0xff),
                                           (__m256i)(values[1] & 0xff));
  const __m256i bytes = _mm256_packus_epi16(words, words);  // by halves
  return (Bytes16)_mm_unpacklo_epi32(_mm256_castsi256_si128(bytes),
                                     _mm256_extracti128_si256(bytes, 1));
#else
  return (Bytes16)_mm_packus_epi16(
      _mm_packs_epi32((__m128i)(values[0] & 0xff), (__m128i)(values[1] & 0xff)),
      _mm_packs_epi32((__m128i)(values[2] & 0xff),
                      (__m128i)(values[3] & 0xff)));
#endif
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_BYTE_LANES_INL_H_
