// Kernels on tiles whose bytes are laid out here by hand, from docs/layouts.md:
// a cross-check of kernels and Pack that shares code with neither.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "base/isa.h"
#include "gtest/gtest.h"
#include "runtime/kernels/kernel_table.h"
#include "tests/runtime/kernels/interleaved_matrix.h"

namespace tessera {
namespace {

constexpr int64_t kRowsPerTile = 16;

// x = 1 at column k of token k and 0 elsewhere: the product is the matrix.
std::vector<float> Identity(int64_t columns) {
  std::vector<float> x(columns * columns);
  for (int64_t k = 0; k < columns; ++k) x[k * columns + k] = 1.0f;
  return x;
}

// Multiplies one row tile by the identity on every ISA; expects weight(row,
// column) within rounding of weights of up to `largest`.
template <typename Weight>
void ExpectTileHolds(DType type, const AlignedArray<uint8_t>& tile,
                     int64_t columns, float largest, Weight weight) {
  for (Isa isa : SupportedIsas()) {
    const KernelTable& kernels = KernelTableFor(isa);
    const ActivationPanel x(kernels, Identity(columns), columns, columns,
                            columns);
    std::vector<float> out(columns * kRowsPerTile);
    kernels.find_matmul(type)({tile.data(), tile.size(), 0, 1, kRowsPerTile,
                               x.args(), out.data(), kRowsPerTile});
    for (int64_t k = 0; k < columns; ++k) {
      for (int64_t row = 0; row < kRowsPerTile; ++row) {
        const float expected = weight(row, k);
        ASSERT_NEAR(out[k * kRowsPerTile + row], expected, 2e-7f * largest)
            << IsaName(isa) << ", row " << row << ", column " << k;
      }
    }
  }
}

// Q4_0, three blocks: a full tile of two, then one that holds one.
TEST(InterleavedTileTest, Q4_0) {
  constexpr int64_t kTileBytes = 64 + 2 * 256;
  AlignedArray<uint8_t> tile(kTileBytes + 64 + 256);
  // Scales are powers of two with the float16 bits (15 + e) << 10.
  const auto exponent = [](int64_t row, int64_t block) {
    return static_cast<int>((row + 5 * block) % 8 - 4);
  };
  const auto nibble = [](int64_t row, int64_t column) {
    return static_cast<int>((7 * row + 3 * column + row * column) % 16);
  };
  for (int64_t block = 0; block < 3; ++block) {
    uint8_t* head = tile.data() + block / 2 * kTileBytes;
    uint8_t* body = head + 64 + block % 2 * 256;
    for (int64_t row = 0; row < kRowsPerTile; ++row) {
      const uint16_t d = (15 + exponent(row, block)) << 10;
      std::memcpy(head + block % 2 * 32 + 2 * row, &d, 2);
      for (int64_t byte = 0; byte < 16; ++byte) {
        const int64_t column = 32 * block + byte;
        body[byte / 4 * 64 + row * 4 + byte % 4] =
            nibble(row, column) | nibble(row, column + 16) << 4;
      }
    }
  }
  ExpectTileHolds(DType::kQ4_0, tile, 96, 64.0f,
                  [&](int64_t row, int64_t column) {
                    return std::ldexp(nibble(row, column) - 8.0f,
                                      exponent(row, column / 32));
                  });
}

// INT8, 40 columns: padded to 64.
TEST(InterleavedTileTest, Int8) {
  AlignedArray<uint8_t> tile(64 + 64 * kRowsPerTile);
  const auto weight = [](int64_t row, int64_t column) {
    return column < 40 ? static_cast<int>((31 * row + 7 * column) % 256) - 128
                       : 0;
  };
  for (int64_t row = 0; row < kRowsPerTile; ++row) {
    const float scale = 0.25f * (row + 1);
    std::memcpy(tile.data() + 4 * row, &scale, 4);
    for (int64_t column = 0; column < 64; ++column) {
      tile.data()[64 + column / 4 * 64 + row * 4 + column % 4] =
          weight(row, column) + 128;
    }
  }
  ExpectTileHolds(DType::kINT8, tile, 40, 4.0f * 128,
                  [&](int64_t row, int64_t column) {
                    return 0.25f * (row + 1) * weight(row, column);
                  });
}

// Q4_K, one super-block, with 6-bit scales and minimums packed by hand.
TEST(InterleavedTileTest, Q4_K) {
  AlignedArray<uint8_t> tile(64 + 12 * 16 + 128 * 16);
  const auto scale = [](int64_t row, int64_t s) {
    return (9 * row + 11 * s) % 64;
  };
  const auto minimum = [](int64_t row, int64_t s) {
    return (13 * row + 5 * s + 40) % 64;
  };
  const auto nibble = [](int64_t row, int64_t column) {
    return (5 * row + 3 * column + row * column) % 16;
  };
  uint8_t* scales = tile.data() + 64;
  uint8_t* body = scales + 12 * 16;
  for (int64_t row = 0; row < kRowsPerTile; ++row) {
    const uint16_t d = (15 - 3) << 10, dmin = (15 - 2) << 10;
    std::memcpy(tile.data() + 2 * row, &d, 2);
    std::memcpy(tile.data() + 32 + 2 * row, &dmin, 2);
    for (int64_t s = 0; s < 4; ++s) {
      scales[s * 16 + row] = scale(row, s) | scale(row, s + 4) >> 4 << 6;
      scales[(s + 4) * 16 + row] =
          minimum(row, s) | minimum(row, s + 4) >> 4 << 6;
      scales[(s + 8) * 16 + row] =
          scale(row, s + 4) % 16 | minimum(row, s + 4) % 16 << 4;
    }
    for (int64_t byte = 0; byte < 128; ++byte) {
      const int64_t column = byte / 32 * 64 + byte % 32;
      body[byte / 4 * 64 + row * 4 + byte % 4] =
          nibble(row, column) | nibble(row, column + 32) << 4;
    }
  }
  ExpectTileHolds(DType::kQ4_K, tile, 256, 0.125f * 63 * 15,
                  [&](int64_t row, int64_t column) {
                    return 0.125f * scale(row, column / 32) *
                               nibble(row, column) -
                           0.25f * minimum(row, column / 32);
                  });
}

// MXFP4: scales of every exponent that leaves 12 times it finite, subnormal
// ones too. Columns of block b have the weight 2^(e - 128) value.
TEST(InterleavedTileTest, Mxfp4Exponents) {
  constexpr int kValues[16] = {0, 1,  2,  3,  4,  6,  8,  12,
                               0, -1, -2, -3, -4, -6, -8, -12};
  constexpr int64_t kColumns = 512;
  constexpr int64_t kTileBytes = 64 + 4 * 256;
  AlignedArray<uint8_t> tile(kColumns / 128 * kTileBytes);
  const auto exponent = [](int64_t row, int64_t block) {
    return static_cast<int>(16 * block + row) % 253;
  };
  const auto code = [](int64_t row, int64_t column) {
    return static_cast<int>((5 * row + 3 * column + row * column) % 16);
  };
  for (int64_t block = 0; block < kColumns / 32; ++block) {
    uint8_t* head = tile.data() + block / 4 * kTileBytes;
    uint8_t* body = head + 64 + block % 4 * 256;
    for (int64_t row = 0; row < kRowsPerTile; ++row) {
      head[block % 4 * 16 + row] = exponent(row, block);
      for (int64_t byte = 0; byte < 16; ++byte) {
        const int64_t column = 32 * block + byte;
        body[byte / 4 * 64 + row * 4 + byte % 4] =
            code(row, column) | code(row, column + 16) << 4;
      }
    }
  }
  for (Isa isa : SupportedIsas()) {
    const KernelTable& kernels = KernelTableFor(isa);
    const ActivationPanel x(kernels, Identity(kColumns), kColumns, kColumns,
                            kColumns);
    std::vector<float> out(kColumns * kRowsPerTile);
    kernels.find_matmul(DType::kMXFP4)({tile.data(), tile.size(), 0, 1,
                                        kRowsPerTile, x.args(), out.data(),
                                        kRowsPerTile});
    for (int64_t k = 0; k < kColumns; ++k) {
      for (int64_t row = 0; row < kRowsPerTile; ++row) {
        const float weight =
            std::ldexp(kValues[code(row, k)], exponent(row, k / 32) - 128);
        ASSERT_NEAR(out[k * kRowsPerTile + row], weight,
                    2e-7f * std::fabs(weight) + 0x1p-149f)
            << IsaName(isa) << ", row " << row << ", column " << k;
      }
    }
  }
}

// TQ1_0, two super-blocks: all 256 bytes, also those that no encoder writes.
TEST(InterleavedTileTest, TQ1_0) {
  constexpr int64_t kBodyBytes = 52 * 16;
  AlignedArray<uint8_t> tile(64 + 2 * kBodyBytes);
  const auto byte_at = [](int64_t row, int64_t block, int64_t byte) {
    return static_cast<uint8_t>(53 * (block * 16 + row) + 5 * byte);
  };
  for (int64_t block = 0; block < 2; ++block) {
    for (int64_t row = 0; row < kRowsPerTile; ++row) {
      const uint16_t d = (15 - block) << 10;
      std::memcpy(tile.data() + block * 32 + 2 * row, &d, 2);
      for (int64_t byte = 0; byte < 52; ++byte) {
        tile.data()[64 + block * kBodyBytes + byte / 4 * 64 + row * 4 +
                    byte % 4] = byte_at(row, block, byte);
      }
    }
  }
  ExpectTileHolds(
      DType::kTQ1_0, tile, 512, 1.0f, [&](int64_t row, int64_t column) {
        const int64_t block = column / 256, k = column % 256;
        int64_t byte = k % 32, digit = k / 32;
        if (k >= 160) byte = 32 + (k - 160) % 16, digit = (k - 160) / 16;
        if (k >= 240) byte = 48 + (k - 240) % 4, digit = (k - 240) / 4;
        uint8_t rest = byte_at(row, block, byte);
        for (int64_t i = 0; i < digit; ++i) rest = 3 * rest;
        return std::ldexp(3 * rest / 256 - 1.0f, -static_cast<int>(block));
      });
}

// F16 pairs with an odd number of columns; the padding is a NaN here, which
// must not reach the sum.
TEST(InterleavedTileTest, F16) {
  AlignedArray<uint8_t> tile(3 * 64);
  const auto exponent = [](int64_t row, int64_t column) {
    return static_cast<int>((row + 2 * column) % 13 - 6);
  };
  for (int64_t row = 0; row < kRowsPerTile; ++row) {
    for (int64_t column = 0; column < 6; ++column) {
      const uint16_t half =
          column < 5 ? (15 + exponent(row, column)) << 10 : 0x7e00;
      std::memcpy(tile.data() + column / 2 * 64 + row * 4 + column % 2 * 2,
                  &half, 2);
    }
  }
  ExpectTileHolds(DType::kF16, tile, 5, 64.0f,
                  [&](int64_t row, int64_t column) {
                    return std::ldexp(1.0f, exponent(row, column));
                  });
}

}  // namespace
}  // namespace tessera
