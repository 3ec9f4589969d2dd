#include "formats/layout/tensor_layout.h"

#include <gtest/gtest.h>

#include <limits>

#include "formats/layout/block_fields.h"

namespace tessera {
namespace {

TensorLayout Interleaved(DType type, uint64_t rows, uint64_t columns) {
  return MakeTensorLayout(LayoutOrder::kInterleaved, type, rows, columns)
      .value();
}

struct SizeCase {
  DType type;
  uint64_t columns;
  uint64_t row_bytes;
  uint64_t row_tile_bytes;
};

// Computed by hand from the table in docs/layouts.md.
constexpr SizeCase kSizes[] = {
    {DType::kF32, 5, 20, 5 * 64},
    {DType::kF16, 5, 10, 3 * 64},
    {DType::kBF16, 6, 12, 3 * 64},
    {DType::kINT8, 33, 37, 64 + 64 * 16},
    {DType::kINT8, 32, 36, 64 + 32 * 16},
    {DType::kQ4_0, 64, 36, 64 + 2 * 256},
    {DType::kQ4_0, 96, 54, 2 * 64 + 3 * 256},
    {DType::kQ4_1, 64, 40, 2 * (64 + 256)},
    {DType::kQ5_0, 32, 22, 64 + 320},
    {DType::kQ5_1, 32, 24, 64 + 320},
    {DType::kQ8_0, 64, 68, 64 + 2 * 512},
    {DType::kIQ4_NL, 64, 36, 64 + 2 * 256},
    {DType::kMXFP4, 160, 85, 2 * 64 + 5 * 256},
    {DType::kQ2_K, 256, 84, 64 + 1280},
    {DType::kQ3_K, 768, 330, 2 * 64 + 3 * 1728},
    {DType::kQ4_K, 512, 288, 2 * (64 + 2240)},
    {DType::kQ5_K, 256, 176, 64 + 2752},
    {DType::kQ6_K, 512, 420, 64 + 2 * 3328},
    {DType::kIQ4_XS, 256, 136, 64 + 2112},
    {DType::kTQ1_0, 256, 54, 64 + 832},
    {DType::kTQ2_0, 512, 132, 64 + 2 * 1024},
};

TEST(TensorLayoutTest, SizesOfRowTiles) {
  for (const SizeCase& c : kSizes) {
    SCOPED_TRACE(DTypeName(c.type));
    const TensorLayout layout = Interleaved(c.type, 33, c.columns);
    EXPECT_EQ(layout.row_bytes, c.row_bytes);
    EXPECT_EQ(layout.row_tile_bytes, c.row_tile_bytes);
    EXPECT_EQ(layout.row_tile_stride, c.row_tile_bytes);
    EXPECT_EQ(layout.row_tiles(), 3);
    EXPECT_EQ(layout.StoredBytes(), 3 * c.row_tile_bytes);
    EXPECT_EQ(layout.tile_rows, 16);
    EXPECT_EQ(layout.interleave_bytes, 4);
  }
}

TEST(TensorLayoutTest, EveryTypeOfTheTableIsCovered) {
  for (const BlockFields& fields : AllBlockFields()) {
    bool covered = false;
    for (const SizeCase& c : kSizes) covered |= c.type == fields.type;
    EXPECT_TRUE(covered) << DTypeName(fields.type);
  }
}

TEST(TensorLayoutTest, TileBlocksAndXor) {
  EXPECT_EQ(Interleaved(DType::kQ4_0, 16, 64).tile_blocks, 2);
  EXPECT_EQ(Interleaved(DType::kMXFP4, 16, 64).tile_blocks, 4);
  EXPECT_EQ(Interleaved(DType::kF16, 16, 64).tile_blocks, 2);
  EXPECT_EQ(Interleaved(DType::kINT8, 16, 64).tile_blocks, 1);
  EXPECT_EQ(Interleaved(DType::kQ4_0, 16, 64).value_xor, 0);
  EXPECT_EQ(Interleaved(DType::kQ8_0, 16, 64).value_xor, 0x80);
  EXPECT_EQ(Interleaved(DType::kINT8, 16, 64).value_xor, 0x80);
}

TEST(TensorLayoutTest, StrideAvoidsMultiplesOf4096) {
  const TensorLayout layout = Interleaved(DType::kF32, 40, 64);  // 4096 bytes
  EXPECT_EQ(layout.row_tile_bytes, 4096);
  EXPECT_EQ(layout.row_tile_stride, 4160);
  EXPECT_EQ(layout.StoredBytes(), 2 * 4160 + 4096);
}

struct TileCase {
  DType type;
  LayoutOrder order;
  uint32_t tile_columns;
  uint32_t interleave_bytes;
};

constexpr TileCase kTiles[] = {
    {DType::kF32, LayoutOrder::kTransposed, 1, 4},
    {DType::kF16, LayoutOrder::kTransposed, 1, 2},
    {DType::kBF16, LayoutOrder::kTransposed, 1, 2},
    {DType::kINT8, LayoutOrder::kTransposed, 32, 4},
    {DType::kQ4_0, LayoutOrder::kTransposed, 64, 4},
    {DType::kQ4_1, LayoutOrder::kTransposed, 32, 4},
    {DType::kMXFP4, LayoutOrder::kTransposed, 128, 4},
    {DType::kQ4_K, LayoutOrder::kTransposed, 256, 4},
    {DType::kQ6_K, LayoutOrder::kTransposed, 512, 4},
    {DType::kF32, LayoutOrder::kSwizzled, 256, 4},
    {DType::kF16, LayoutOrder::kSwizzled, 256, 4},
    {DType::kINT8, LayoutOrder::kSwizzled, 256, 4},
    {DType::kQ4_0, LayoutOrder::kSwizzled, 256, 4},
    {DType::kQ4_K, LayoutOrder::kSwizzled, 256, 4},
    {DType::kQ6_K, LayoutOrder::kSwizzled, 512, 4},
};

// The bytes of a matrix are those of its interleaved row tiles without gaps.
TEST(TensorLayoutTest, TilesOfTransposedAndSwizzled) {
  for (const TileCase& c : kTiles) {
    SCOPED_TRACE(testing::Message()
                 << LayoutOrderName(c.order) << " " << DTypeName(c.type));
    const TensorLayout layout =
        MakeTensorLayout(c.order, c.type, 33, 1024).value();
    EXPECT_FALSE(layout.has_whole_row_tiles());
    EXPECT_EQ(layout.tile_columns, c.tile_columns);
    EXPECT_EQ(layout.interleave_bytes, c.interleave_bytes);
    EXPECT_EQ(layout.row_tile_bytes,
              Interleaved(c.type, 33, 1024).row_tile_bytes);
    EXPECT_EQ(layout.row_tile_stride, layout.row_tile_bytes);
    EXPECT_EQ(layout.StoredBytes(), 3 * layout.row_tile_bytes);
  }
  EXPECT_TRUE(Interleaved(DType::kF32, 33, 64).has_whole_row_tiles());
  // Columns are not paired, so an odd one needs no partner.
  EXPECT_EQ(MakeTensorLayout(LayoutOrder::kTransposed, DType::kF16, 3, 5)
                ->StoredBytes(),
            5 * 32);
}

TEST(TensorLayoutTest, RowMajor) {
  const TensorLayout layout =
      MakeTensorLayout(LayoutOrder::kRowMajor, DType::kIQ2_XXS, 7, 512).value();
  EXPECT_EQ(layout.tile_rows, 1);
  EXPECT_EQ(layout.tile_blocks, 1);
  EXPECT_EQ(layout.interleave_bytes, 0);
  EXPECT_EQ(layout.value_xor, 0);
  EXPECT_EQ(layout.row_tile_bytes, 132);
  EXPECT_EQ(layout.row_tile_stride, 132);
  EXPECT_EQ(layout.StoredBytes(), 7 * 132);
}

TEST(TensorLayoutTest, RowMajorMayBeEmpty) {
  EXPECT_EQ(MakeTensorLayout(LayoutOrder::kRowMajor, DType::kF32, 0, 5)
                ->StoredBytes(),
            0);
  EXPECT_EQ(MakeTensorLayout(LayoutOrder::kRowMajor, DType::kF32, 5, 0)
                ->StoredBytes(),
            0);
}

void ExpectRefused(LayoutOrder order, DType type, uint64_t rows,
                   uint64_t columns, absl::StatusCode code,
                   const char* message) {
  const auto layout = MakeTensorLayout(order, type, rows, columns);
  EXPECT_EQ(layout.status().code(), code);
  EXPECT_EQ(layout.status().message(), message);
}

TEST(TensorLayoutTest, Refusals) {
  using absl::StatusCode;
  ExpectRefused(static_cast<LayoutOrder>(9), DType::kF32, 4, 4,
                StatusCode::kUnimplemented,
                "layout unknown (9) is not supported");
  ExpectRefused(LayoutOrder::kSwizzled, DType::kIQ1_S, 4, 256,
                StatusCode::kUnimplemented,
                "IQ1_S has no swizzled layout; use rowmajor");
  ExpectRefused(LayoutOrder::kTransposed, DType::kF32, 4, 0,
                StatusCode::kInvalidArgument,
                "a matrix in tiles needs rows and columns, got 4 x 0");
  ExpectRefused(LayoutOrder::kInterleaved, DType::kQ4_K, 4, 255,
                StatusCode::kInvalidArgument,
                "rows of 255 columns are no multiple of Q4_K's block of 256");
  ExpectRefused(LayoutOrder::kInterleaved, DType::kIQ1_S, 4, 256,
                StatusCode::kUnimplemented,
                "IQ1_S has no interleaved layout; use rowmajor");
  ExpectRefused(LayoutOrder::kRowMajor, DType::kQ4_0_8_8, 4, 256,
                StatusCode::kUnimplemented,
                "Q4_0_8_8 has no known block; no layout stores it");
  ExpectRefused(LayoutOrder::kInterleaved, DType::kF32, 0, 4,
                StatusCode::kInvalidArgument,
                "a matrix in tiles needs rows and columns, got 0 x 4");
}

TEST(TensorLayoutTest, SizesThatOverflow) {
  constexpr uint64_t kHuge = std::numeric_limits<uint64_t>::max();
  for (LayoutOrder order :
       {LayoutOrder::kRowMajor, LayoutOrder::kTransposed,
        LayoutOrder::kInterleaved, LayoutOrder::kSwizzled}) {
    for (uint64_t rows : {uint64_t{1} << 62, kHuge, kHuge - 14}) {
      EXPECT_EQ(MakeTensorLayout(order, DType::kF32, rows, 64).status().code(),
                absl::StatusCode::kInvalidArgument);
    }
    for (DType type : {DType::kINT8, DType::kF32, DType::kF16}) {
      EXPECT_EQ(MakeTensorLayout(order, type, 64, kHuge - 1).status().code(),
                absl::StatusCode::kInvalidArgument);
    }
  }
}

TEST(TensorLayoutTest, Names) {
  for (LayoutOrder order :
       {LayoutOrder::kRowMajor, LayoutOrder::kTransposed,
        LayoutOrder::kInterleaved, LayoutOrder::kSwizzled}) {
    EXPECT_EQ(LayoutOrderFromName(LayoutOrderName(order)), order);
  }
  EXPECT_EQ(LayoutOrderFromName("Interleaved"), std::nullopt);
  EXPECT_EQ(LayoutOrderFromName("unknown"), std::nullopt);
}

}  // namespace
}  // namespace tessera
