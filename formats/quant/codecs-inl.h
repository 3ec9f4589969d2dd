// All codecs of one instruction set. Included by codecs_<isa>.cc, which name
// it; everything but the table has internal linkage.
#ifndef FORMATS_QUANT_CODECS_INL_H_
#define FORMATS_QUANT_CODECS_INL_H_

#include "formats/quant/affine_block_codecs-inl.h"
#include "formats/quant/affine_super_block_codecs-inl.h"
#include "formats/quant/codebook_codecs-inl.h"
#include "formats/quant/codec.h"
#include "formats/quant/codec_tables.h"
#include "formats/quant/float_codecs-inl.h"
#include "formats/quant/int8_codec-inl.h"
#include "formats/quant/symmetric_block_codecs-inl.h"
#include "formats/quant/symmetric_super_block_codecs-inl.h"
#include "formats/quant/ternary_codecs-inl.h"

namespace tessera {
namespace codecs {
namespace TESSERA_CODEC_ISA {
namespace {

#define TESSERA_CODEC(type, importance) \
  {DType::k##type, Dequantize##type, Quantize##type, importance}
#define TESSERA_DECODER(type) \
  {DType::k##type, Dequantize##type, nullptr, false}

constexpr Codec kCodecs[kCodecCount] = {
    TESSERA_CODEC(F32, false),  TESSERA_CODEC(F16, false),
    TESSERA_CODEC(Q4_0, true),  TESSERA_CODEC(Q4_1, true),
    TESSERA_CODEC(Q5_0, true),  TESSERA_CODEC(Q5_1, true),
    TESSERA_CODEC(Q8_0, false), TESSERA_DECODER(Q2_K),
    TESSERA_DECODER(Q3_K),      TESSERA_CODEC(Q4_K, true),
    TESSERA_CODEC(Q5_K, true),  TESSERA_CODEC(Q6_K, true),
    TESSERA_CODEC(IQ4_NL, true), TESSERA_DECODER(IQ4_XS),
    TESSERA_DECODER(F64),       TESSERA_CODEC(BF16, false),
    TESSERA_DECODER(TQ1_0),     TESSERA_DECODER(TQ2_0),
    TESSERA_DECODER(MXFP4),     TESSERA_CODEC(INT8, false),
    TESSERA_DECODER(F8_E4M3),   TESSERA_DECODER(F8_E5M2),
};

#undef TESSERA_CODEC
#undef TESSERA_DECODER

}  // namespace

const Codec* Table() { return kCodecs; }

}  // namespace TESSERA_CODEC_ISA
}  // namespace codecs
}  // namespace tessera

#endif  // FORMATS_QUANT_CODECS_INL_H_
