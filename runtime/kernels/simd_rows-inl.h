// What AVX2 and AVX-512 do in the same way. The part of the vocabulary of
// simd_scalar-inl.h that reads 16 rows side by side is in vectors of 256 bits,
// because they are filled from memory 128 bits at a time.
#ifndef RUNTIME_KERNELS_SIMD_ROWS_INL_H_
#define RUNTIME_KERNELS_SIMD_ROWS_INL_H_

#include <immintrin.h>
#include <stdint.h>

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

// The sums of 4 pairs of numbers.
inline __m128i AddNeighbours(const int32_t* pairs) {
  const __m128i* p = reinterpret_cast<const __m128i*>(pairs);
  return _mm_hadd_epi32(_mm_loadu_si128(p), _mm_loadu_si128(p + 1));
}
// out[i] = factor * (pairs[2 i] + pairs[2 i + 1]) for 4 pairs, and the same
// with factors[i].
inline void StorePairSums(int32_t* out, int32_t factor, const int32_t* pairs) {
  _mm_storeu_si128(
      reinterpret_cast<__m128i*>(out),
      _mm_mullo_epi32(AddNeighbours(pairs), _mm_set1_epi32(factor)));
}
inline void StoreScaledPairSums(float* out, const float* factors,
                                const int32_t* pairs) {
  _mm_storeu_ps(out, _mm_mul_ps(_mm_loadu_ps(factors),
                                _mm_cvtepi32_ps(AddNeighbours(pairs))));
}

// 16 bytes of a row and of the one 4 rows on.
inline __m256i LoadTwoRows(const uint8_t* p, int64_t stride) {
  const auto load = [](const uint8_t* row) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(row));
  };
  return _mm256_inserti128_si256(_mm256_castsi128_si256(load(p)),
                                 load(p + 4 * stride), 1);
}

// 8 rows: transposes 4 x 4 numbers of 32 bits in lanes of 128.
template <uint8_t kFlip>
inline void InterleaveEightRows(const uint8_t* p, int64_t stride,
                                uint8_t* out) {
  const __m256i a = LoadTwoRows(p, stride);
  const __m256i b = LoadTwoRows(p + stride, stride);
  const __m256i c = LoadTwoRows(p + 2 * stride, stride);
  const __m256i d = LoadTwoRows(p + 3 * stride, stride);
  const __m256i ab_low = _mm256_unpacklo_epi32(a, b);
  const __m256i ab_high = _mm256_unpackhi_epi32(a, b);
  const __m256i cd_low = _mm256_unpacklo_epi32(c, d);
  const __m256i cd_high = _mm256_unpackhi_epi32(c, d);
  const __m256i flip = _mm256_set1_epi8(static_cast<char>(kFlip));
  const auto store = [&](int i, __m256i x) {
    if constexpr (kFlip != 0) x = _mm256_xor_si256(x, flip);
    _mm256_store_si256(reinterpret_cast<__m256i*>(out + 64 * i), x);
  };
  store(0, _mm256_unpacklo_epi64(ab_low, cd_low));
  store(1, _mm256_unpackhi_epi64(ab_low, cd_low));
  store(2, _mm256_unpacklo_epi64(ab_high, cd_high));
  store(3, _mm256_unpackhi_epi64(ab_high, cd_high));
}

template <uint8_t kFlip>
inline void InterleaveRows(const uint8_t* p, int64_t stride, uint8_t* out) {
  InterleaveEightRows<kFlip>(p, stride, out);
  InterleaveEightRows<kFlip>(p + 8 * stride, stride, out + 32);
}

inline __m128i GatherEightHalves(const uint8_t* p, int64_t stride) {
  const auto half = [](const uint8_t* row) {
    uint16_t x;
    __builtin_memcpy(&x, row, sizeof(x));
    return x;
  };
  const uint8_t* q = p + 4 * stride;
  __m128i x = _mm_cvtsi32_si128(half(p));
  __m128i y = _mm_cvtsi32_si128(half(q));
  x = _mm_insert_epi16(x, half(p + stride), 1);
  y = _mm_insert_epi16(y, half(q + stride), 1);
  x = _mm_insert_epi16(x, half(p + 2 * stride), 2);
  y = _mm_insert_epi16(y, half(q + 2 * stride), 2);
  x = _mm_insert_epi16(x, half(p + 3 * stride), 3);
  y = _mm_insert_epi16(y, half(q + 3 * stride), 3);
  return _mm_unpacklo_epi64(x, y);
}
inline void GatherHalves(const uint8_t* p, int64_t stride, uint8_t* out) {
  __m128i* to = reinterpret_cast<__m128i*>(out);
  _mm_store_si128(to, GatherEightHalves(p, stride));
  _mm_store_si128(to + 1, GatherEightHalves(p + 8 * stride, stride));
}
}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_SIMD_ROWS_INL_H_
