// Rows of F32 F64 F16 BF16 F8_E4M3 F8_E5M2, rounded to nearest, ties to even.
// Signatures as in codec.h; `importance` is ignored. Included only by
// codecs_<isa>.cc.
#ifndef FORMATS_QUANT_FLOAT_CODECS_INL_H_
#define FORMATS_QUANT_FLOAT_CODECS_INL_H_

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include "formats/dtype/bfloat16.h"
#include "formats/dtype/float16.h"

namespace tessera {
namespace {

// Copies each stored number to a `Stored` and converts it. Flattened, so that
// no unit emits a function of float16.h or bfloat16.h.
template <typename Stored, typename Convert>
[[gnu::flatten]] inline void DecodeNumbers(const uint8_t* __restrict blocks,
                                           int64_t elements,
                                           float* __restrict values,
                                           Convert convert) {
  for (int64_t i = 0; i < elements; ++i) {
    Stored stored;
    std::memcpy(&stored, blocks + i * sizeof(stored), sizeof(stored));
    values[i] = convert(stored);
  }
}

template <typename Stored, typename Convert>
[[gnu::flatten]] inline void EncodeNumbers(const float* __restrict values,
                                           int64_t elements,
                                           uint8_t* __restrict blocks,
                                           Convert convert) {
  for (int64_t i = 0; i < elements; ++i) {
    const Stored stored = convert(values[i]);
    std::memcpy(blocks + i * sizeof(stored), &stored, sizeof(stored));
  }
}

inline void DequantizeF32(const uint8_t* blocks, int64_t elements,
                          float* values) {
  std::memcpy(values, blocks, elements * sizeof(float));
}

// Values beyond the range of float become infinity.
inline void DequantizeF64(const uint8_t* blocks, int64_t elements,
                          float* values) {
  DecodeNumbers<double>(blocks, elements, values,
                        [](double value) { return static_cast<float>(value); });
}

inline void DequantizeF16(const uint8_t* blocks, int64_t elements,
                          float* values) {
#ifdef __F16C__
  for (; elements >= 8; elements -= 8, blocks += 16, values += 8) {
    const __m128i halves =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(blocks));
    _mm256_storeu_ps(values, _mm256_cvtph_ps(halves));
  }
#endif
  DecodeNumbers<uint16_t>(blocks, elements, values,
                          [](uint16_t half) { return F16ToF32(half); });
}

inline void DequantizeBF16(const uint8_t* blocks, int64_t elements,
                           float* values) {
  DecodeNumbers<uint16_t>(blocks, elements, values,
                          [](uint16_t half) { return BF16ToF32(half); });
}

// Calls decode(halves, i, count) for the F16s that to_half makes of bytes i to
// i + count - 1.
template <typename ToHalf, typename Decode>
inline void ForEachHalf(const uint8_t* bytes, int64_t elements, ToHalf to_half,
                        Decode decode) {
  constexpr int64_t kStep = 256;
  uint16_t halves[kStep];
  for (int64_t first = 0; first < elements; first += kStep) {
    const int64_t count = elements - first < kStep ? elements - first : kStep;
    for (int64_t i = 0; i < count; ++i) halves[i] = to_half(bytes[first + i]);
    decode(reinterpret_cast<const uint8_t*>(halves), first, count);
  }
}

// As an F16, an F8_E4M3 is 2^8 times smaller. What would be 480 is its NaN.
inline void DequantizeF8_E4M3(const uint8_t* blocks, int64_t elements,
                              float* values) {
  ForEachHalf(
      blocks, elements,
      [](uint8_t byte) {
        return static_cast<uint16_t>((byte & 0x80) << 8 | (byte & 0x7f) << 7);
      },
      [values](const uint8_t* halves, int64_t first, int64_t count) {
        float* const part = values + first;
        DequantizeF16(halves, count, part);
        for (int64_t i = 0; i < count; ++i) {
          const float value = part[i] * 256.0f;
          const float nan = __builtin_copysignf(__builtin_nanf(""), value);
          part[i] = __builtin_fabsf(value) == 480.0f ? nan : value;
        }
      });
}

inline void DequantizeF8_E5M2(const uint8_t* blocks, int64_t elements,
                              float* values) {
  ForEachHalf(
      blocks, elements,
      [](uint8_t byte) { return static_cast<uint16_t>(byte << 8); },
      [values](const uint8_t* halves, int64_t first, int64_t count) {
        DequantizeF16(halves, count, values + first);
      });
}

inline void QuantizeF32(const float* values, int64_t elements,
                        const float* /*importance*/, uint8_t* blocks) {
  std::memcpy(blocks, values, elements * sizeof(float));
}

inline void QuantizeF16(const float* values, int64_t elements,
                        const float* /*importance*/, uint8_t* blocks) {
#ifdef __F16C__
  for (; elements >= 8; elements -= 8, blocks += 16, values += 8) {
    const __m128i halves =
        _mm256_cvtps_ph(_mm256_loadu_ps(values), _MM_FROUND_TO_NEAREST_INT);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(blocks), halves);
  }
#endif
  EncodeNumbers<uint16_t>(values, elements, blocks,
                          [](float value) { return F32ToF16(value); });
}

inline void QuantizeBF16(const float* values, int64_t elements,
                         const float* /*importance*/, uint8_t* blocks) {
  EncodeNumbers<uint16_t>(values, elements, blocks,
                          [](float value) { return F32ToBF16(value); });
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_FLOAT_CODECS_INL_H_
