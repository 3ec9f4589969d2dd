// Packing of quants into bytes, as block_layouts.h defines fields.
#ifndef FORMATS_QUANT_BIT_FIELDS_INL_H_
#define FORMATS_QUANT_BIT_FIELDS_INL_H_

#include <cstdint>

namespace tessera {
namespace {

// Reads a run of `kBytes` bytes with fields of `kBits` bits and puts the field
// of weight i into bits [kShift, kShift + kBits) of quants[i]. With a kShift of
// 0 the quant is set, otherwise the bits are added to it.
template <int kBits, int kBytes, int kShift = 0>
inline void UnpackFields(const uint8_t* __restrict bytes,
                         uint8_t* __restrict quants) {
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
inline void PackFields(const uint8_t* __restrict quants,
                       uint8_t* __restrict bytes) {
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

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_BIT_FIELDS_INL_H_
