// Rows of Q3_K and Q6_K: super-blocks of 256 weights with a scale per
// sub-block.
#ifndef FORMATS_QUANT_SYMMETRIC_SUPER_BLOCK_CODECS_H_
#define FORMATS_QUANT_SYMMETRIC_SUPER_BLOCK_CODECS_H_

#include <cstdint>

namespace tessera {

// Signatures as in codec.h; bits in super_block_layouts.h.
void DequantizeQ3_K(const uint8_t* blocks, int64_t elements, float* values);
void DequantizeQ6_K(const uint8_t* blocks, int64_t elements, float* values);

void QuantizeQ6_K(const float* values, int64_t elements,
                  const float* importance, uint8_t* blocks);

}  // namespace tessera

#endif  // FORMATS_QUANT_SYMMETRIC_SUPER_BLOCK_CODECS_H_
