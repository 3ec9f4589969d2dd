// The F16 scales and mins of blocks. Included only by codecs_<isa>.cc.
#ifndef FORMATS_QUANT_STORED_SCALE_INL_H_
#define FORMATS_QUANT_STORED_SCALE_INL_H_

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include "formats/dtype/float16.h"

namespace tessera {
namespace {

inline float LoadScale(uint16_t half) {
#ifdef __F16C__
  return _cvtsh_ss(half);
#else
  return F16ToF32(half);
#endif
}

// The F16 nearest to `value`. Every NaN becomes the one that x86 makes: a
// block of values that are no numbers gets the same bits on every machine.
inline uint16_t StoreScale(float value) {
#ifdef __F16C__
  const uint16_t half = _cvtss_sh(value, _MM_FROUND_TO_NEAREST_INT);
#else
  const uint16_t half = F32ToF16(value);
#endif
  return value == value ? half : 0xfe00;
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
