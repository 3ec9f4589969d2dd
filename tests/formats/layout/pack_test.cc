#include "formats/layout/pack.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "formats/layout/block_fields.h"

namespace tessera {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr uint64_t kRows[] = {1, 15, 16, 17, 31, 32, 33, 40};

// Columns of 1 to 5 blocks; odd counts and rests where blocks are small.
std::vector<uint64_t> ColumnsOf(DType type) {
  if (type == DType::kINT8) return {1, 3, 4, 31, 32, 33, 37, 64, 95, 160};
  const uint64_t block = FindDType(type)->block_elements;
  std::vector<uint64_t> columns;
  for (uint64_t blocks = 1; blocks <= 5; ++blocks) {
    columns.push_back(blocks * block);
  }
  if (block == 1) columns.insert(columns.end(), {31, 32, 33, 67});
  return columns;
}

Bytes RandomBytes(uint64_t size, uint32_t seed) {
  std::mt19937 generator(seed);
  Bytes bytes(size);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(generator());
  return bytes;
}

uint64_t RowsInTile(const TensorLayout& layout, uint64_t tile) {
  return std::min<uint64_t>(layout.tile_rows,
                            layout.rows - tile * layout.tile_rows);
}

// `fill` is what the extent holds beforehand: gaps must keep it, everything
// else must not depend on it.
Bytes PackMatrix(const TensorLayout& layout, const Bytes& rows, uint8_t fill) {
  Bytes stored(layout.StoredBytes(), fill);
  for (uint64_t t = 0; t < layout.row_tiles(); ++t) {
    PackRowTile(layout, rows.data() + t * layout.tile_rows * layout.row_bytes,
                RowsInTile(layout, t),
                stored.data() + t * layout.row_tile_stride);
  }
  return stored;
}

Bytes UnpackMatrix(const TensorLayout& layout, const Bytes& stored) {
  Bytes rows(layout.rows * layout.row_bytes);
  for (uint64_t t = 0; t < layout.row_tiles(); ++t) {
    UnpackRowTile(layout, stored.data() + t * layout.row_tile_stride,
                  RowsInTile(layout, t),
                  rows.data() + t * layout.tile_rows * layout.row_bytes);
  }
  return rows;
}

class PackTest : public testing::TestWithParam<DType> {
 protected:
  // Calls check(layout, rows) for every shape class and both orders.
  template <typename Check>
  void ForEachShape(Check check) {
    for (LayoutOrder order :
         {LayoutOrder::kRowMajor, LayoutOrder::kInterleaved}) {
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

TEST_P(PackTest, UnpackRowIsARowOfTheTile) {
  ForEachShape([](const TensorLayout& layout, const Bytes& rows) {
    const Bytes stored = PackMatrix(layout, rows, 0);
    Bytes row(layout.row_bytes);
    for (uint64_t r = 0; r < layout.rows; ++r) {
      UnpackRow(layout,
                stored.data() + r / layout.tile_rows * layout.row_tile_stride,
                r % layout.tile_rows, row.data());
      EXPECT_TRUE(std::equal(row.begin(), row.end(),
                             rows.begin() + r * layout.row_bytes))
          << "row " << r;
    }
  });
}

TEST_P(PackTest, EveryByteOfATileIsWritten) {
  ForEachShape([](const TensorLayout& layout, const Bytes& rows) {
    const Bytes zeros = PackMatrix(layout, rows, 0);
    const Bytes ones = PackMatrix(layout, rows, 0xff);
    for (uint64_t i = 0; i < zeros.size(); ++i) {
      const bool in_gap = i % layout.row_tile_stride >= layout.row_tile_bytes;
      ASSERT_EQ(ones[i], in_gap ? 0xff : zeros[i]) << "byte " << i;
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

std::vector<DType> InterleavedTypes() {
  std::vector<DType> types;
  for (const BlockFields& fields : AllBlockFields()) {
    types.push_back(fields.type);
  }
  return types;
}

INSTANTIATE_TEST_SUITE_P(Types, PackTest, testing::ValuesIn(InterleavedTypes()),
                         [](const testing::TestParamInfo<DType>& info) {
                           return DTypeName(info.param);
                         });

}  // namespace
}  // namespace tessera
