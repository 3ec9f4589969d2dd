// The bits of blocks of 32 weights: Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 IQ4_NL MXFP4, as
// in GGUF. super_block_layouts.h has the types with 256 weights.
#ifndef FORMATS_QUANT_BLOCK_LAYOUTS_H_
#define FORMATS_QUANT_BLOCK_LAYOUTS_H_

#include <cstdint>

namespace tessera {

// Little-endian, without padding. A stored block may lie at any address: copy
// it to one of these with memcpy. A "scale" or "min" of 16 bits is an F16.
//
// In the pictures a cell is one or more bytes, its most significant bits on the
// left; qI is the quant (a small unsigned integer) of weight I.
//
// Fields. Most types cut bytes into fields of b bits. Of a run of n bytes,
// field f of byte l, that is its bits b*f to b*f+b-1, belongs to weight f*n + l
// of the n*8/b weights that share the run. For b = 4 and n = 16:
//
//   byte 0      byte 1              byte 15
//   [q16 : q0]  [q17 : q1]   ...    [q31 : q15]

// Q4_0: weight = scale * (q - 8).
//
//   0     2                18
//   [scale][16 x 4-bit fields]
struct BlockQ4_0 {
  static constexpr int kElements = 32;
  uint16_t scale;
  uint8_t quants[16];
};
static_assert(sizeof(BlockQ4_0) == 18);

// Q4_1: weight = scale * q + min.
//
//   0     2    4                20
//   [scale][min][16 x 4-bit fields]
struct BlockQ4_1 {
  static constexpr int kElements = 32;
  uint16_t scale;
  uint16_t min;
  uint8_t quants[16];
};
static_assert(sizeof(BlockQ4_1) == 20);

// Q5_0: weight = scale * (q - 16). Bit I of the 32-bit word `fifth_bits` is
// bit 4 of qI; the fields hold bits 0 to 3.
//
//   0     2            6                22
//   [scale][q31 ... q0  ][16 x 4-bit fields]
struct BlockQ5_0 {
  static constexpr int kElements = 32;
  uint16_t scale;
  uint8_t fifth_bits[4];
  uint8_t quants[16];
};
static_assert(sizeof(BlockQ5_0) == 22);

// Q5_1: weight = scale * q + min, quants as in Q5_0.
//
//   0     2    4            8                24
//   [scale][min][q31 ... q0  ][16 x 4-bit fields]
struct BlockQ5_1 {
  static constexpr int kElements = 32;
  uint16_t scale;
  uint16_t min;
  uint8_t fifth_bits[4];
  uint8_t quants[16];
};
static_assert(sizeof(BlockQ5_1) == 24);

// Q8_0: weight = scale * q, q signed.
//
//   0     2   3        34
//   [scale][q0][q1]...[q31]
struct BlockQ8_0 {
  static constexpr int kElements = 32;
  uint16_t scale;
  int8_t quants[32];
};
static_assert(sizeof(BlockQ8_0) == 34);

// The 16 values that a quant of IQ4_NL and IQ4_XS stands for: close together
// around zero, where weights are many.
constexpr int8_t kIq4Values[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                   1,    13,   25,  38,  53,  69,  89,  113};

// IQ4_NL: weight = scale * kIq4Values[q].
//
//   0     2                18
//   [scale][16 x 4-bit fields]
struct BlockIQ4_NL {
  static constexpr int kElements = 32;
  uint16_t scale;
  uint8_t quants[16];
};
static_assert(sizeof(BlockIQ4_NL) == 18);

// The values of an FP4 (E2M1) number, doubled so that they are integers.
constexpr int8_t kDoubledFp4Values[16] = {0, 1,  2,  3,  4,  6,  8,  12,
                                          0, -1, -2, -3, -4, -6, -8, -12};

// MXFP4 (OCP Microscaling, 2023): weight = 2^(exponent - 127) * FP4(q), that is
// 2^(exponent - 128) * kDoubledFp4Values[q]. As in ggml, exponent 255 is no NaN
// but one more power of two.
//
//   0        1                17
//   [exponent][16 x 4-bit fields]
struct BlockMXFP4 {
  static constexpr int kElements = 32;
  uint8_t exponent;
  uint8_t quants[16];
};
static_assert(sizeof(BlockMXFP4) == 17);

}  // namespace tessera

#endif  // FORMATS_QUANT_BLOCK_LAYOUTS_H_
