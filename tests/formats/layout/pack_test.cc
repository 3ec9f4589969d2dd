#include "formats/layout/pack.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "formats/layout/block_fields.h"

namespace tessera {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr uint64_t kRows[] = {1, 15, 16, 17, 31, 32, 33, 40, 87};

constexpr LayoutOrder kOrders[] = {
    LayoutOrder::kRowMajor, LayoutOrder::kTransposed, LayoutOrder::kInterleaved,
    LayoutOrder::kSwizzled};

// Columns of 1 to 5 blocks; odd counts and rests where blocks are small, and
// several swizzled tiles.
std::vector<uint64_t> ColumnsOf(DType type) {
  if (type == DType::kINT8) {
    return {1, 3, 4, 31, 32, 33, 37, 64, 95, 160, 256, 257, 781};
  }
  const uint64_t block = FindDType(type)->block_elements;
  std::vector<uint64_t> columns;
  for (uint64_t blocks = 1; blocks <= 5; ++blocks) {
    columns.push_back(blocks * block);
  }
  if (block == 1) columns.insert(columns.end(), {31, 32, 33, 67, 601});
  if (block == 32) columns.insert(columns.end(), {256, 288, 640, 1056});
  return columns;
}

Bytes RandomBytes(uint64_t size, uint32_t seed) {
  std::mt19937 generator(seed);
  Bytes bytes(size);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(generator());
  return bytes;
}

// `fill` is what the extent holds beforehand: gaps must keep it, everything
// else must not depend on it.
Bytes PackMatrix(const TensorLayout& layout, const Bytes& rows, uint8_t fill) {
  Bytes stored(layout.StoredBytes(), fill);
  for (uint64_t t = 0; t < layout.row_tiles(); ++t) {
    PackMatrixTile(layout, t,
                   rows.data() + t * layout.tile_rows * layout.row_bytes,
                   stored.data());
  }
  return stored;
}

Bytes UnpackMatrix(const TensorLayout& layout, const Bytes& stored) {
  Bytes rows(layout.rows * layout.row_bytes);
  for (uint64_t t = 0; t < layout.row_tiles(); ++t) {
    UnpackMatrixTile(layout, stored.data(), t,
                     rows.data() + t * layout.tile_rows * layout.row_bytes);
  }
  return rows;
}

class PackTest : public testing::TestWithParam<DType> {
 protected:
  // Calls check(layout, rows) for every shape class and order.
  template <typename Check>
  void ForEachShape(Check check) {
    for (LayoutOrder order : kOrders) {
      for (uint64_t rows : kRows) {
        for (uint64_t columns : ColumnsOf(GetParam())) {
          SCOPED_TRACE(testing::Message() << LayoutOrderName(order) << " "
                                          << rows << " x " << columns);
          const TensorLayout layout =
              MakeTensorLayout(order, GetParam(), rows, columns).value();
          check(layout, RandomBytes(rows * layout.row_bytes,
                                    static_cast<uint32_t>(rows + columns)));
        }
      }
    }
  }
};

TEST_P(PackTest, UnpackIsTheInverse) {
  ForEachShape([](const TensorLayout& layout, const Bytes& rows) {
    EXPECT_EQ(UnpackMatrix(layout, PackMatrix(layout, rows, 0)), rows);
  });
}

TEST_P(PackTest, UnpackMatrixRowIsARowOfTheMatrix) {
  ForEachShape([](const TensorLayout& layout, const Bytes& rows) {
    const Bytes stored = PackMatrix(layout, rows, 0);
    Bytes row(layout.row_bytes);
    for (uint64_t r = 0; r < layout.rows; ++r) {
      UnpackMatrixRow(layout, stored.data(), r, row.data());
      ASSERT_TRUE(std::equal(row.begin(), row.end(),
                             rows.begin() + r * layout.row_bytes))
          << "row " << r;
    }
  });
}

// The functions on one row tile do what those on a matrix do.
TEST_P(PackTest, WholeRowTilesCanBePackedAlone) {
  ForEachShape([](const TensorLayout& layout, const Bytes& rows) {
    if (!layout.has_whole_row_tiles()) return;
    const Bytes stored = PackMatrix(layout, rows, 0);
    const uint64_t t = layout.row_tiles() - 1;
    const uint64_t first = t * layout.tile_rows;
    Bytes tile(layout.row_tile_bytes);
    PackRowTile(layout, rows.data() + first * layout.row_bytes,
                layout.RowsInTile(t), tile.data());
    EXPECT_TRUE(std::equal(tile.begin(), tile.end(),
                           stored.begin() + t * layout.row_tile_stride));
    Bytes unpacked(layout.RowsInTile(t) * layout.row_bytes);
    UnpackRowTile(layout, tile.data(), layout.RowsInTile(t), unpacked.data());
    EXPECT_TRUE(std::equal(unpacked.begin(), unpacked.end(),
                           rows.begin() + first * layout.row_bytes));
    UnpackRow(layout, tile.data(), 0, unpacked.data());
    EXPECT_TRUE(std::equal(unpacked.begin(),
                           unpacked.begin() + layout.row_bytes,
                           rows.begin() + first * layout.row_bytes));
  });
}

TEST_P(PackTest, EveryByteOfATileIsWritten) {
  ForEachShape([](const TensorLayout& layout, const Bytes& rows) {
    const Bytes zeros = PackMatrix(layout, rows, 0);
    const Bytes ones = PackMatrix(layout, rows, 0xff);
    for (uint64_t i = 0; i < zeros.size(); ++i) {
      const bool in_gap = i % layout.row_tile_stride >= layout.row_tile_bytes;
      if (ones[i] != (in_gap ? 0xff : zeros[i])) FAIL() << "byte " << i;
    }
  });
}

// A partial tile has the bytes of a full one whose other rows are zero blocks.
TEST_P(PackTest, MissingRowsAreZeroBlocks) {
  ForEachShape([](const TensorLayout& layout, const Bytes& rows) {
    TensorLayout padded = layout;
    padded.rows = layout.row_tiles() * layout.tile_rows;
    Bytes padded_rows = rows;
    padded_rows.resize(padded.rows * padded.row_bytes, 0);
    EXPECT_EQ(PackMatrix(layout, rows, 0), PackMatrix(padded, padded_rows, 0));
  });
}

std::vector<DType> TypesWithTiles() {
  std::vector<DType> types;
  for (const BlockFields& fields : AllBlockFields()) {
    types.push_back(fields.type);
  }
  return types;
}

INSTANTIATE_TEST_SUITE_P(Types, PackTest, testing::ValuesIn(TypesWithTiles()),
                         [](const testing::TestParamInfo<DType>& info) {
                           return DTypeName(info.param);
                         });

}  // namespace
}  // namespace tessera
