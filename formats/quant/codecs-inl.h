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
#include "formats/quant/high_effort-inl.h"
#include "formats/quant/int8_codec-inl.h"
#include "formats/quant/symmetric_block_codecs-inl.h"
#include "formats/quant/symmetric_super_block_codecs-inl.h"
#include "formats/quant/ternary_codecs-inl.h"

namespace tessera {
namespace codecs {
namespace TESSERA_CODEC_ISA {
namespace {

#define TESSERA_DECODER(type) \
  { DType::k##type, Dequantize##type, nullptr, nullptr, false }
#define TESSERA_ROUNDER(type) \
  { DType::k##type, Dequantize##type, Quantize##type, nullptr, false }
#define TESSERA_SEARCHER(type, importance)                                \
  {                                                                       \
    DType::k##type, Dequantize##type, Quantize##type, QuantizeHigh##type, \
        importance                                                        \
  }

constexpr Codec kCodecs[kCodecCount] = {
    TESSERA_ROUNDER(F32),           TESSERA_ROUNDER(F16),
    TESSERA_SEARCHER(Q4_0, true),   TESSERA_SEARCHER(Q4_1, true),
    TESSERA_SEARCHER(Q5_0, true),   TESSERA_SEARCHER(Q5_1, true),
    TESSERA_SEARCHER(Q8_0, false),  TESSERA_DECODER(Q2_K),
    TESSERA_DECODER(Q3_K),          TESSERA_SEARCHER(Q4_K, true),
    TESSERA_SEARCHER(Q5_K, true),   TESSERA_SEARCHER(Q6_K, true),
    TESSERA_SEARCHER(IQ4_NL, true), TESSERA_DECODER(IQ4_XS),
    TESSERA_DECODER(F64),           TESSERA_ROUNDER(BF16),
    TESSERA_DECODER(TQ1_0),         TESSERA_DECODER(TQ2_0),
    TESSERA_DECODER(MXFP4),         TESSERA_ROUNDER(INT8),
    TESSERA_DECODER(F8_E4M3),       TESSERA_DECODER(F8_E5M2),
};

#undef TESSERA_DECODER
#undef TESSERA_ROUNDER
#undef TESSERA_SEARCHER

}  // namespace

const Codec* Table() { return kCodecs; }

}  // namespace TESSERA_CODEC_ISA
}  // namespace codecs
}  // namespace tessera

#endif  // FORMATS_QUANT_CODECS_INL_H_
