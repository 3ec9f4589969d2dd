// Rows of INT8: one float scale, then one signed byte per weight.
#ifndef FORMATS_QUANT_INT8_CODEC_H_
#define FORMATS_QUANT_INT8_CODEC_H_

#include <cstdint>

namespace tessera {

// A row of n weights is 4 + n bytes; weight I = scale * qI, -127 <= qI <= 127.
//
//   0           4   5        4+n-1
//   [scale (f32)][q0][q1] ... [q n-1]
//
// Signatures as in codec.h; `importance` is ignored. A byte of -128 is decoded
// as it stands.
void DequantizeInt8(const uint8_t* blocks, int64_t elements, float* values);

// scale = max |x| / 127, q = x / scale rounded to nearest, ties to even. A row
// whose scale is zero (all zeros, or too small) is all zero bytes.
void QuantizeInt8(const float* values, int64_t elements,
                  const float* importance, uint8_t* blocks);

}  // namespace tessera

#endif  // FORMATS_QUANT_INT8_CODEC_H_
