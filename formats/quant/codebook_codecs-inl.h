// Rows of IQ4_NL, IQ4_XS and MXFP4: quants of four bits that index a table of
// 16 values. Signatures as in codec.h; bits in block_layouts.h,
// super_block_layouts.h. Included only by codecs_<isa>.cc.
#ifndef FORMATS_QUANT_CODEBOOK_CODECS_INL_H_
#define FORMATS_QUANT_CODEBOOK_CODECS_INL_H_

#include <bit>
#include <cstddef>
#include <cstdint>

#include "formats/quant/block_groups-inl.h"
#include "formats/quant/block_layouts.h"
#include "formats/quant/block_quants-inl.h"
#include "formats/quant/block_rows-inl.h"
#include "formats/quant/byte_lanes-inl.h"
#include "formats/quant/codebook_search-inl.h"
#include "formats/quant/lanes-inl.h"
#include "formats/quant/scale_search-inl.h"
#include "formats/quant/stored_scale-inl.h"
#include "formats/quant/super_block_layouts.h"

namespace tessera {
namespace {

// table[q[i]] for 16 quants.
inline Bytes16 LookUp(const int8_t* table, Bytes16 quants) {
#ifdef __SSSE3__
  return (Bytes16)_mm_shuffle_epi8((__m128i)LoadBytes(table), (__m128i)quants);
#else
  return __builtin_shuffle(LoadBytes(table), quants);
#endif
}

// values[i] = scale * table[q[i]] for 16 bytes of 4-bit fields.
inline void DecodeFields(const uint8_t* fields, const int8_t* table,
                         float scale, float* values) {
  const QuantHalves quants = UnpackNibbles(fields);
  const auto decode = [scale](Floats entry) { return scale * entry; };
  DecodeSignedBytes(LookUp(table, quants.low), values, decode);
  DecodeSignedBytes(LookUp(table, quants.high), values + 16, decode);
}

inline void DecodeIQ4_XS(const BlockIQ4_XS& block, float* values) {
  const float scale = LoadScale(block.scale);
  for (int j = 0; j < BlockIQ4_XS::kElements / kBlock; ++j) {
    const int low = (block.scales_low[j / 2] >> (4 * (j % 2))) & 0xf;
    const int high = (block.scales_high >> (2 * j)) & 3;
    const int sub_scale = (low | (high << 4)) - 32;
    DecodeFields(block.quants[j], kIq4Values,
                 scale * static_cast<float>(sub_scale), values + kBlock * j);
  }
}

// 2^(exponent - 128), which is denormal for 0 and 1.
inline float HalfPowerOfTwo(uint8_t exponent) {
  const uint32_t bits = exponent < 2
                            ? 0x00200000u << exponent
                            : static_cast<uint32_t>(exponent - 1) << 23;
  return std::bit_cast<float>(bits);
}

inline void DequantizeIQ4_NL(const uint8_t* blocks, int64_t elements,
                             float* values) {
  DecodeInPlace<BlockIQ4_NL>(
      blocks, elements, values, [](const uint8_t* block, float* block_values) {
        DecodeFields(block + offsetof(BlockIQ4_NL, quants), kIq4Values,
                     LoadScaleAt(block + offsetof(BlockIQ4_NL, scale)),
                     block_values);
      });
}

inline void DequantizeIQ4_XS(const uint8_t* blocks, int64_t elements,
                             float* values) {
  DecodeBlocks<BlockIQ4_XS>(blocks, elements, values, DecodeIQ4_XS);
}

inline void DequantizeMXFP4(const uint8_t* blocks, int64_t elements,
                            float* values) {
  DecodeInPlace<BlockMXFP4>(
      blocks, elements, values, [](const uint8_t* block, float* block_values) {
        const uint8_t exponent = block[offsetof(BlockMXFP4, exponent)];
        DecodeFields(block + offsetof(BlockMXFP4, quants), kDoubledFp4Values,
                     HalfPowerOfTwo(exponent), block_values);
      });
}

inline void QuantizeIQ4_NL(const float* values, int64_t elements,
                           const float* importance, uint8_t* blocks) {
  ForEachBlockGroup(
      values, importance, elements,
      [&](BlockGroup* group, int64_t first, int count) {
        WeighCodebookErrors(importance != nullptr, group);
        const Floats scale = FitCodebook(*group);
        Floats quants[kBlock];
        QuantizeCodebook(group->values, scale, quants);
        const BlockQuants rows(quants);
        for (int g = 0; g < count; ++g) {
          uint8_t* const block = blocks + (first + g) * sizeof(BlockIQ4_NL);
          StoreScaleAt(scale[g], block + offsetof(BlockIQ4_NL, scale));
          PackQuants<BlockIQ4_NL>(LoadQuants(rows.quants[g]), block);
        }
      });
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_CODEBOOK_CODECS_INL_H_
