// The vocabulary of simd_scalar-inl.h for AVX2, FMA and F16C: a 16-lane value
// is two registers, `a` with lanes 0 to 7 and `b` with lanes 8 to 15.
#ifndef RUNTIME_KERNELS_SIMD_AVX2_INL_H_
#define RUNTIME_KERNELS_SIMD_AVX2_INL_H_

#include <immintrin.h>
#include <stdint.h>

#include "runtime/kernels/simd_rows-inl.h"

#define TESSERA_UNROLL _Pragma("GCC unroll 16")

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

struct F32x16 {
  __m256 a, b;
};
struct I32x16 {
  __m256i a, b;
};
struct U8x64 {
  __m256i a, b;
};

// 16 registers: accumulators of 4 tokens take 8, the weights the others.
constexpr int kIntegerTokens = 4;
constexpr int kFloatTokens = 2;
#define TESSERA_HAS_FLOAT_GEMM 1
constexpr int kFloatGemmTokens = 6;
constexpr int kAttentionQueries = 4;
constexpr int kAttentionVectors = 1;
constexpr int32_t kFullRangeBias = 0;  // see Dot16

// All bits set in the first n of 16 lanes.
inline I32x16 FirstLanes(int64_t n) {
  alignas(64) static constexpr int32_t kMask[32] = {
      -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
  const int32_t* p = kMask + 16 - n;
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)),
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 8))};
}

// ---- float32 ----

inline F32x16 Broadcast(float x) {
  return {_mm256_set1_ps(x), _mm256_set1_ps(x)};
}
inline F32x16 Load(const float* p) {
  return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
}
inline F32x16 LoadPartial(const float* p, int64_t n) {
  const I32x16 mask = FirstLanes(n);
  return {_mm256_maskload_ps(p, mask.a), _mm256_maskload_ps(p + 8, mask.b)};
}
inline void Store(float* p, F32x16 x) {
  _mm256_storeu_ps(p, x.a);
  _mm256_storeu_ps(p + 8, x.b);
}
inline void StorePartial(float* p, F32x16 x, int64_t n) {
  const I32x16 mask = FirstLanes(n);
  _mm256_maskstore_ps(p, mask.a, x.a);
  _mm256_maskstore_ps(p + 8, mask.b, x.b);
}
inline F32x16 Add(F32x16 x, F32x16 y) {
  return {_mm256_add_ps(x.a, y.a), _mm256_add_ps(x.b, y.b)};
}
inline F32x16 Sub(F32x16 x, F32x16 y) {
  return {_mm256_sub_ps(x.a, y.a), _mm256_sub_ps(x.b, y.b)};
}
inline F32x16 Mul(F32x16 x, F32x16 y) {
  return {_mm256_mul_ps(x.a, y.a), _mm256_mul_ps(x.b, y.b)};
}
inline F32x16 Div(F32x16 x, F32x16 y) {
  return {_mm256_div_ps(x.a, y.a), _mm256_div_ps(x.b, y.b)};
}
inline F32x16 MulAdd(F32x16 x, F32x16 y, F32x16 z) {
  return {_mm256_fmadd_ps(x.a, y.a, z.a), _mm256_fmadd_ps(x.b, y.b, z.b)};
}
inline F32x16 Min(F32x16 x, F32x16 y) {
  return {_mm256_min_ps(x.a, y.a), _mm256_min_ps(x.b, y.b)};
}
inline F32x16 Max(F32x16 x, F32x16 y) {
  return {_mm256_max_ps(x.a, y.a), _mm256_max_ps(x.b, y.b)};
}
inline float ReduceAdd(F32x16 x) {
  const __m256 x8 = _mm256_add_ps(x.a, x.b);
  const __m128 x4 =
      _mm_add_ps(_mm256_castps256_ps128(x8), _mm256_extractf128_ps(x8, 1));
  const __m128 x2 = _mm_add_ps(x4, _mm_movehl_ps(x4, x4));
  return _mm_cvtss_f32(_mm_add_ss(x2, _mm_movehdup_ps(x2)));
}
inline float ReduceMax(F32x16 x) {
  const __m256 x8 = _mm256_max_ps(x.a, x.b);
  const __m128 x4 =
      _mm_max_ps(_mm256_castps256_ps128(x8), _mm256_extractf128_ps(x8, 1));
  const __m128 x2 = _mm_max_ps(x4, _mm_movehl_ps(x4, x4));
  return _mm_cvtss_f32(_mm_max_ss(x2, _mm_movehdup_ps(x2)));
}
inline F32x16 LoadEachTwice(const float* p, int64_t n) {
  const __m256 x = _mm256_maskload_ps(p, FirstLanes(n).a);
  const __m256i low = _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3);
  const __m256i high = _mm256_setr_epi32(4, 4, 5, 5, 6, 6, 7, 7);
  return {_mm256_permutevar8x32_ps(x, low), _mm256_permutevar8x32_ps(x, high)};
}
inline F32x16 SwapPairs(F32x16 x) {
  return {_mm256_permute_ps(x.a, 0xb1), _mm256_permute_ps(x.b, 0xb1)};
}
inline F32x16 NegateEven(F32x16 x) {
  const __m256 sign = _mm256_setr_ps(-0.0f, 0, -0.0f, 0, -0.0f, 0, -0.0f, 0);
  return {_mm256_xor_ps(x.a, sign), _mm256_xor_ps(x.b, sign)};
}

// ---- int32 ----

inline I32x16 BroadcastI32(int32_t x) {
  return {_mm256_set1_epi32(x), _mm256_set1_epi32(x)};
}
inline I32x16 AddI32(I32x16 x, I32x16 y) {
  return {_mm256_add_epi32(x.a, y.a), _mm256_add_epi32(x.b, y.b)};
}
inline I32x16 MaxI32(I32x16 x, I32x16 y) {
  return {_mm256_max_epi32(x.a, y.a), _mm256_max_epi32(x.b, y.b)};
}
inline I32x16 AndI32(I32x16 x, I32x16 y) {
  return {_mm256_and_si256(x.a, y.a), _mm256_and_si256(x.b, y.b)};
}
template <int kBits>
inline I32x16 ShiftLeftI32(I32x16 x) {
  return {_mm256_slli_epi32(x.a, kBits), _mm256_slli_epi32(x.b, kBits)};
}
template <int kBits>
inline I32x16 ShiftRightI32(I32x16 x) {
  return {_mm256_srli_epi32(x.a, kBits), _mm256_srli_epi32(x.b, kBits)};
}
inline I32x16 MulAddPairs(I32x16 sum, I32x16 x, I32x16 y) {
  return {_mm256_add_epi32(sum.a, _mm256_madd_epi16(x.a, y.a)),
          _mm256_add_epi32(sum.b, _mm256_madd_epi16(x.b, y.b))};
}
inline I32x16 LowHalf(I32x16 x) { return AndI32(x, BroadcastI32(0xffff)); }
inline int32_t ReduceAddI32(I32x16 x) {
  const __m256i x8 = _mm256_add_epi32(x.a, x.b);
  const __m128i x4 = _mm_add_epi32(_mm256_castsi256_si128(x8),
                                   _mm256_extracti128_si256(x8, 1));
  const __m128i x2 = _mm_add_epi32(x4, _mm_shuffle_epi32(x4, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(x2, _mm_shuffle_epi32(x2, 0xb1)));
}
inline int32_t ReduceMaxI32(I32x16 x) {
  const __m256i x8 = _mm256_max_epi32(x.a, x.b);
  const __m128i x4 = _mm_max_epi32(_mm256_castsi256_si128(x8),
                                   _mm256_extracti128_si256(x8, 1));
  const __m128i x2 = _mm_max_epi32(x4, _mm_shuffle_epi32(x4, 0x4e));
  return _mm_cvtsi128_si32(_mm_max_epi32(x2, _mm_shuffle_epi32(x2, 0xb1)));
}
inline __m128i LoadBytes8(const uint8_t* p) {
  return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
}
inline I32x16 LoadU8ToI32(const uint8_t* p) {
  return {_mm256_cvtepu8_epi32(LoadBytes8(p)),
          _mm256_cvtepu8_epi32(LoadBytes8(p + 8))};
}
inline I32x16 LoadS8ToI32(const uint8_t* p) {
  return {_mm256_cvtepi8_epi32(LoadBytes8(p)),
          _mm256_cvtepi8_epi32(LoadBytes8(p + 8))};
}
inline I32x16 LoadU16ToI32(const uint8_t* p) {
  const __m128i* words = reinterpret_cast<const __m128i*>(p);
  return {_mm256_cvtepu16_epi32(_mm_loadu_si128(words)),
          _mm256_cvtepu16_epi32(_mm_loadu_si128(words + 1))};
}
inline void StoreToS8(int8_t* p, I32x16 x) {
  const __m256i x16 =
      _mm256_permute4x64_epi64(_mm256_packs_epi32(x.a, x.b), 0xd8);
  const __m128i x8 = _mm_packs_epi16(_mm256_castsi256_si128(x16),
                                     _mm256_extracti128_si256(x16, 1));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), x8);
}

// ---- conversions ----

inline F32x16 ToF32(I32x16 x) {
  return {_mm256_cvtepi32_ps(x.a), _mm256_cvtepi32_ps(x.b)};
}
inline I32x16 RoundToI32(F32x16 x) {
  return {_mm256_cvtps_epi32(x.a), _mm256_cvtps_epi32(x.b)};
}
inline I32x16 BitsOf(F32x16 x) {
  return {_mm256_castps_si256(x.a), _mm256_castps_si256(x.b)};
}
inline F32x16 FromBits(I32x16 x) {
  return {_mm256_castsi256_ps(x.a), _mm256_castsi256_ps(x.b)};
}
inline F32x16 LoadF16(const void* p) {
  const __m128i* half = static_cast<const __m128i*>(p);
  return {_mm256_cvtph_ps(_mm_loadu_si128(half)),
          _mm256_cvtph_ps(_mm_loadu_si128(half + 1))};
}
inline F32x16 LoadF16Partial(const uint16_t* p, int64_t n) {
  alignas(32) uint16_t half[16] = {};
  for (int64_t i = 0; i < n; ++i) half[i] = p[i];
  return LoadF16(half);
}
inline void StoreF16(uint16_t* p, F32x16 x) {
  __m128i* half = reinterpret_cast<__m128i*>(p);
  _mm_storeu_si128(half, _mm256_cvtps_ph(x.a, _MM_FROUND_TO_NEAREST_INT));
  _mm_storeu_si128(half + 1, _mm256_cvtps_ph(x.b, _MM_FROUND_TO_NEAREST_INT));
}
// 8 pairs of halves: the firsts in the low 128 bits, the seconds in the high.
inline __m256i SplitPairs(__m256i pairs) {
  const __m256i split =
      _mm256_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15,  //
                       0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
  return _mm256_permute4x64_epi64(_mm256_shuffle_epi8(pairs, split), 0xd8);
}
inline U8x64 LoadU8(const uint8_t* p);
inline void LoadF16Pairs(const uint8_t* p, F32x16& first, F32x16& second) {
  const U8x64 pairs = LoadU8(p);
  const __m256i a = SplitPairs(pairs.a);
  const __m256i b = SplitPairs(pairs.b);
  first = {_mm256_cvtph_ps(_mm256_castsi256_si128(a)),
           _mm256_cvtph_ps(_mm256_castsi256_si128(b))};
  second = {_mm256_cvtph_ps(_mm256_extracti128_si256(a, 1)),
            _mm256_cvtph_ps(_mm256_extracti128_si256(b, 1))};
}
inline F32x16 LoadBf16(const void* p) {
  const __m128i* half = static_cast<const __m128i*>(p);
  const __m256i a = _mm256_cvtepu16_epi32(_mm_loadu_si128(half));
  const __m256i b = _mm256_cvtepu16_epi32(_mm_loadu_si128(half + 1));
  return FromBits(ShiftLeftI32<16>({a, b}));
}
inline void LoadBf16Pairs(const uint8_t* p, F32x16& first, F32x16& second) {
  const U8x64 pairs = LoadU8(p);
  const I32x16 bits = {pairs.a, pairs.b};
  first = FromBits(ShiftLeftI32<16>(bits));
  second = FromBits(AndI32(bits, BroadcastI32(-0x10000)));
}

// ---- bytes ----

inline U8x64 LoadU8(const uint8_t* p) {
  const __m256i* bytes = reinterpret_cast<const __m256i*>(p);
  return {_mm256_loadu_si256(bytes), _mm256_loadu_si256(bytes + 1)};
}
inline void StoreU8(uint8_t* p, U8x64 x) {
  __m256i* bytes = reinterpret_cast<__m256i*>(p);
  _mm256_storeu_si256(bytes, x.a);
  _mm256_storeu_si256(bytes + 1, x.b);
}
inline U8x64 MaskBytes(U8x64 x, uint8_t mask) {
  const __m256i m = _mm256_set1_epi8(static_cast<char>(mask));
  return {_mm256_and_si256(x.a, m), _mm256_and_si256(x.b, m)};
}
inline U8x64 OrMasked(U8x64 base, U8x64 x, uint8_t mask) {
  const U8x64 masked = MaskBytes(x, mask);
  return {_mm256_or_si256(base.a, masked.a), _mm256_or_si256(base.b, masked.b)};
}
template <int kBits>
inline U8x64 ShiftRight(U8x64 x) {
  return {_mm256_srli_epi32(x.a, kBits), _mm256_srli_epi32(x.b, kBits)};
}
template <int kBits>
inline U8x64 ShiftLeft(U8x64 x) {
  return {_mm256_slli_epi32(x.a, kBits), _mm256_slli_epi32(x.b, kBits)};
}
inline U8x64 AddBytes(U8x64 x, U8x64 y) {
  return {_mm256_add_epi8(x.a, y.a), _mm256_add_epi8(x.b, y.b)};
}
inline U8x64 Lookup(const uint8_t (&table)[16], U8x64 x) {
  const __m256i entries = _mm256_broadcastsi128_si256(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(table)));
  return {_mm256_shuffle_epi8(entries, x.a), _mm256_shuffle_epi8(entries, x.b)};
}
// One byte of `bits` serves four bytes of x, each its bit.
template <int kFirst>
inline __m256i AddFifthBitsHalf(__m256i x, __m256i bits) {
  const __m256i source = _mm256_add_epi8(
      _mm256_setr_epi32(0, 0x04040404, 0x08080808, 0x0c0c0c0c,  //
                        0, 0x04040404, 0x08080808, 0x0c0c0c0c),
      _mm256_set1_epi8(kFirst / 8));
  const __m256i bit =
      _mm256_set1_epi32(static_cast<int32_t>(0x08040201u << kFirst % 8));
  const __m256i set = _mm256_cmpeq_epi8(
      _mm256_and_si256(_mm256_shuffle_epi8(bits, source), bit), bit);
  return _mm256_or_si256(x, _mm256_and_si256(set, _mm256_set1_epi8(16)));
}
template <int kFirst>
inline U8x64 AddFifthBits(U8x64 x, U8x64 bits) {
  return {AddFifthBitsHalf<kFirst>(x.a, bits.a),
          AddFifthBitsHalf<kFirst>(x.b, bits.b)};
}
// 8 lanes: their first bytes, then the second, third and fourth ones.
inline __m256i TransposeBytesHalf(__m256i x) {
  const __m256i in_lane = _mm256_broadcastsi128_si256(
      _mm_setr_epi32(0x0c080400, 0x0d090501, 0x0e0a0602, 0x0f0b0703));
  return _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(x, in_lane),
                                     _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}
inline U8x64 TransposeBytes(U8x64 x) {
  const __m256i a = TransposeBytesHalf(x.a);
  const __m256i b = TransposeBytesHalf(x.b);
  const __m256i even = _mm256_unpacklo_epi64(a, b);
  const __m256i odd = _mm256_unpackhi_epi64(a, b);
  return {_mm256_permute2x128_si256(even, odd, 0x20),
          _mm256_permute2x128_si256(even, odd, 0x31)};
}
inline U8x64 SplitHalves(U8x64 x) {
  const __m256i a = SplitPairs(x.a);
  const __m256i b = SplitPairs(x.b);
  return {_mm256_permute2x128_si256(a, b, 0x20),
          _mm256_permute2x128_si256(a, b, 0x31)};
}
// The digit is 1 from 86 on and 2 from 171 on; comparisons are signed.
inline __m256i TernaryDigitsHalf(__m256i x) {
  const __m256i value = _mm256_xor_si256(x, _mm256_set1_epi8(-128));
  const __m256i first = _mm256_cmpgt_epi8(value, _mm256_set1_epi8(85 - 128));
  const __m256i second = _mm256_cmpgt_epi8(value, _mm256_set1_epi8(170 - 128));
  return _mm256_abs_epi8(_mm256_add_epi8(first, second));
}
inline U8x64 TernaryDigits(U8x64 x) {
  return {TernaryDigitsHalf(x.a), TernaryDigitsHalf(x.b)};
}

// 4 consecutive activations in each lane.
inline __m256i Broadcast4(const int8_t* x) {
  int32_t bytes;
  __builtin_memcpy(&bytes, x, sizeof(bytes));
  return _mm256_set1_epi32(bytes);
}
// sum + the sums of pairs of 16-bit lanes.
inline __m256i AddPairs(__m256i sum, __m256i x) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(x, _mm256_set1_epi16(1)));
}

#define TESSERA_HAS_GEMM 1
constexpr int kGemmRowTiles = 1;
constexpr int kGemmTokens = 4;
constexpr int kGemmBlocks = 16;  // 8 KiB of bytes

inline U8x64 BroadcastU8(uint8_t x) {
  const __m256i bytes = _mm256_set1_epi8(static_cast<char>(x));
  return {bytes, bytes};
}
// Bytes of lane r times the low byte of factor r, modulo 256.
inline __m256i ScaleBytesHalf(__m256i x, __m256i factor) {
  const __m256i pair =
      _mm256_blend_epi16(factor, _mm256_slli_epi32(factor, 16), 0xaa);
  const __m256i low = _mm256_mullo_epi16(x, pair);
  const __m256i high = _mm256_mullo_epi16(_mm256_srli_epi16(x, 8), pair);
  return _mm256_blendv_epi8(_mm256_slli_epi16(high, 8), low,
                            _mm256_set1_epi16(0xff));
}
inline U8x64 ScaleBytes(U8x64 x, I32x16 factor) {
  return {ScaleBytesHalf(x.a, factor.a), ScaleBytesHalf(x.b, factor.b)};
}

// Many tokens: sums of pairs of products, in 16 bits.
#define TESSERA_SUMS_OF_16_BITS 1
struct I16x32 {
  __m256i a, b;
};
inline I16x32 AddI16(I16x32 x, I16x32 y) {
  return {_mm256_add_epi16(x.a, y.a), _mm256_add_epi16(x.b, y.b)};
}
inline I32x16 AddPairs(I32x16 sum, I16x32 x) {
  return {AddPairs(sum.a, x.a), AddPairs(sum.b, x.b)};
}

// sum[t] += 4 columns of 16 rows of weights of less than 8 bits times 4
// activations of T tokens, which lie 32 bytes apart; the first products are put
// there. In assembly, because GCC would load the activations of many steps
// before it needs them, for which there are no registers.
template <int T>
inline void AddProducts(const uint8_t* bytes, const int8_t* x, bool first,
                        I16x32 (&sum)[T]) {
  const U8x64 w = LoadU8(bytes);
  TESSERA_UNROLL
  for (int t = 0; t < T; ++t) {
    if (first) {
      const __m256i x4 = Broadcast4(x + 32 * t);
      sum[t] = {_mm256_maddubs_epi16(w.a, x4), _mm256_maddubs_epi16(w.b, x4)};
      continue;
    }
    __m256i x4, product;
    asm("vpbroadcastd %[x], %[x4]\n\t"
        "vpmaddubsw %[x4], %[a], %[product]\n\t"
        "vpaddw %[product], %[sum_a], %[sum_a]\n\t"
        "vpmaddubsw %[x4], %[b], %[x4]\n\t"
        "vpaddw %[x4], %[sum_b], %[sum_b]"
        : [sum_a] "+x"(sum[t].a), [sum_b] "+x"(sum[t].b), [x4] "=&x"(x4),
          [product] "=&x"(product)
        : [a] "x"(w.a), [b] "x"(w.b),
          [x] "m"(*reinterpret_cast<const int32_t*>(x + 32 * t)));
  }
}
// The same for full bytes w, as |w - 128| times the activations with the sign
// of w - 128.
template <int R, int T>
inline void AddSignedProducts(const uint8_t* bytes, const int8_t* x, int r,
                              I32x16 (&acc)[T][R]) {
  const __m256i bias = _mm256_set1_epi8(-128);
  const __m256i ones = _mm256_set1_epi16(1);
  const U8x64 w = LoadU8(bytes);
  const __m256i value_a = _mm256_xor_si256(w.a, bias);
  const __m256i value_b = _mm256_xor_si256(w.b, bias);
  const __m256i absolute_a = _mm256_abs_epi8(value_a);
  const __m256i absolute_b = _mm256_abs_epi8(value_b);
  TESSERA_UNROLL
  for (int t = 0; t < T; ++t) {
    __m256i x4, product;
    asm("vpbroadcastd %[x], %[x4]\n\t"
        "vpsignb %[value_a], %[x4], %[product]\n\t"
        "vpmaddubsw %[product], %[absolute_a], %[product]\n\t"
        "vpmaddwd %[ones], %[product], %[product]\n\t"
        "vpaddd %[product], %[acc_a], %[acc_a]\n\t"
        "vpsignb %[value_b], %[x4], %[x4]\n\t"
        "vpmaddubsw %[x4], %[absolute_b], %[x4]\n\t"
        "vpmaddwd %[ones], %[x4], %[x4]\n\t"
        "vpaddd %[x4], %[acc_b], %[acc_b]"
        : [acc_a] "+x"(acc[t][r].a), [acc_b] "+x"(acc[t][r].b), [x4] "=&x"(x4),
          [product] "=&x"(product)
        : [value_a] "x"(value_a), [value_b] "x"(value_b),
          [absolute_a] "x"(absolute_a), [absolute_b] "x"(absolute_b),
          [ones] "x"(ones),
          [x] "m"(*reinterpret_cast<const int32_t*>(x + 32 * t)));
  }
}
// How many of them can be added: see Dot16.
template <int kBits>
constexpr int StepsIn16Bits() {
  return kBits <= 4 ? 8 : kBits == 5 ? 4 : 2;
}

// vpmaddubsw adds two products and saturates at 16 bits, so what is summed
// before widening must stay below 32768. Per vector of 4 columns:
//   4 bits:       2 * 15 * 127 = 3810, so eight fit
//   5 bits:       2 * 31 * 127 = 7874, so four fit
//   6 bits:       2 * 63 * 127 = 16002, so two fit
//   8 bits:       |w| * (sign(w) * x): 2 * 128 * 127 = 32512, so one fits
template <int kWeightBits>
inline __m256i Dot16Half(__m256i sum, const __m256i (&w)[4], const int8_t* x) {
  if constexpr (kWeightBits == 8) {
    const __m256i bias = _mm256_set1_epi8(-128);
    for (int i = 0; i < 4; ++i) {
      const __m256i value = _mm256_xor_si256(w[i], bias);
      sum = AddPairs(sum, _mm256_maddubs_epi16(
                              _mm256_abs_epi8(value),
                              _mm256_sign_epi8(Broadcast4(x + 4 * i), value)));
    }
    return sum;
  }
  const __m256i low =
      _mm256_add_epi16(_mm256_maddubs_epi16(w[0], Broadcast4(x)),
                       _mm256_maddubs_epi16(w[1], Broadcast4(x + 4)));
  const __m256i high =
      _mm256_add_epi16(_mm256_maddubs_epi16(w[2], Broadcast4(x + 8)),
                       _mm256_maddubs_epi16(w[3], Broadcast4(x + 12)));
  if constexpr (kWeightBits <= 5) {
    return AddPairs(sum, _mm256_add_epi16(low, high));
  } else {
    return AddPairs(AddPairs(sum, low), high);
  }
}

template <int kWeightBits>
inline I32x16 Dot16(I32x16 sum, const U8x64 (&w)[4], const int8_t* x) {
  return {Dot16Half<kWeightBits>(sum.a, {w[0].a, w[1].a, w[2].a, w[3].a}, x),
          Dot16Half<kWeightBits>(sum.b, {w[0].b, w[1].b, w[2].b, w[3].b}, x)};
}

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_SIMD_AVX2_INL_H_
