#include "formats/quant/codec.h"

#include "formats/quant/affine_block_codecs.h"
#include "formats/quant/affine_super_block_codecs.h"
#include "formats/quant/codebook_codecs.h"
#include "formats/quant/float_codecs.h"
#include "formats/quant/int8_codec.h"
#include "formats/quant/symmetric_block_codecs.h"
#include "formats/quant/symmetric_super_block_codecs.h"
#include "formats/quant/ternary_codecs.h"

namespace tessera {
namespace {

constexpr Codec kCodecs[] = {
    {DType::kF32, DequantizeF32, QuantizeF32, false},
    {DType::kF16, DequantizeF16, QuantizeF16, false},
    {DType::kQ4_0, DequantizeQ4_0, QuantizeQ4_0, true},
    {DType::kQ4_1, DequantizeQ4_1, QuantizeQ4_1, true},
    {DType::kQ5_0, DequantizeQ5_0, QuantizeQ5_0, true},
    {DType::kQ5_1, DequantizeQ5_1, QuantizeQ5_1, true},
    {DType::kQ8_0, DequantizeQ8_0, QuantizeQ8_0, false},
    {DType::kQ2_K, DequantizeQ2_K, nullptr, false},
    {DType::kQ3_K, DequantizeQ3_K, nullptr, false},
    {DType::kQ4_K, DequantizeQ4_K, QuantizeQ4_K, true},
    {DType::kQ5_K, DequantizeQ5_K, QuantizeQ5_K, true},
    {DType::kQ6_K, DequantizeQ6_K, QuantizeQ6_K, true},
    {DType::kIQ4_NL, DequantizeIQ4_NL, QuantizeIQ4_NL, true},
    {DType::kIQ4_XS, DequantizeIQ4_XS, nullptr, false},
    {DType::kF64, DequantizeF64, nullptr, false},
    {DType::kBF16, DequantizeBF16, QuantizeBF16, false},
    {DType::kTQ1_0, DequantizeTQ1_0, nullptr, false},
    {DType::kTQ2_0, DequantizeTQ2_0, nullptr, false},
    {DType::kMXFP4, DequantizeMXFP4, nullptr, false},
    {DType::kINT8, DequantizeInt8, QuantizeInt8, false},
    {DType::kF8_E4M3, DequantizeF8E4M3, nullptr, false},
    {DType::kF8_E5M2, DequantizeF8E5M2, nullptr, false},
};

}  // namespace

const Codec* FindCodec(DType type) {
  for (const Codec& codec : kCodecs) {
    if (codec.type == type) return &codec;
  }
  return nullptr;
}

}  // namespace tessera
