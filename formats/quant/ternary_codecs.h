// Rows of TQ1_0 and TQ2_0: super-blocks of 256 weights of three values.
#ifndef FORMATS_QUANT_TERNARY_CODECS_H_
#define FORMATS_QUANT_TERNARY_CODECS_H_

#include <cstdint>

namespace tessera {

// Signatures as in codec.h; bits in super_block_layouts.h.
void DequantizeTQ1_0(const uint8_t* blocks, int64_t elements, float* values);
void DequantizeTQ2_0(const uint8_t* blocks, int64_t elements, float* values);

}  // namespace tessera

#endif  // FORMATS_QUANT_TERNARY_CODECS_H_
