// The range of the values of one block, whose 32 values fill several vectors.
// Included only by codecs_<isa>.cc.
#ifndef FORMATS_QUANT_BLOCK_RANGE_INL_H_
#define FORMATS_QUANT_BLOCK_RANGE_INL_H_

#include <cstdint>

#include "formats/quant/block_groups-inl.h"
#include "formats/quant/lanes-inl.h"

namespace tessera {
namespace {

// The larger of both halves, lane by lane, down to four lanes.
inline __m128 LargestOfFour(Floats x) {
#if defined(__AVX512F__)
  const __m256 eight =
      _mm256_max_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
#elif defined(__AVX2__)
  const __m256 eight = x;
#endif
#if defined(__AVX2__)
  return _mm_max_ps(_mm256_castps256_ps128(eight),
                    _mm256_extractf128_ps(eight, 1));
#else
  return x;
#endif
}

struct TwoFloats {
  float first;
  float second;
};

// The largest lane of each. NaNs have been left out before.
inline TwoFloats LargestLanes(Floats x, Floats y) {
  const __m128 a = LargestOfFour(x);
  const __m128 b = LargestOfFour(y);
  __m128 pairs = _mm_max_ps(_mm_unpacklo_ps(a, b), _mm_unpackhi_ps(a, b));
  pairs = _mm_max_ps(pairs, _mm_movehl_ps(pairs, pairs));
  return {_mm_cvtss_f32(pairs), _mm_cvtss_f32(_mm_shuffle_ps(pairs, pairs, 1))};
}

// The largest |x| of `count` values, a multiple of kLanes; NaNs do not count.
inline float LargestMagnitude(const float* values, int64_t count) {
  Floats largest = {};
  for (int64_t i = 0; i < count; i += kLanes) {
    largest = Max(Abs(LoadFloats(values + i)), largest);
  }
  return LargestLanes(largest, largest).first;
}

inline float MagnitudeOfBlock(const float* values) {
  return LargestMagnitude(values, kBlock);
}

// The first value of this magnitude, or 0.
inline float FirstOfMagnitude(const float* values, float magnitude) {
  if (!(magnitude > 0.0f)) return 0.0f;
  for (int i = 0; i < kBlock; ++i) {
    if (__builtin_fabsf(values[i]) == magnitude) return values[i];
  }
  return 0.0f;
}

// The value of largest magnitude, the first of equals; 0 if all are NaN.
inline float ExtremeOfBlock(const float* values) {
  Floats above = {};
  Floats below = {};
  for (int i = 0; i < kBlock; i += kLanes) {
    const Floats x = LoadFloats(values + i);
    above = Max(x, above);
    below = Max(-x, below);
  }
  const TwoFloats largest = LargestLanes(above, below);
  if (largest.first == largest.second) {
    return FirstOfMagnitude(values, largest.first);
  }
  // No branch: it would go either way half of the time.
  const __m128 positive = _mm_set_ss(largest.first);
  const __m128 negative = _mm_set_ss(largest.second);
  const __m128 sign =
      _mm_and_ps(_mm_cmplt_ss(positive, negative), _mm_set_ss(-0.0f));
  return _mm_cvtss_f32(_mm_or_ps(_mm_max_ss(positive, negative), sign));
}

// Both over values that are numbers; +-FLT_MAX swapped if there are none.
struct Range {
  float min;
  float max;
};

// Of equal minima the first is kept, which shows where zeros differ in sign.
inline Range RangeOfBlock(const float* values) {
  constexpr float kMaxFloat = __FLT_MAX__;
  Floats above = Broadcast(-kMaxFloat);
  Floats below = Broadcast(-kMaxFloat);
  for (int i = 0; i < kBlock; i += kLanes) {
    const Floats x = LoadFloats(values + i);
    above = Max(x, above);
    below = Max(-x, below);
  }
  const TwoFloats largest = LargestLanes(below, above);
  Range range = {-largest.first, largest.second};
  if (range.min != 0.0f && range.max != 0.0f) return range;
  for (int i = kBlock - 1; i >= 0; --i) {
    if (values[i] == range.min) range.min = values[i];
    if (values[i] == range.max) range.max = values[i];
  }
  return range;
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_BLOCK_RANGE_INL_H_
