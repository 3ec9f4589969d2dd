#include "formats/layout/tile_grid.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <utility>
#include <vector>

#include "formats/layout/pack.h"

namespace tessera {
namespace {

using Bytes = std::vector<uint8_t>;

TensorLayout LayoutOf(LayoutOrder order, DType type, uint64_t rows,
                      uint64_t columns) {
  return MakeTensorLayout(order, type, rows, columns).value();
}

// Row tiles 1 to 9 and k tiles 1 to 9: powers of two, and what is between.
template <typename Check>
void ForEachGrid(Check check) {
  for (LayoutOrder order : {LayoutOrder::kTransposed, LayoutOrder::kSwizzled}) {
    for (DType type : {DType::kF16, DType::kINT8, DType::kQ8_0}) {
      const uint32_t tile = LayoutOf(order, type, 1, 64).tile_columns;
      for (uint64_t row_tiles = 1; row_tiles <= 9; ++row_tiles) {
        for (uint64_t k_tiles = 1; k_tiles <= 9; ++k_tiles) {
          // The last k tile is shorter where it can be.
          const uint64_t columns = k_tiles * tile - (tile > 32 ? 32 : 0);
          SCOPED_TRACE(testing::Message()
                       << LayoutOrderName(order) << " " << DTypeName(type)
                       << " " << row_tiles << " x " << k_tiles);
          check(LayoutOf(order, type, row_tiles * 16 - 3, columns));
        }
      }
    }
  }
}

TEST(TileGridTest, TilesFollowEachOtherWithoutHoles) {
  ForEachGrid([](const TensorLayout& layout) {
    const TileGrid grid(layout);
    uint64_t end = grid.has_row_heads() ? layout.row_tiles() * 64 : 0;
    uint64_t tiles = 0;
    grid.ForEachTile(0, grid.row_tiles(),
                     [&](uint64_t i, uint64_t j, uint64_t offset) {
                       EXPECT_EQ(offset, end) << i << ", " << j;
                       EXPECT_EQ(offset, grid.TileOffset(i, j));
                       EXPECT_GT(grid.TileBytes(j), 0);
                       end = offset + grid.TileBytes(j);
                       ++tiles;
                     });
    EXPECT_EQ(tiles, grid.row_tiles() * grid.k_tiles());
    EXPECT_EQ(end, layout.StoredBytes());
  });
}

TEST(TileGridTest, VisitsSomeRowTilesInTheOrderOfAll) {
  ForEachGrid([](const TensorLayout& layout) {
    const TileGrid grid(layout);
    const uint64_t first = grid.row_tiles() / 3;
    const uint64_t last = grid.row_tiles() - grid.row_tiles() / 4;
    std::vector<uint64_t> expected;
    std::vector<uint64_t> found;
    grid.ForEachTile(0, grid.row_tiles(),
                     [&](uint64_t i, uint64_t, uint64_t offset) {
                       if (i >= first && i < last) expected.push_back(offset);
                     });
    grid.ForEachTile(first, last, [&](uint64_t, uint64_t, uint64_t offset) {
      found.push_back(offset);
    });
    EXPECT_EQ(found, expected);
  });
}

// What lies side by side is an interleaved row tile.
TEST(TileGridTest, TilesAreThoseOfTheInterleavedLayout) {
  std::mt19937 random(5);
  for (LayoutOrder order : {LayoutOrder::kTransposed, LayoutOrder::kSwizzled}) {
    for (DType type : {DType::kF32, DType::kINT8, DType::kQ4_0, DType::kQ6_K}) {
      SCOPED_TRACE(testing::Message()
                   << LayoutOrderName(order) << " " << DTypeName(type));
      const TensorLayout layout = LayoutOf(order, type, 16, 1280);
      const TensorLayout interleaved =
          LayoutOf(LayoutOrder::kInterleaved, type, 16, 1280);
      Bytes rows(16 * layout.row_bytes);
      for (uint8_t& byte : rows) byte = static_cast<uint8_t>(random());
      Bytes matrix(layout.StoredBytes());
      PackMatrixTile(layout, 0, rows.data(), matrix.data());
      Bytes tile(interleaved.row_tile_bytes);
      PackRowTile(interleaved, rows.data(), 16, tile.data());

      const TileGrid grid(layout);
      Bytes gathered(grid.has_row_heads() ? 64 : 0);
      std::memcpy(gathered.data(), matrix.data(), gathered.size());
      for (uint64_t j = 0; j < grid.k_tiles(); ++j) {
        const auto begin = matrix.begin() + grid.TileOffset(0, j);
        gathered.insert(gathered.end(), begin, begin + grid.TileBytes(j));
      }
      EXPECT_EQ(gathered, tile);
    }
  }
}

TEST(TileGridTest, SwizzledGridsOfPowersOfTwoAreInMortonOrder) {
  const TensorLayout layout =
      LayoutOf(LayoutOrder::kSwizzled, DType::kF32, 8 * 16, 8 * 256);
  const TileGrid grid(layout);
  for (uint64_t i = 0; i < 8; ++i) {
    for (uint64_t j = 0; j < 8; ++j) {
      uint64_t z = 0;
      for (int bit = 0; bit < 3; ++bit) {
        z |= (j >> bit & 1) << (2 * bit) | (i >> bit & 1) << (2 * bit + 1);
      }
      EXPECT_EQ(grid.TileOffset(i, j), z * 16384) << i << ", " << j;
    }
  }
}

// The picture of docs/layouts.md: 5 row tiles of 3 k tiles, of which the last
// has half the columns.
TEST(TileGridTest, SwizzledGridOfFiveByThree) {
  const TensorLayout layout =
      LayoutOf(LayoutOrder::kSwizzled, DType::kF32, 5 * 16, 2 * 256 + 128);
  const TileGrid grid(layout);
  // In units of half a tile, 8 KiB.
  const uint64_t expected[5][3] = {
      {0, 2, 8}, {4, 6, 9}, {10, 12, 18}, {14, 16, 19}, {20, 22, 24}};
  for (uint64_t i = 0; i < 5; ++i) {
    for (uint64_t j = 0; j < 3; ++j) {
      EXPECT_EQ(grid.TileOffset(i, j), expected[i][j] * 8192) << i << ", " << j;
    }
  }
}

// Weight (row, column) of 16-bit floats at column * rows + row.
TEST(TileGridTest, TransposedFloatsAreATranspose) {
  constexpr uint64_t kRows = 32;
  constexpr uint64_t kColumns = 5;
  const TensorLayout layout =
      LayoutOf(LayoutOrder::kTransposed, DType::kBF16, kRows, kColumns);
  std::vector<uint16_t> rows(kRows * kColumns);
  for (uint64_t i = 0; i < rows.size(); ++i) rows[i] = i;
  std::vector<uint16_t> matrix(rows.size());
  auto* bytes = reinterpret_cast<uint8_t*>(matrix.data());
  for (uint64_t t = 0; t < 2; ++t) {
    PackMatrixTile(layout, t,
                   reinterpret_cast<const uint8_t*>(&rows[t * 16 * kColumns]),
                   bytes);
  }
  for (uint64_t row = 0; row < kRows; ++row) {
    for (uint64_t column = 0; column < kColumns; ++column) {
      EXPECT_EQ(matrix[column * kRows + row], rows[row * kColumns + column]);
    }
  }
}

}  // namespace
}  // namespace tessera
