// The vocabulary of simd_scalar-inl.h for AVX-512 F, BW, VL and DQ: a 16-lane
// value is one register. With VNNI if the compiler's flags say so.
#ifndef RUNTIME_KERNELS_SIMD_AVX512_INL_H_
#define RUNTIME_KERNELS_SIMD_AVX512_INL_H_

#include <immintrin.h>
#include <stdint.h>

#include "runtime/kernels/simd_rows-inl.h"

#define TESSERA_UNROLL _Pragma("GCC unroll 16")

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

struct F32x16 {
  __m512 v;
};
struct I32x16 {
  __m512i v;
};
struct U8x64 {
  __m512i v;
};

// 32 registers: two accumulators per token take 16, the weights 4 to 8.
constexpr int kIntegerTokens = 8;
constexpr int kFloatTokens = 8;
constexpr int kAttentionQueries = 8;
constexpr int kAttentionVectors = 2;

inline __mmask16 FirstLanes(int64_t n) {
  return static_cast<__mmask16>((uint32_t{1} << n) - 1);
}

// ---- float32 ----

inline F32x16 Broadcast(float x) { return {_mm512_set1_ps(x)}; }
inline F32x16 Load(const float* p) { return {_mm512_loadu_ps(p)}; }
inline F32x16 LoadPartial(const float* p, int64_t n) {
  return {_mm512_maskz_loadu_ps(FirstLanes(n), p)};
}
inline void Store(float* p, F32x16 x) { _mm512_storeu_ps(p, x.v); }
inline void StorePartial(float* p, F32x16 x, int64_t n) {
  _mm512_mask_storeu_ps(p, FirstLanes(n), x.v);
}
inline F32x16 Add(F32x16 x, F32x16 y) { return {_mm512_add_ps(x.v, y.v)}; }
inline F32x16 Sub(F32x16 x, F32x16 y) { return {_mm512_sub_ps(x.v, y.v)}; }
inline F32x16 Mul(F32x16 x, F32x16 y) { return {_mm512_mul_ps(x.v, y.v)}; }
inline F32x16 Div(F32x16 x, F32x16 y) { return {_mm512_div_ps(x.v, y.v)}; }
inline F32x16 MulAdd(F32x16 x, F32x16 y, F32x16 z) {
  return {_mm512_fmadd_ps(x.v, y.v, z.v)};
}
inline F32x16 Min(F32x16 x, F32x16 y) { return {_mm512_min_ps(x.v, y.v)}; }
inline F32x16 Max(F32x16 x, F32x16 y) { return {_mm512_max_ps(x.v, y.v)}; }
inline float ReduceAdd(F32x16 x) {
  const __m256 x8 = _mm256_add_ps(_mm512_castps512_ps256(x.v),
                                  _mm512_extractf32x8_ps(x.v, 1));
  const __m128 x4 =
      _mm_add_ps(_mm256_castps256_ps128(x8), _mm256_extractf128_ps(x8, 1));
  const __m128 x2 = _mm_add_ps(x4, _mm_movehl_ps(x4, x4));
  return _mm_cvtss_f32(_mm_add_ss(x2, _mm_movehdup_ps(x2)));
}
inline float ReduceMax(F32x16 x) {
  const __m256 x8 = _mm256_max_ps(_mm512_castps512_ps256(x.v),
                                  _mm512_extractf32x8_ps(x.v, 1));
  const __m128 x4 =
      _mm_max_ps(_mm256_castps256_ps128(x8), _mm256_extractf128_ps(x8, 1));
  const __m128 x2 = _mm_max_ps(x4, _mm_movehl_ps(x4, x4));
  return _mm_cvtss_f32(_mm_max_ss(x2, _mm_movehdup_ps(x2)));
}
inline F32x16 LoadEachTwice(const float* p, int64_t n) {
  const __m512i twice =
      _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
  return {_mm512_permutexvar_ps(twice, LoadPartial(p, n).v)};
}
inline F32x16 SwapPairs(F32x16 x) { return {_mm512_permute_ps(x.v, 0xb1)}; }
inline F32x16 NegateEven(F32x16 x) {
  const __m512 sign = _mm512_castsi512_ps(_mm512_set1_epi64(0x80000000));
  return {_mm512_xor_ps(x.v, sign)};
}

// ---- int32 ----

inline I32x16 BroadcastI32(int32_t x) { return {_mm512_set1_epi32(x)}; }
inline I32x16 AddI32(I32x16 x, I32x16 y) {
  return {_mm512_add_epi32(x.v, y.v)};
}
inline I32x16 MaxI32(I32x16 x, I32x16 y) {
  return {_mm512_max_epi32(x.v, y.v)};
}
inline I32x16 AndI32(I32x16 x, I32x16 y) {
  return {_mm512_and_si512(x.v, y.v)};
}
template <int kBits>
inline I32x16 ShiftLeftI32(I32x16 x) {
  return {_mm512_slli_epi32(x.v, kBits)};
}
template <int kBits>
inline I32x16 ShiftRightI32(I32x16 x) {
  return {_mm512_srli_epi32(x.v, kBits)};
}
inline I32x16 MulAddPairs(I32x16 sum, I32x16 x, I32x16 y) {
#ifdef __AVX512VNNI__
  return {_mm512_dpwssd_epi32(sum.v, x.v, y.v)};
#else
  return {_mm512_add_epi32(sum.v, _mm512_madd_epi16(x.v, y.v))};
#endif
}
inline I32x16 LowHalf(I32x16 x) { return AndI32(x, BroadcastI32(0xffff)); }
inline int32_t ReduceAddI32(I32x16 x) { return _mm512_reduce_add_epi32(x.v); }
inline int32_t ReduceMaxI32(I32x16 x) { return _mm512_reduce_max_epi32(x.v); }
inline __m128i LoadBytes16(const uint8_t* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}
inline I32x16 LoadU8ToI32(const uint8_t* p) {
  return {_mm512_cvtepu8_epi32(LoadBytes16(p))};
}
inline I32x16 LoadS8ToI32(const uint8_t* p) {
  return {_mm512_cvtepi8_epi32(LoadBytes16(p))};
}
inline I32x16 LoadU16ToI32(const uint8_t* p) {
  return {_mm512_cvtepu16_epi32(
      _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
}
inline void StoreToS8(int8_t* p, I32x16 x) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(x.v));
}

// ---- conversions ----

inline F32x16 ToF32(I32x16 x) { return {_mm512_cvtepi32_ps(x.v)}; }
inline I32x16 RoundToI32(F32x16 x) { return {_mm512_cvtps_epi32(x.v)}; }
inline I32x16 BitsOf(F32x16 x) { return {_mm512_castps_si512(x.v)}; }
inline F32x16 FromBits(I32x16 x) { return {_mm512_castsi512_ps(x.v)}; }
inline F32x16 LoadF16(const void* p) {
  return {_mm512_cvtph_ps(_mm256_loadu_si256(static_cast<const __m256i*>(p)))};
}
inline F32x16 LoadF16Partial(const uint16_t* p, int64_t n) {
  return {_mm512_cvtph_ps(_mm256_maskz_loadu_epi16(FirstLanes(n), p))};
}
inline void StoreF16(uint16_t* p, F32x16 x) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                      _mm512_cvtps_ph(x.v, _MM_FROUND_TO_NEAREST_INT));
}
// 16 pairs of halves: the firsts in the low 256 bits, the seconds in the high.
inline __m512i SplitPairs(__m512i pairs) {
  alignas(64) static constexpr uint16_t kSplit[32] = {
      0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30,
      1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31};
  return _mm512_permutexvar_epi16(_mm512_load_si512(kSplit), pairs);
}
inline void LoadF16Pairs(const uint8_t* p, F32x16& first, F32x16& second) {
  const __m512i halves = SplitPairs(_mm512_loadu_si512(p));
  first = {_mm512_cvtph_ps(_mm512_castsi512_si256(halves))};
  second = {_mm512_cvtph_ps(_mm512_extracti64x4_epi64(halves, 1))};
}
inline F32x16 LoadBf16(const void* p) {
  const __m256i half = _mm256_loadu_si256(static_cast<const __m256i*>(p));
  return FromBits(ShiftLeftI32<16>({_mm512_cvtepu16_epi32(half)}));
}
inline void LoadBf16Pairs(const uint8_t* p, F32x16& first, F32x16& second) {
  const I32x16 bits = {_mm512_loadu_si512(p)};
  first = FromBits(ShiftLeftI32<16>(bits));
  second = FromBits(AndI32(bits, BroadcastI32(-0x10000)));
}

// ---- bytes ----

inline U8x64 LoadU8(const uint8_t* p) { return {_mm512_loadu_si512(p)}; }
inline void StoreU8(uint8_t* p, U8x64 x) { _mm512_storeu_si512(p, x.v); }
inline U8x64 MaskBytes(U8x64 x, uint8_t mask) {
  return {_mm512_and_si512(x.v, _mm512_set1_epi8(static_cast<char>(mask)))};
}
inline U8x64 OrMasked(U8x64 base, U8x64 x, uint8_t mask) {
  // 0xf8: a | (b & c)
  return {_mm512_ternarylogic_epi32(
      base.v, x.v, _mm512_set1_epi8(static_cast<char>(mask)), 0xf8)};
}
template <int kBits>
inline U8x64 ShiftRight(U8x64 x) {
  return {_mm512_srli_epi32(x.v, kBits)};
}
template <int kBits>
inline U8x64 ShiftLeft(U8x64 x) {
  return {_mm512_slli_epi32(x.v, kBits)};
}
inline U8x64 AddBytes(U8x64 x, U8x64 y) { return {_mm512_add_epi8(x.v, y.v)}; }
inline U8x64 Lookup(const uint8_t (&table)[16], U8x64 x) {
  const __m512i entries = _mm512_broadcast_i32x4(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(table)));
  return {_mm512_shuffle_epi8(entries, x.v)};
}
// One byte of `bits` serves four bytes of x, each its bit.
template <int kFirst>
inline U8x64 AddFifthBits(U8x64 x, U8x64 bits) {
  const __m512i source =
      _mm512_add_epi8(_mm512_set4_epi32(0x0c0c0c0c, 0x08080808, 0x04040404, 0),
                      _mm512_set1_epi8(kFirst / 8));
  const __m512i bit =
      _mm512_set1_epi32(static_cast<int32_t>(0x08040201u << kFirst % 8));
  const __mmask64 set =
      _mm512_test_epi8_mask(_mm512_shuffle_epi8(bits.v, source), bit);
  return {_mm512_mask_add_epi8(x.v, set, x.v, _mm512_set1_epi8(16))};
}
inline U8x64 TransposeBytes(U8x64 x) {
  const __m512i in_lane =
      _mm512_set4_epi32(0x0f0b0703, 0x0e0a0602, 0x0d090501, 0x0c080400);
  const __m512i across =
      _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return {_mm512_permutexvar_epi32(across, _mm512_shuffle_epi8(x.v, in_lane))};
}
inline U8x64 SplitHalves(U8x64 x) { return {SplitPairs(x.v)}; }
// The digit is 1 from 86 on and 2 from 171 on.
inline U8x64 TernaryDigits(U8x64 x) {
  const __m512i one = _mm512_set1_epi8(1);
  const __m512i first = _mm512_maskz_mov_epi8(
      _mm512_cmpgt_epu8_mask(x.v, _mm512_set1_epi8(85)), one);
  return {_mm512_mask_add_epi8(
      first, _mm512_cmpgt_epu8_mask(x.v, _mm512_set1_epi8(-86)), first, one)};
}

// 4 consecutive activations in each lane.
inline __m512i Broadcast4(const int8_t* x) {
  int32_t bytes;
  __builtin_memcpy(&bytes, x, sizeof(bytes));
  return _mm512_set1_epi32(bytes);
}

#ifdef __AVX512VNNI__

#define TESSERA_HAS_GEMM 1
constexpr int kGemmRowTiles = 3;
constexpr int kGemmTokens = 4;
constexpr int kGemmBlocks = 8;  // 12 KiB of bytes

// sum + 4 columns of 16 rows times 4 activations.
inline I32x16 Dot4(I32x16 sum, U8x64 w, const int8_t* x) {
  return {_mm512_dpbusd_epi32(sum.v, w.v, Broadcast4(x))};
}

inline U8x64 BroadcastU8(uint8_t x) {
  return {_mm512_set1_epi8(static_cast<char>(x))};
}
// Bytes of lane r times the low byte of factor r, modulo 256.
inline U8x64 ScaleBytes(U8x64 x, I32x16 factor) {
  const __m512i pair = _mm512_mask_blend_epi16(0xaaaaaaaa, factor.v,
                                               _mm512_slli_epi32(factor.v, 16));
  const __m512i low = _mm512_mullo_epi16(x.v, pair);
  const __m512i high = _mm512_mullo_epi16(_mm512_srli_epi16(x.v, 8), pair);
  return {_mm512_mask_mov_epi8(_mm512_slli_epi16(high, 8), 0x5555555555555555,
                               low)};
}

constexpr int32_t kFullRangeBias = 128;

// vpdpbusd adds four products of unsigned and signed bytes to each lane; no
// intermediate saturates, so all weights up to 255 are taken as stored.
template <int kWeightBits>
inline I32x16 Dot16(I32x16 sum, const U8x64 (&w)[4], const int8_t* x) {
  for (int i = 0; i < 4; ++i) {
    sum.v = _mm512_dpbusd_epi32(sum.v, w[i].v, Broadcast4(x + 4 * i));
  }
  return sum;
}

#else

constexpr int32_t kFullRangeBias = 0;  // see Dot16

// sum + the sums of pairs of 16-bit lanes.
inline __m512i AddPairs(__m512i sum, __m512i x) {
  return _mm512_add_epi32(sum, _mm512_madd_epi16(x, _mm512_set1_epi16(1)));
}

// vpmaddubsw adds two products and saturates at 16 bits; simd_avx2-inl.h shows
// why these sums stay below 32768.
template <int kWeightBits>
inline I32x16 Dot16(I32x16 sum, const U8x64 (&w)[4], const int8_t* x) {
  if constexpr (kWeightBits == 8) {
    for (int i = 0; i < 4; ++i) {
      const __m512i value = _mm512_xor_si512(w[i].v, _mm512_set1_epi8(-128));
      const __m512i column = Broadcast4(x + 4 * i);
      const __m512i signed_column = _mm512_mask_sub_epi8(
          column, _mm512_movepi8_mask(value), _mm512_setzero_si512(), column);
      sum.v = AddPairs(
          sum.v, _mm512_maddubs_epi16(_mm512_abs_epi8(value), signed_column));
    }
    return sum;
  }
  const __m512i low =
      _mm512_add_epi16(_mm512_maddubs_epi16(w[0].v, Broadcast4(x)),
                       _mm512_maddubs_epi16(w[1].v, Broadcast4(x + 4)));
  const __m512i high =
      _mm512_add_epi16(_mm512_maddubs_epi16(w[2].v, Broadcast4(x + 8)),
                       _mm512_maddubs_epi16(w[3].v, Broadcast4(x + 12)));
  if constexpr (kWeightBits <= 5) {
    return {AddPairs(sum.v, _mm512_add_epi16(low, high))};
  } else {
    return {AddPairs(AddPairs(sum.v, low), high)};
  }
}

#endif  // __AVX512VNNI__

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_SIMD_AVX512_INL_H_
