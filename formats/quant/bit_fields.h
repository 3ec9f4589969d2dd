// Packing of quants into bytes, as block_layouts.h defines fields.
#ifndef FORMATS_QUANT_BIT_FIELDS_H_
#define FORMATS_QUANT_BIT_FIELDS_H_

#include <cstdint>

namespace tessera {

// Reads a run of `kBytes` bytes with fields of `kBits` bits and puts the field
// of weight i into bits [kShift, kShift + kBits) of quants[i]. With a kShift of
// 0 the quant is set, otherwise the bits are added to it.
template <int kBits, int kBytes, int kShift = 0>
void UnpackFields(const uint8_t* __restrict bytes, uint8_t* __restrict quants) {
  constexpr int kMask = (1 << kBits) - 1;
  for (int field = 0; field < 8 / kBits; ++field) {
    for (int l = 0; l < kBytes; ++l) {
      const int bits = (bytes[l] >> (kBits * field)) & kMask;
      uint8_t& quant = quants[field * kBytes + l];
      quant =
          static_cast<uint8_t>(kShift == 0 ? bits : quant | (bits << kShift));
    }
  }
}

// The inverse: packs bits [kShift, kShift + kBits) of every quant.
template <int kBits, int kBytes, int kShift = 0>
void PackFields(const uint8_t* __restrict quants, uint8_t* __restrict bytes) {
  constexpr int kMask = (1 << kBits) - 1;
  for (int l = 0; l < kBytes; ++l) {
    int byte = 0;
    for (int field = 0; field < 8 / kBits; ++field) {
      const int bits = (quants[field * kBytes + l] >> kShift) & kMask;
      byte |= bits << (kBits * field);
    }
    bytes[l] = static_cast<uint8_t>(byte);
  }
}

// Adds bit i of the little-endian word `bytes` to quants[i] as bit 4.
inline void UnpackFifthBits(const uint8_t bytes[4], uint8_t quants[32]) {
  for (int i = 0; i < 32; ++i) {
    const int bit = (bytes[i / 8] >> (i % 8)) & 1;
    quants[i] = static_cast<uint8_t>(quants[i] | (bit << 4));
  }
}

// The inverse.
inline void PackFifthBits(const uint8_t quants[32], uint8_t bytes[4]) {
  for (int byte = 0; byte < 4; ++byte) {
    int bits = 0;
    for (int i = 0; i < 8; ++i) bits |= ((quants[8 * byte + i] >> 4) & 1) << i;
    bytes[byte] = static_cast<uint8_t>(bits);
  }
}

}  // namespace tessera

#endif  // FORMATS_QUANT_BIT_FIELDS_H_
