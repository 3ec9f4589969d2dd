// Rows of Q2_K, Q4_K and Q5_K: super-blocks of 256 weights with a scale and a
// minimum per sub-block.
#ifndef FORMATS_QUANT_AFFINE_SUPER_BLOCK_CODECS_H_
#define FORMATS_QUANT_AFFINE_SUPER_BLOCK_CODECS_H_

#include <cstdint>

namespace tessera {

// Signatures as in codec.h; bits in super_block_layouts.h.
void DequantizeQ2_K(const uint8_t* blocks, int64_t elements, float* values);
void DequantizeQ4_K(const uint8_t* blocks, int64_t elements, float* values);
void DequantizeQ5_K(const uint8_t* blocks, int64_t elements, float* values);

void QuantizeQ4_K(const float* values, int64_t elements,
                  const float* importance, uint8_t* blocks);
void QuantizeQ5_K(const float* values, int64_t elements,
                  const float* importance, uint8_t* blocks);

}  // namespace tessera

#endif  // FORMATS_QUANT_AFFINE_SUPER_BLOCK_CODECS_H_
