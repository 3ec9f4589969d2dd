// Rows of Q4_1 and Q5_1: blocks of 32 weights with a scale and a minimum.
#ifndef FORMATS_QUANT_AFFINE_BLOCK_CODECS_H_
#define FORMATS_QUANT_AFFINE_BLOCK_CODECS_H_

#include <cstdint>

namespace tessera {

// Signatures as in codec.h; bits in block_layouts.h.
void DequantizeQ4_1(const uint8_t* blocks, int64_t elements, float* values);
void DequantizeQ5_1(const uint8_t* blocks, int64_t elements, float* values);

void QuantizeQ4_1(const float* values, int64_t elements,
                  const float* importance, uint8_t* blocks);
void QuantizeQ5_1(const float* values, int64_t elements,
                  const float* importance, uint8_t* blocks);

}  // namespace tessera

#endif  // FORMATS_QUANT_AFFINE_BLOCK_CODECS_H_
