#include "formats/layout/gather_tiles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "formats/layout/block_fields.h"
#include "formats/layout/pack.h"

namespace tessera {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes Pack(const TensorLayout& layout, const Bytes& rows) {
  Bytes matrix(layout.StoredBytes());
  for (uint64_t t = 0; t < layout.row_tiles(); ++t) {
    PackMatrixTile(layout, t, rows.data() + t * kTileRows * layout.row_bytes,
                   matrix.data());
  }
  return matrix;
}

// Some row tiles of a matrix, gathered, are those of the interleaved matrix.
void ExpectInterleaved(LayoutOrder order, DType type, uint64_t columns) {
  constexpr uint64_t kRows = 100;
  const TensorLayout layout =
      MakeTensorLayout(order, type, kRows, columns).value();
  const TensorLayout interleaved =
      MakeTensorLayout(LayoutOrder::kInterleaved, type, kRows, columns).value();
  std::mt19937 random(columns);
  Bytes rows(kRows * layout.row_bytes);
  for (uint8_t& byte : rows) byte = static_cast<uint8_t>(random());
  const Bytes matrix = Pack(layout, rows);
  const Bytes expected = Pack(interleaved, rows);
  const uint64_t stride = interleaved.row_tile_stride;
  for (uint64_t first : {0, 2, 6}) {
    for (uint64_t last = first + 1; last <= layout.row_tiles(); ++last) {
      Bytes gathered((last - first) * stride);
      GatherTiles(layout, matrix.data(), first, last, stride, gathered.data());
      for (uint64_t t = first; t < last; ++t) {
        const auto tile = gathered.begin() + (t - first) * stride;
        EXPECT_TRUE(std::equal(tile, tile + interleaved.row_tile_bytes,
                               expected.begin() + t * stride))
            << "row tile " << t << " of " << first << " to " << last;
      }
    }
  }
}

TEST(GatherTilesTest, GathersInterleavedRowTiles) {
  for (const BlockFields& fields : AllBlockFields()) {
    for (LayoutOrder order :
         {LayoutOrder::kTransposed, LayoutOrder::kSwizzled}) {
      const uint64_t several_tiles = 1024 / fields.unit_columns + 5;
      for (uint64_t units : {uint64_t{1}, uint64_t{2}, several_tiles}) {
        SCOPED_TRACE(testing::Message()
                     << LayoutOrderName(order) << " " << DTypeName(fields.type)
                     << ", " << units << " units");
        ExpectInterleaved(order, fields.type, units * fields.unit_columns);
      }
    }
  }
}

TEST(GatherTilesTest, PadsWhatIsNoWholeUnit) {
  for (LayoutOrder order : {LayoutOrder::kTransposed, LayoutOrder::kSwizzled}) {
    for (DType type : {DType::kF16, DType::kBF16, DType::kINT8}) {
      for (uint64_t columns : {1, 7, 601}) {
        SCOPED_TRACE(testing::Message() << LayoutOrderName(order) << " "
                                        << DTypeName(type) << " " << columns);
        ExpectInterleaved(order, type, columns);
      }
    }
  }
}

}  // namespace
}  // namespace tessera
