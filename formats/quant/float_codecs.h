// Rows of F32 F64 F16 BF16 F8_E4M3 F8_E5M2, rounded to nearest, ties to even.
#ifndef FORMATS_QUANT_FLOAT_CODECS_H_
#define FORMATS_QUANT_FLOAT_CODECS_H_

#include <cstdint>

namespace tessera {

// Signatures as in codec.h; `importance` is ignored. F64 values beyond the
// range of float become infinity.
void DequantizeF32(const uint8_t* blocks, int64_t elements, float* values);
void DequantizeF64(const uint8_t* blocks, int64_t elements, float* values);
void DequantizeF16(const uint8_t* blocks, int64_t elements, float* values);
void DequantizeBF16(const uint8_t* blocks, int64_t elements, float* values);
void DequantizeF8E4M3(const uint8_t* blocks, int64_t elements, float* values);
void DequantizeF8E5M2(const uint8_t* blocks, int64_t elements, float* values);

void QuantizeF32(const float* values, int64_t elements, const float* importance,
                 uint8_t* blocks);
void QuantizeF16(const float* values, int64_t elements, const float* importance,
                 uint8_t* blocks);
void QuantizeBF16(const float* values, int64_t elements,
                  const float* importance, uint8_t* blocks);

}  // namespace tessera

#endif  // FORMATS_QUANT_FLOAT_CODECS_H_
