#include "formats/layout/block_fields.h"

#include <gtest/gtest.h>

#include <vector>

namespace tessera {
namespace {

// Every byte of a block is in exactly one field.
TEST(BlockFieldsTest, FieldsPartitionTheBlock) {
  for (const BlockFields& fields : AllBlockFields()) {
    SCOPED_TRACE(DTypeName(fields.type));
    std::vector<int> uses(fields.unit_bytes, 0);
    auto count = [&uses](const BlockField& field) {
      for (int i = 0; i < field.bytes; ++i) uses.at(field.offset + i)++;
    };
    for (const BlockField& field : fields.head) count(field);
    for (const BlockField& field : fields.body) count(field);
    EXPECT_EQ(uses, std::vector<int>(fields.unit_bytes, 1));
  }
}

TEST(BlockFieldsTest, UnitsAreWholeBlocks) {
  for (const BlockFields& fields : AllBlockFields()) {
    SCOPED_TRACE(DTypeName(fields.type));
    const DTypeTraits* traits = FindDType(fields.type);
    ASSERT_NE(traits, nullptr);
    if (fields.has_head()) {
      EXPECT_EQ(fields.unit_bytes, traits->block_bytes);
      EXPECT_EQ(fields.unit_columns, traits->block_elements);
      EXPECT_EQ(fields.row_head_bytes, 0);
    } else if (fields.type == DType::kINT8) {
      EXPECT_EQ(fields.row_head_bytes, 4);
      EXPECT_EQ(fields.unit_bytes, fields.unit_columns);
    } else {
      EXPECT_EQ(fields.unit_bytes, traits->block_bytes * fields.tile_blocks);
      EXPECT_EQ(fields.unit_columns, fields.tile_blocks);
    }
  }
}

// So that a vector load of 64 bytes never splits a cache line.
TEST(BlockFieldsTest, FieldsFillWholeCacheLines) {
  for (const BlockFields& fields : AllBlockFields()) {
    SCOPED_TRACE(DTypeName(fields.type));
    for (const BlockField& field : fields.body) {
      EXPECT_EQ(field.bytes * 16 % 64, 0);
    }
    if (fields.has_head()) {
      const int head_bytes = fields.head[0].bytes + fields.head[1].bytes;
      EXPECT_EQ(head_bytes * 16 * fields.tile_blocks, 64);
    }
  }
}

TEST(BlockFieldsTest, TransposedTilesOfFloatsHoldOneColumn) {
  for (DType type : {DType::kF32, DType::kF16, DType::kBF16}) {
    SCOPED_TRACE(DTypeName(type));
    const BlockFields* fields = FindTransposedFields(type);
    ASSERT_NE(fields, nullptr);
    EXPECT_EQ(fields->unit_columns, 1);
    EXPECT_EQ(fields->unit_bytes, FindDType(type)->block_bytes);
    EXPECT_EQ(fields->body[0].chunk_bytes, fields->unit_bytes);
  }
  EXPECT_EQ(FindTransposedFields(DType::kQ4_K), FindBlockFields(DType::kQ4_K));
  EXPECT_EQ(FindTransposedFields(DType::kF64), nullptr);
}

TEST(BlockFieldsTest, BytesOfTiles) {
  EXPECT_EQ(FindBlockFields(DType::kQ4_0)->TileBytes(2), 64 + 2 * 256);
  EXPECT_EQ(FindBlockFields(DType::kQ4_0)->TileBytes(3), 2 * 64 + 3 * 256);
  EXPECT_EQ(FindBlockFields(DType::kINT8)->TileBytes(3), 3 * 512);
  EXPECT_EQ(FindTransposedFields(DType::kF16)->TileBytes(1), 32);
}

TEST(BlockFieldsTest, TypesWithoutTiles) {
  EXPECT_EQ(FindBlockFields(DType::kIQ2_XXS), nullptr);
  EXPECT_EQ(FindBlockFields(DType::kF64), nullptr);
  EXPECT_EQ(FindBlockFields(DType::kQ8_K), nullptr);
  EXPECT_EQ(FindBlockFields(static_cast<DType>(777)), nullptr);
}

}  // namespace
}  // namespace tessera
