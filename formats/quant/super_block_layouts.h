// The bits of super-blocks of 256 weights: Q2_K to Q6_K, IQ4_XS, TQ1_0, TQ2_0,
// as in GGUF. The words and pictures are explained in block_layouts.h.
#ifndef FORMATS_QUANT_SUPER_BLOCK_LAYOUTS_H_
#define FORMATS_QUANT_SUPER_BLOCK_LAYOUTS_H_

#include <cstdint>

namespace tessera {

// Q2_K: 16 sub-blocks of 16 weights. Byte J of `scales` is [min J : scale J],
// four bits each.
//   weight = (scale * scale J) * q - (min * min J)
//
//   0               16                          48
//   [16 x scale byte][32 x 2-bit fields, q0-q127][.., q128-q255]
//   80    82   84
//   [scale][min]
struct BlockQ2_K {
  static constexpr int kElements = 256;
  uint8_t scales[16];
  uint8_t quants[2][32];
  uint16_t scale;
  uint16_t min;
};
static_assert(sizeof(BlockQ2_K) == 84);

// Q3_K: 16 sub-blocks of 16 weights with signed scales of six bits.
//   weight = (scale * (scale J - 32)) * (q - 4)
// `high_bits` holds bit 2 of the quants, `low_bits` bits 0 and 1. Of the
// scales, 8 bytes of 4-bit fields hold bits 0 to 3 and 4 bytes of 2-bit fields
// bits 4 and 5.
//
//   0                          32                          64
//   [32 x 1-bit fields, q0-q255][32 x 2-bit fields, q0-q127][.., q128-q255]
//   96                          104                         108   110
//   [8 x 4-bit fields, scales J ][4 x 2-bit fields, scales J ][scale]
struct BlockQ3_K {
  static constexpr int kElements = 256;
  uint8_t high_bits[32];
  uint8_t low_bits[2][32];
  uint8_t scales_low[8];
  uint8_t scales_high[4];
  uint16_t scale;
};
static_assert(sizeof(BlockQ3_K) == 110);

// Q4_K: 8 sub-blocks of 32 weights, scales and mins of six bits as in
// packed_scales.h.
//   weight = (scale * scale J) * q - (min * min J)
//
//   0     2    4             16                          48
//   [scale][min][scales, mins ][32 x 4-bit fields, q0-q63][.., q64-q127]
//   80               112              144
//   [.., q128-q191   ][.., q192-q255   ]
struct BlockQ4_K {
  static constexpr int kElements = 256;
  uint16_t scale;
  uint16_t min;
  uint8_t scales[12];
  uint8_t quants[4][32];
};
static_assert(sizeof(BlockQ4_K) == 144);

// Q5_K: Q4_K with bit 4 of the quants in `fifth_bits`.
//
//   0     2    4             16                          48
//   [scale][min][scales, mins ][32 x 1-bit fields, q0-q255][quants of Q4_K]
//   176
struct BlockQ5_K {
  static constexpr int kElements = 256;
  uint16_t scale;
  uint16_t min;
  uint8_t scales[12];
  uint8_t fifth_bits[32];
  uint8_t quants[4][32];
};
static_assert(sizeof(BlockQ5_K) == 176);

// Q6_K: 16 sub-blocks of 16 weights with int8 scales.
//   weight = (scale * scale J) * (q - 32)
//
//   0                          64                          128
//   [64 x 4-bit fields, q0-q127][.., q128-q255              ] bits 0 to 3
//   128                        160                         192
//   [32 x 2-bit fields, q0-q127][.., q128-q255              ] bits 4 and 5
//   192            208   210
//   [16 x scale J  ][scale]
struct BlockQ6_K {
  static constexpr int kElements = 256;
  uint8_t low_bits[2][64];
  uint8_t high_bits[2][32];
  int8_t scales[16];
  uint16_t scale;
};
static_assert(sizeof(BlockQ6_K) == 210);

// IQ4_XS: 8 sub-blocks of 32 weights with signed scales of six bits.
//   weight = (scale * (scale J - 32)) * kIq4Values[q]
// Bits 2*J and 2*J+1 of the 16-bit word `scales_high` are bits 4 and 5 of scale
// J; byte J/2 of `scales_low` is [scale J+1 : scale J], bits 0 to 3 of both.
//
//   0     2           4           8                         136
//   [scale][scales_high][scales_low][8 x (16 x 4-bit fields)]
struct BlockIQ4_XS {
  static constexpr int kElements = 256;
  uint16_t scale;
  uint16_t scales_high;
  uint8_t scales_low[4];
  uint8_t quants[8][16];
};
static_assert(sizeof(BlockIQ4_XS) == 136);

// TQ1_0: weight = scale * (t - 1), t one of 0, 1, 2. A byte v holds five t's
// as digits of the fraction v / 256 in base 3: t F, F = 0 to 4, is the integer
// part of 3 * frac(v * 3^F / 256). They are laid out as fields: digit F of byte
// l in a run of n bytes is weight F*n + l of the run.
//
//   0                          32                           48
//   [32 x 5 digits, t0-t159    ][16 x 5 digits, t160-t239   ]
//   48                         52    54
//   [4 x 4 digits, t240-t255   ][scale]
struct BlockTQ1_0 {
  static constexpr int kElements = 256;
  uint8_t digits_a[32];
  uint8_t digits_b[16];
  uint8_t digits_c[4];
  uint16_t scale;
};
static_assert(sizeof(BlockTQ1_0) == 54);

// TQ2_0: weight = scale * (q - 1); q is 0 to 2, 3 is read as it stands.
//
//   0                          32             64    66
//   [32 x 2-bit fields, q0-q127][.., q128-q255][scale]
struct BlockTQ2_0 {
  static constexpr int kElements = 256;
  uint8_t quants[2][32];
  uint16_t scale;
};
static_assert(sizeof(BlockTQ2_0) == 66);

}  // namespace tessera

#endif  // FORMATS_QUANT_SUPER_BLOCK_LAYOUTS_H_
