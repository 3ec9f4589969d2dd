// Vectors of floats and integers, one group of weights per lane.
//
// Included only by codecs_<isa>.cc: the number of lanes is that of the widest
// register that the unit's flags allow, and everything has internal linkage.
#ifndef FORMATS_QUANT_LANES_INL_H_
#define FORMATS_QUANT_LANES_INL_H_

#include <immintrin.h>
#include <stdint.h>

namespace tessera {
namespace {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX2__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif

// GCC's vector extension: operators work lane by lane, comparisons give lanes
// of all ones or zero, and `mask ? a : b` chooses by them. Each lane does
// exactly the operations that scalar code would, so that results do not depend
// on the number of lanes.
typedef float Floats __attribute__((vector_size(4 * kLanes)));
typedef int32_t Ints __attribute__((vector_size(4 * kLanes)));

inline Floats Broadcast(float value) { return value - Floats{}; }

inline Floats LoadFloats(const float* values) {
  Floats lanes;
  __builtin_memcpy(&lanes, values, sizeof(lanes));
  return lanes;
}

inline void StoreFloats(Floats lanes, float* values) {
  __builtin_memcpy(values, &lanes, sizeof(lanes));
}

inline Floats Abs(Floats x) { return (Floats)((Ints)x & 0x7fffffff); }

#if defined(__AVX512F__)
inline Floats Sqrt(Floats x) { return _mm512_sqrt_ps(x); }
inline bool Any(Ints mask) { return _mm512_movepi32_mask((__m512i)mask) != 0; }
inline Ints Min(Ints x, Ints y) {
  return (Ints)_mm512_min_epi32((__m512i)x, (__m512i)y);
}
inline Ints Max(Ints x, Ints y) {
  return (Ints)_mm512_max_epi32((__m512i)x, (__m512i)y);
}
// x > y ? x : y, and x < y ? x : y: y if one is NaN.
inline Floats Max(Floats x, Floats y) { return _mm512_max_ps(x, y); }
inline Floats Min(Floats x, Floats y) { return _mm512_min_ps(x, y); }
#elif defined(__AVX2__)
inline Floats Sqrt(Floats x) { return _mm256_sqrt_ps(x); }
inline bool Any(Ints mask) { return _mm256_movemask_ps((__m256)mask) != 0; }
inline Ints Min(Ints x, Ints y) {
  return (Ints)_mm256_min_epi32((__m256i)x, (__m256i)y);
}
inline Ints Max(Ints x, Ints y) {
  return (Ints)_mm256_max_epi32((__m256i)x, (__m256i)y);
}
inline Floats Max(Floats x, Floats y) { return _mm256_max_ps(x, y); }
inline Floats Min(Floats x, Floats y) { return _mm256_min_ps(x, y); }
#else
inline Floats Sqrt(Floats x) { return _mm_sqrt_ps(x); }
inline bool Any(Ints mask) { return _mm_movemask_ps((__m128)mask) != 0; }
inline Ints Min(Ints x, Ints y) { return x < y ? x : y; }
inline Ints Max(Ints x, Ints y) { return x > y ? x : y; }
inline Floats Max(Floats x, Floats y) { return _mm_max_ps(x, y); }
inline Floats Min(Floats x, Floats y) { return _mm_min_ps(x, y); }
#endif

// clamp(NearestInt(x), low, high) of rounding-inl.h, as a float.
inline Floats NearestClamped(Floats x, int low, int high) {
  constexpr float kMagic = 12582912.0f;  // 1.5 * 2^23; its bits are kBits
  constexpr int32_t kBits = 0x4b400000;
  // Restores the exponent, which NearestInt does not look at.
  const Ints rounded = ((Ints)(x + kMagic) & 0x007fffff) | 0x4b000000;
  return (Floats)Min(Max(rounded, Ints{} + (kBits + low)),
                     Ints{} + (kBits + high)) -
         kMagic;
}

// NaNs with one bit pattern: which of two operands' patterns an operation
// keeps is the compiler's choice, but its rounding to an integer must not be.
inline Floats UnifyNans(Floats x) {
  return x == x ? x : (Floats)(Ints{} + static_cast<int32_t>(0xffc00000u));
}

// Lane g of x[i] becomes values[g * stride + i], i < count, for g < groups; of
// other lanes zero. `count` is a multiple of 4.
inline void LoadGroups(const float* values, int64_t stride, int groups,
                       int count, Floats* x) {
  for (int first = 0; first < kLanes; first += 4) {
    const int rows = groups - first;  // those above 4 are for the next round
    const float* row = values + first * stride;
    for (int i = 0; i < count; i += 4) {
      __m128 a = rows > 0 ? _mm_loadu_ps(row + i) : _mm_setzero_ps();
      __m128 b = rows > 1 ? _mm_loadu_ps(row + stride + i) : _mm_setzero_ps();
      __m128 c =
          rows > 2 ? _mm_loadu_ps(row + 2 * stride + i) : _mm_setzero_ps();
      __m128 d =
          rows > 3 ? _mm_loadu_ps(row + 3 * stride + i) : _mm_setzero_ps();
      _MM_TRANSPOSE4_PS(a, b, c, d);
      const __m128 columns[4] = {a, b, c, d};
      for (int k = 0; k < 4; ++k) {
        __builtin_memcpy(reinterpret_cast<float*>(&x[i + k]) + first,
                         &columns[k], sizeof(columns[k]));
      }
    }
  }
  for (int i = 0; i < count; ++i) x[i] = UnifyNans(x[i]);
}

// The inverse: values[g * count + i] becomes lane g of x[i]; all lanes.
inline void StoreGroups(const Floats* x, int count, float* values) {
  for (int first = 0; first < kLanes; first += 4) {
    for (int i = 0; i < count; i += 4) {
      __m128 rows[4];
      for (int k = 0; k < 4; ++k) {
        __builtin_memcpy(&rows[k],
                         reinterpret_cast<const float*>(&x[i + k]) + first,
                         sizeof(rows[k]));
      }
      _MM_TRANSPOSE4_PS(rows[0], rows[1], rows[2], rows[3]);
      for (int k = 0; k < 4; ++k) {
        _mm_storeu_ps(values + (first + k) * count + i, rows[k]);
      }
    }
  }
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_LANES_INL_H_
