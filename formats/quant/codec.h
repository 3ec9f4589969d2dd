// Codecs: float values to the blocks of a stored type, and back.
#ifndef FORMATS_QUANT_CODEC_H_
#define FORMATS_QUANT_CODEC_H_

#include <cstdint>

#include "base/isa.h"
#include "formats/dtype/dtype.h"

namespace tessera {

// Decodes one row of `elements` values. `blocks` holds RowBytes(type, elements)
// bytes, at any alignment. Every bit pattern is decoded to something; none is
// undefined behaviour.
using DequantizeRowFn = void (*)(const uint8_t* blocks, int64_t elements,
                                 float* values);

// Encodes one row. `importance` is null or `elements` nonnegative weights of
// the squared error (an importance matrix). The bytes are those of ggml's
// reference quantizers for finite values; multiples_search-inl.h has the one
// exception, blocks of which nearly all weights have no importance. Values that
// are no numbers are encoded to something, the same for all instruction sets.
using QuantizeRowFn = void (*)(const float* values, int64_t elements,
                               const float* importance, uint8_t* blocks);

// A stored type's codec. Functions are thread-safe and allocate nothing.
struct Codec {
  DType type;
  DequantizeRowFn dequantize_row;  // null: this type cannot be decoded
  QuantizeRowFn quantize_row;      // null: this type cannot be encoded
  // Searches longer for ordinary blocks of the same type, the error of none of
  // which is larger: S(w (stored x - x)^2), where w is the importance, or 1
  // without one. Null: quantize_row is all there is.
  QuantizeRowFn quantize_row_high;
  // False: quantize_row ignores `importance`; quantize_row_high never does.
  bool uses_importance;
};

// The codec of `type`, or nullptr if it can be neither decoded nor encoded.
// `elements` must be a multiple of the type's block. Uses the best instruction
// set, or the one that TESSERA_ISA names.
const Codec* FindCodec(DType type);

// The same for one of SupportedIsas(). The instruction set decides how fast a
// codec is, not which bits it gives.
const Codec* FindCodec(DType type, Isa isa);

// The function that searches as long as asked for. Null if there is none.
inline QuantizeRowFn QuantizerOf(const Codec& codec, bool high_effort) {
  return high_effort && codec.quantize_row_high != nullptr
             ? codec.quantize_row_high
             : codec.quantize_row;
}

}  // namespace tessera

#endif  // FORMATS_QUANT_CODEC_H_
