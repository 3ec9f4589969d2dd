// Rows of Q4_0, Q5_0 and Q8_0: blocks of 32 weights with a scale.
#ifndef FORMATS_QUANT_SYMMETRIC_BLOCK_CODECS_H_
#define FORMATS_QUANT_SYMMETRIC_BLOCK_CODECS_H_

#include <cstdint>

namespace tessera {

// Signatures as in codec.h; bits in block_layouts.h. Q8_0 ignores `importance`.
void DequantizeQ4_0(const uint8_t* blocks, int64_t elements, float* values);
void DequantizeQ5_0(const uint8_t* blocks, int64_t elements, float* values);
void DequantizeQ8_0(const uint8_t* blocks, int64_t elements, float* values);

void QuantizeQ4_0(const float* values, int64_t elements,
                  const float* importance, uint8_t* blocks);
void QuantizeQ5_0(const float* values, int64_t elements,
                  const float* importance, uint8_t* blocks);
void QuantizeQ8_0(const float* values, int64_t elements,
                  const float* importance, uint8_t* blocks);

}  // namespace tessera

#endif  // FORMATS_QUANT_SYMMETRIC_BLOCK_CODECS_H_
