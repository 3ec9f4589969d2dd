#include "formats/arena/placement.h"

#include <gtest/gtest.h>

#include <vector>

namespace tessera {
namespace {

// A tensor of `tiles` row tiles of `bytes` bytes.
StoredTensor Tiles(uint64_t offset, uint64_t tiles, uint64_t bytes,
                   uint64_t stride) {
  StoredTensor tensor;
  tensor.file_offset = offset;
  tensor.layout.rows = tiles;
  tensor.layout.tile_rows = 1;
  tensor.layout.row_tile_bytes = bytes;
  tensor.layout.row_tile_stride = stride;
  return tensor;
}

void ExpectDisjoint(bool expected, const StoredTensor& a,
                    const StoredTensor& b) {
  EXPECT_EQ(RowTilesAreDisjoint(a, b), expected);
  EXPECT_EQ(RowTilesAreDisjoint(b, a), expected);
}

TEST(PlacementTest, OneAfterAnother) {
  ExpectDisjoint(true, Tiles(0, 4, 64, 64), Tiles(256, 4, 64, 64));
  ExpectDisjoint(false, Tiles(0, 4, 64, 64), Tiles(192, 4, 64, 64));
  ExpectDisjoint(true, Tiles(0, 4, 64, 64), Tiles(256, 4, 128, 128));
  // The last tile ends before the stride does.
  ExpectDisjoint(true, Tiles(0, 4, 64, 128), Tiles(448, 1, 64, 64));
}

TEST(PlacementTest, Alternating) {
  ExpectDisjoint(true, Tiles(0, 4, 64, 192), Tiles(64, 4, 128, 192));
  ExpectDisjoint(false, Tiles(0, 4, 128, 192), Tiles(64, 4, 128, 192));
  ExpectDisjoint(false, Tiles(0, 4, 64, 192), Tiles(64, 4, 192, 192));
  // Of different length, and starting later.
  ExpectDisjoint(true, Tiles(0, 9, 64, 192), Tiles(64 + 192, 2, 128, 192));
  // Different strides meet sooner or later.
  ExpectDisjoint(false, Tiles(0, 4, 64, 192), Tiles(64, 4, 64, 128));
}

TEST(PlacementTest, SamePlace) {
  ExpectDisjoint(false, Tiles(0, 4, 64, 64), Tiles(0, 4, 64, 64));
  ExpectDisjoint(true, Tiles(0, 0, 64, 64), Tiles(0, 4, 64, 64));
}

// Against the definition, byte by byte, for every small case of equal stride.
TEST(PlacementTest, AgreesWithBruteForce) {
  constexpr uint64_t kStride = 5;
  for (uint64_t offset = 0; offset < 16; ++offset) {
    for (uint64_t a_bytes = 1; a_bytes <= kStride; ++a_bytes) {
      for (uint64_t b_bytes = 1; b_bytes <= kStride; ++b_bytes) {
        const StoredTensor a = Tiles(0, 4, a_bytes, kStride);
        const StoredTensor b = Tiles(offset, 2, b_bytes, kStride);
        std::vector<int> uses(64, 0);
        for (const StoredTensor* tensor : {&a, &b}) {
          for (uint64_t t = 0; t < tensor->row_tiles(); ++t) {
            for (uint64_t i = 0; i < tensor->layout.row_tile_bytes; ++i) {
              uses[tensor->RowTileOffset(t) + i]++;
            }
          }
        }
        bool shared = false;
        for (int count : uses) shared |= count > 1;
        // May be stricter where only the ends of the groups meet, never
        // laxer.
        EXPECT_FALSE(shared && RowTilesAreDisjoint(a, b)) << offset;
        if (offset < kStride) {
          EXPECT_EQ(RowTilesAreDisjoint(a, b), !shared) << offset;
        }
      }
    }
  }
}

}  // namespace
}  // namespace tessera
