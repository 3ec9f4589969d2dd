// The quants of a block of 32 weights, packed and in registers. Included only
// by codecs_<isa>.cc.
#ifndef FORMATS_QUANT_BLOCK_QUANTS_INL_H_
#define FORMATS_QUANT_BLOCK_QUANTS_INL_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "formats/quant/byte_lanes-inl.h"
#include "formats/quant/lanes-inl.h"

namespace tessera {
namespace {

// Halves, as those of 4-bit fields: weights 0 to 15 and 16 to 31.
struct QuantHalves {
  Bytes16 low;
  Bytes16 high;
};

inline QuantHalves LoadQuants(const uint8_t* quants) {
  return {LoadBytes(quants), LoadBytes(quants + 16)};
}

// 4-bit fields: a byte is [high : low].
inline QuantHalves UnpackNibbles(const uint8_t* fields) {
  const Bytes16 bytes = LoadBytes(fields);
  return {bytes & 15, bytes >> 4};
}

// Packs bits 0 to 3.
inline void PackNibbles(QuantHalves quants, uint8_t* fields) {
  StoreBytes((quants.low & 15) | (quants.high << 4), fields);
}

// 16 where bit i of `bits` is set, else 0, for byte i.
inline Bytes16 FifthBits(uint16_t bits) {
  __m128i copies = _mm_cvtsi32_si128(bits);
  copies = _mm_unpacklo_epi8(copies, copies);
  copies = _mm_unpacklo_epi16(copies, copies);
  copies = _mm_unpacklo_epi32(copies, copies);  // 8 times each byte
  const Bytes16 own = {1, 2, 4, 8, 16, 32, 64, 128,
                       1, 2, 4, 8, 16, 32, 64, 128};
  return (Bytes16)(((Bytes16)copies & own) == own) & 16;
}

// The inverse, for bytes below 32.
inline uint16_t CollectFifthBits(Bytes16 quants) {
  return static_cast<uint16_t>(
      _mm_movemask_epi8(_mm_slli_epi16((__m128i)quants, 3)));
}

// Types that keep bit 4 of the quants apart.
template <typename Block>
constexpr bool kHasFifthBits = requires(Block block) {
  block.fifth_bits;
};

// Writes the quants of the block at `block`.
template <typename Block>
inline void PackQuants(QuantHalves quants, uint8_t* block) {
  PackNibbles(quants, block + offsetof(Block, quants));
  if constexpr (kHasFifthBits<Block>) {
    const uint16_t fifth[2] = {CollectFifthBits(quants.low),
                               CollectFifthBits(quants.high)};
    std::memcpy(block + offsetof(Block, fifth_bits), fifth, sizeof(fifth));
  }
}

template <typename Block>
inline QuantHalves UnpackQuants(const uint8_t* block) {
  QuantHalves quants = UnpackNibbles(block + offsetof(Block, quants));
  if constexpr (kHasFifthBits<Block>) {
    uint16_t fifth[2];
    std::memcpy(fifth, block + offsetof(Block, fifth_bits), sizeof(fifth));
    quants.low |= FifthBits(fifth[0]);
    quants.high |= FifthBits(fifth[1]);
  }
  return quants;
}

// 32 quants from what round(x) makes of each vector x of the block's values.
template <typename Round>
inline QuantHalves RoundBlock(const float* values, Round round) {
  Ints low[kParts];
  Ints high[kParts];
  for (int part = 0; part < kParts; ++part) {
    low[part] = round(LoadFloats(values + kLanes * part));
    high[part] = round(LoadFloats(values + kLanes * (part + kParts)));
  }
  return {Narrow(low), Narrow(high)};
}

// 16 values from what decode(q) makes of each vector q of quants.
template <typename Decode>
inline void DecodeBytes(Bytes16 quants, float* values, Decode decode) {
  Floats parts[kParts];
  Widen(quants, parts);
  for (int part = 0; part < kParts; ++part) {
    StoreFloats(decode(parts[part]), values + kLanes * part);
  }
}

template <typename Decode>
inline void DecodeSignedBytes(Bytes16 quants, float* values, Decode decode) {
  Floats parts[kParts];
  WidenSigned(quants, parts);
  for (int part = 0; part < kParts; ++part) {
    StoreFloats(decode(parts[part]), values + kLanes * part);
  }
}

template <typename Decode>
inline void DecodeHalves(QuantHalves quants, float* values, Decode decode) {
  DecodeBytes(quants.low, values, decode);
  DecodeBytes(quants.high, values + 16, decode);
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_BLOCK_QUANTS_INL_H_
