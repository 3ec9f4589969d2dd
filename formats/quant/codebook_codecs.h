// Rows of IQ4_NL, IQ4_XS and MXFP4: quants of four bits that index a table of
// 16 values.
#ifndef FORMATS_QUANT_CODEBOOK_CODECS_H_
#define FORMATS_QUANT_CODEBOOK_CODECS_H_

#include <cstdint>

namespace tessera {

// Signatures as in codec.h; bits in block_layouts.h, super_block_layouts.h.
void DequantizeIQ4_NL(const uint8_t* blocks, int64_t elements, float* values);
void DequantizeIQ4_XS(const uint8_t* blocks, int64_t elements, float* values);
void DequantizeMXFP4(const uint8_t* blocks, int64_t elements, float* values);

void QuantizeIQ4_NL(const float* values, int64_t elements,
                    const float* importance, uint8_t* blocks);

}  // namespace tessera

#endif  // FORMATS_QUANT_CODEBOOK_CODECS_H_
