// Included only by distortion_sums_<isa>.cc, which name the instruction set.
#ifndef CONVERTER_QUANTIZE_DISTORTION_SUMS_INL_H_
#define CONVERTER_QUANTIZE_DISTORTION_SUMS_INL_H_

#include <immintrin.h>

#include <cstdint>

#include "converter/quantize/distortion_sums.h"

namespace tessera {
namespace distortion_sums {
namespace TESSERA_DISTORTION_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int kWidth = 8;
#elif defined(__AVX2__)
constexpr int kWidth = 4;
#else
constexpr int kWidth = 2;
#endif
constexpr int kVectors = kDistortionAccumulators / kWidth;

typedef double Doubles __attribute__((vector_size(8 * kWidth)));
typedef int64_t Longs __attribute__((vector_size(8 * kWidth)));

// kWidth floats.
inline Doubles LoadAsDoubles(const float* values) {
#if defined(__AVX512F__)
  return _mm512_cvtps_pd(_mm256_loadu_ps(values));
#elif defined(__AVX2__)
  return _mm256_cvtps_pd(_mm_loadu_ps(values));
#else
  return _mm_cvtps_pd(_mm_castsi128_ps(
      _mm_loadl_epi64(reinterpret_cast<const __m128i*>(values))));
#endif
}

// x > y ? x : y, so y if x is NaN.
inline Doubles Max(Doubles x, Doubles y) {
#if defined(__AVX512F__)
  return _mm512_max_pd(x, y);
#elif defined(__AVX2__)
  return _mm256_max_pd(x, y);
#else
  return _mm_max_pd(x, y);
#endif
}

// The accumulators in registers.
struct Accumulators {
  Doubles squared_error[kVectors];
  Doubles squared_signal[kVectors];
  Doubles max_abs[kVectors];
};

inline void AddEight(const float* original, const float* stored,
                     Accumulators* sums) {
  for (int k = 0; k < kVectors; ++k) {
    const Doubles signal = LoadAsDoubles(original + kWidth * k);
    const Doubles error = LoadAsDoubles(stored + kWidth * k) - signal;
    const Doubles magnitude = (Doubles)((Longs)error & INT64_MAX);
    sums->squared_error[k] += error * error;
    sums->squared_signal[k] += signal * signal;
    sums->max_abs[k] = Max(magnitude, sums->max_abs[k]);
  }
}

}  // namespace

void Accumulate(const float* original, const float* stored, int64_t count,
                DistortionSums* sums) {
  static_assert(sizeof(Accumulators) == sizeof(DistortionSums));
  Accumulators accumulators;
  __builtin_memcpy(&accumulators, sums, sizeof(accumulators));
  int64_t i = 0;
  for (; i + kDistortionAccumulators <= count; i += kDistortionAccumulators) {
    AddEight(original + i, stored + i, &accumulators);
  }
  if (i < count) {  // pairs of zeros change no sum
    float last_original[kDistortionAccumulators] = {};
    float last_stored[kDistortionAccumulators] = {};
    __builtin_memcpy(last_original, original + i, (count - i) * sizeof(float));
    __builtin_memcpy(last_stored, stored + i, (count - i) * sizeof(float));
    AddEight(last_original, last_stored, &accumulators);
  }
  __builtin_memcpy(sums, &accumulators, sizeof(accumulators));
}

}  // namespace TESSERA_DISTORTION_ISA
}  // namespace distortion_sums
}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_DISTORTION_SUMS_INL_H_
