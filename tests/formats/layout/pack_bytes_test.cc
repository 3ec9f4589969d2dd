// Where single bytes lie, computed by hand from docs/layouts.md. These bytes
// are frozen with kernel ABI 1: kernels and stored arenas depend on them.
#include <gtest/gtest.h>

#include <vector>

#include "formats/layout/pack.h"

namespace tessera {
namespace {

using Bytes = std::vector<uint8_t>;

// A row tile of `blocks` blocks in which all is zero but for one byte: byte
// `byte` of block `block` of row `row` is 0x5a.
struct OneByte {
  DType type;
  uint64_t columns;
  uint64_t row;
  uint64_t byte_of_row;
  uint64_t expected_place;
  uint8_t expected_value;
};

constexpr OneByte kCases[] = {
    // F32: column k is vector k.
    {DType::kF32, 3, 5, 4 * 2 + 1, 2 * 64 + 5 * 4 + 1, 0x5a},
    // F16: columns 2i and 2i + 1 of a row share 4 bytes of vector i.
    {DType::kF16, 4, 7, 2 * 3, 1 * 64 + 7 * 4 + 2, 0x5a},
    {DType::kF16, 3, 7, 2 * 2 + 1, 1 * 64 + 7 * 4 + 1, 0x5a},
    {DType::kBF16, 4, 15, 0, 15 * 4, 0x5a},
    // INT8: 64 bytes of scales, then 4 columns per vector, XOR 0x80.
    {DType::kINT8, 64, 9, 2, 9 * 4 + 2, 0x5a},
    {DType::kINT8, 64, 9, 4 + 33, 64 + 8 * 64 + 9 * 4 + 1, 0xda},
    {DType::kINT8, 37, 3, 4 + 36, 64 + 9 * 64 + 3 * 4, 0xda},
    // Q4_0: d of two blocks in the head; 4 vectors of qs per block.
    {DType::kQ4_0, 64, 3, 1, 3 * 2 + 1, 0x5a},
    {DType::kQ4_0, 64, 3, 18, 32 + 3 * 2, 0x5a},
    {DType::kQ4_0, 64, 3, 2 + 9, 64 + 2 * 64 + 3 * 4 + 1, 0x5a},
    {DType::kQ4_0, 64, 3, 18 + 2 + 15, 64 + 256 + 3 * 64 + 3 * 4 + 3, 0x5a},
    // Third block: the second tile, 576 bytes on.
    {DType::kQ4_0, 96, 2, 36, 576 + 2 * 2, 0x5a},
    {DType::kQ4_0, 96, 2, 36 + 2, 576 + 64 + 2 * 4, 0x5a},
    // Q8_0: XOR 0x80 on quants only.
    {DType::kQ8_0, 64, 1, 0, 2, 0x5a},
    {DType::kQ8_0, 64, 1, 34 + 2 + 31, 64 + 512 + 7 * 64 + 4 + 3, 0xda},
    // Q4_1: d of 16 rows, then m of 16 rows.
    {DType::kQ4_1, 64, 4, 2, 32 + 4 * 2, 0x5a},
    {DType::kQ4_1, 64, 4, 20 + 4 + 4, 320 + 64 + 64 + 4 * 4, 0x5a},
    // Q5_0: one vector of qh before qs.
    {DType::kQ5_0, 32, 6, 2 + 3, 64 + 6 * 4 + 3, 0x5a},
    {DType::kQ5_0, 32, 6, 6, 64 + 64 + 6 * 4, 0x5a},
    // MXFP4: one byte of scale per row and block, four blocks in a head.
    {DType::kMXFP4, 160, 11, 3 * 17, 3 * 16 + 11, 0x5a},
    {DType::kMXFP4, 160, 11, 4 * 17, 64 + 4 * 256 + 11, 0x5a},
    // Q4_K: d, dmin; 12 scale bytes one by one; 32 vectors of qs.
    {DType::kQ4_K, 512, 8, 3, 32 + 8 * 2 + 1, 0x5a},
    {DType::kQ4_K, 512, 8, 4 + 11, 64 + 11 * 16 + 8, 0x5a},
    {DType::kQ4_K, 512, 8, 16 + 127, 64 + 192 + 31 * 64 + 8 * 4 + 3, 0x5a},
    {DType::kQ4_K, 512, 8, 144 + 4, 2304 + 64 + 8, 0x5a},
    // Q6_K: d of two blocks; scales, ql, qh.
    {DType::kQ6_K, 512, 10, 208, 10 * 2, 0x5a},
    {DType::kQ6_K, 512, 10, 210 + 208, 32 + 10 * 2, 0x5a},
    {DType::kQ6_K, 512, 10, 192 + 5, 64 + 5 * 16 + 10, 0x5a},
    {DType::kQ6_K, 512, 10, 4, 64 + 256 + 64 + 10 * 4, 0x5a},
    {DType::kQ6_K, 512, 10, 128, 64 + 256 + 2048 + 10 * 4, 0x5a},
    {DType::kQ6_K, 512, 10, 210 + 191, 64 + 3328 + 256 + 2048 + 15 * 64 + 43,
     0x5a},
    // Q3_K stores hmask, qs, scales, d; the body is scales, hmask, qs.
    {DType::kQ3_K, 256, 0, 0, 64 + 192, 0x5a},
    {DType::kQ3_K, 256, 0, 96, 64, 0x5a},
    {DType::kQ3_K, 256, 0, 32, 64 + 192 + 512, 0x5a},
};

// What a stored byte is when the weights are zero.
uint8_t ZeroAt(const TensorLayout& layout, uint64_t place) {
  if (layout.type == DType::kINT8) return place < 64 ? 0 : 0x80;
  if (layout.type == DType::kQ8_0) return place % 1088 < 64 ? 0 : 0x80;
  return 0;
}

TEST(PackBytesTest, OneByteGoesToItsPlace) {
  for (const OneByte& c : kCases) {
    SCOPED_TRACE(testing::Message() << DTypeName(c.type) << " row " << c.row
                                    << " byte " << c.byte_of_row);
    const TensorLayout layout =
        MakeTensorLayout(LayoutOrder::kInterleaved, c.type, 16, c.columns)
            .value();
    Bytes rows(16 * layout.row_bytes, 0);
    ASSERT_LT(c.byte_of_row, layout.row_bytes);
    rows[c.row * layout.row_bytes + c.byte_of_row] = 0x5a;
    Bytes tile(layout.row_tile_bytes, 0xee);
    PackRowTile(layout, rows.data(), 16, tile.data());
    for (uint64_t place = 0; place < tile.size(); ++place) {
      const uint8_t expected =
          place == c.expected_place ? c.expected_value : ZeroAt(layout, place);
      ASSERT_EQ(tile[place], expected) << "at " << place;
    }
  }
}

// The unused half of a head, for an odd number of blocks.
TEST(PackBytesTest, HalfFilledHeadIsZero) {
  const TensorLayout layout =
      MakeTensorLayout(LayoutOrder::kInterleaved, DType::kQ4_0, 16, 96).value();
  const Bytes rows(16 * layout.row_bytes, 0x77);
  Bytes tile(layout.row_tile_bytes, 0xee);
  PackRowTile(layout, rows.data(), 16, tile.data());
  const uint64_t last_head = 64 + 2 * 256;
  for (uint64_t i = 0; i < 64; ++i) {
    EXPECT_EQ(tile[last_head + i], i < 32 ? 0x77 : 0) << i;
  }
}

// Columns that pad INT8 are zero weights, stored as 0x80 like any other zero.
TEST(PackBytesTest, Int8PaddingIsZeroWeights) {
  const TensorLayout layout =
      MakeTensorLayout(LayoutOrder::kInterleaved, DType::kINT8, 16, 5).value();
  const Bytes rows(16 * layout.row_bytes, 0x01);
  Bytes tile(layout.row_tile_bytes, 0xee);
  PackRowTile(layout, rows.data(), 16, tile.data());
  ASSERT_EQ(tile.size(), 64 + 8 * 64);
  EXPECT_EQ(tile[64 + 64], 0x81);      // column 4 of row 0
  EXPECT_EQ(tile[64 + 64 + 1], 0x80);  // column 5 does not exist
  EXPECT_EQ(tile[64 + 7 * 64 + 63], 0x80);
}

}  // namespace
}  // namespace tessera
