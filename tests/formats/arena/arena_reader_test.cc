#include "formats/arena/arena_reader.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "formats/layout/pack.h"
#include "tests/testing/arena_builder.h"

namespace tessera {
namespace {

constexpr LayoutOrder kRows = LayoutOrder::kRowMajor;
constexpr LayoutOrder kTiles = LayoutOrder::kInterleaved;

// The row-major bytes of a tensor, read through its StoredTensor.
std::vector<uint8_t> ReadTensor(const StoredTensor& tensor,
                                const std::vector<uint8_t>& file) {
  std::vector<uint8_t> rows(tensor.RowMajorBytes());
  uint8_t* row = rows.data();
  for (uint64_t m = 0; m < tensor.matrices; ++m) {
    for (uint64_t i = 0; i < tensor.layout.rows; ++i) {
      UnpackMatrixRow(tensor.layout, file.data() + tensor.MatrixOffset(m), i,
                      row);
      row += tensor.layout.row_bytes;
    }
  }
  return rows;
}

TEST(ArenaReaderTest, ReadsEveryTensorOfASmallArena) {
  ArenaBuilder builder = SmallArena();
  const Manifest manifest = builder.Finish();
  const std::vector<uint8_t> file = builder.FileWith(manifest);
  const Arena arena = ParseArena(file).value();
  ASSERT_EQ(arena.tensors.size(), 10);
  EXPECT_EQ(arena.header.file_size, file.size());
  EXPECT_EQ(arena.manifest.sections_size(), 2);
  for (const StoredTensor& tensor : arena.tensors) {
    SCOPED_TRACE(tensor.name());
    EXPECT_EQ(tensor.file_offset % 64, 0);
    EXPECT_EQ(arena.FindTensor(tensor.name()), &tensor);
    EXPECT_EQ(ReadTensor(tensor, file),
              ArenaBuilder::RowMajorBytes({tensor.name(), tensor.type,
                                           tensor.layout.order, tensor.shape}));
  }
  EXPECT_EQ(arena.FindTensor("no such tensor"), nullptr);
}

TEST(ArenaReaderTest, ReadsTransposedAndSwizzledTensors) {
  ArenaBuilder builder = ArenaOfSpreadTiles();
  const std::vector<uint8_t> file = builder.FileWith(builder.Finish());
  const Arena arena = ParseArena(file).value();
  ASSERT_EQ(arena.tensors.size(), 4);
  for (const StoredTensor& tensor : arena.tensors) {
    SCOPED_TRACE(tensor.name());
    EXPECT_FALSE(tensor.layout.has_whole_row_tiles());
    EXPECT_EQ(ReadTensor(tensor, file),
              ArenaBuilder::RowMajorBytes({tensor.name(), tensor.type,
                                           tensor.layout.order, tensor.shape}));
  }
  const StoredTensor& experts = *arena.FindTensor("experts");
  EXPECT_EQ(experts.MatrixOffset(2),
            experts.file_offset + 2 * experts.layout.StoredBytes());
  EXPECT_EQ(experts.SpanBytes(), 3 * experts.layout.StoredBytes());
}

TEST(ArenaReaderTest, MembersOfAnAlternatingGroup) {
  ArenaBuilder builder = SmallArena();
  const std::vector<uint8_t> file = builder.FileWith(builder.Finish());
  const Arena arena = ParseArena(file).value();
  const StoredTensor& gate = *arena.FindTensor("blk.0.ffn_gate.weight");
  const StoredTensor& up = *arena.FindTensor("blk.0.ffn_up.weight");
  EXPECT_EQ(gate.layout.row_tile_bytes, 576);
  EXPECT_EQ(up.layout.row_tile_bytes, 1088);
  EXPECT_EQ(gate.layout.row_tile_stride, 576 + 1088);
  EXPECT_EQ(up.file_offset, gate.file_offset + 576);
  EXPECT_EQ(up.RowTileOffset(2), gate.file_offset + 2 * 1664 + 576);
  EXPECT_EQ(gate.Data(file.data()), file.data() + gate.file_offset);
}

TEST(ArenaReaderTest, ShapesBecomeMatrices) {
  ArenaBuilder builder;
  builder.BeginSection(Section::KIND_HOT);
  builder.Add({"scalar", DType::kF32, kRows, {}});
  builder.Add({"vector", DType::kF32, kRows, {5}});
  builder.Add({"matrix", DType::kF16, kTiles, {17, 3}});
  builder.Add({"4-D", DType::kF16, kTiles, {2, 3, 17, 3}});
  builder.Add({"empty", DType::kF32, kRows, {0, 5}});
  const std::vector<uint8_t> file = builder.FileWith(builder.Finish());
  const Arena arena = ParseArena(file).value();
  const auto expect = [&arena](const char* name, uint64_t matrices,
                               uint64_t rows, uint64_t columns,
                               uint64_t tiles) {
    const StoredTensor& tensor = *arena.FindTensor(name);
    EXPECT_EQ(tensor.matrices, matrices) << name;
    EXPECT_EQ(tensor.layout.rows, rows) << name;
    EXPECT_EQ(tensor.layout.columns, columns) << name;
    EXPECT_EQ(tensor.row_tiles(), tiles) << name;
  };
  expect("scalar", 1, 1, 1, 1);
  expect("vector", 1, 1, 5, 1);
  expect("matrix", 1, 17, 3, 2);
  expect("4-D", 6, 17, 3, 12);
  expect("empty", 1, 0, 5, 0);
  const StoredTensor& tensor = *arena.FindTensor("4-D");
  EXPECT_EQ(tensor.RowsInTile(2), 16);
  EXPECT_EQ(tensor.RowsInTile(11), 1);
  EXPECT_EQ(
      ReadTensor(tensor, file),
      ArenaBuilder::RowMajorBytes({"4-D", DType::kF16, kTiles, {2, 3, 17, 3}}));
}

TEST(ArenaReaderTest, ArenaMayBeMoved) {
  ArenaBuilder builder = SmallArena();
  const std::vector<uint8_t> file = builder.FileWith(builder.Finish());
  Arena first = ParseArena(file).value();
  const Tensor* proto = first.tensors[3].proto;
  const Arena second = std::move(first);
  EXPECT_EQ(second.tensors[3].proto, proto);
  EXPECT_EQ(proto, &second.manifest.tensors(3));
  EXPECT_EQ(second.FindTensor("output.weight")->proto->name(), "output.weight");
}

TEST(ArenaReaderTest, NoTensors) {
  ArenaBuilder builder;
  const std::vector<uint8_t> file = builder.FileWith(builder.Finish());
  EXPECT_TRUE(ParseArena(file)->tensors.empty());
}

TEST(ArenaReaderTest, NewerMinorVersionIsAccepted) {
  ArenaBuilder builder = SmallArena();
  Manifest manifest = builder.Finish();
  manifest.set_minor_version(9);
  manifest.GetReflection()->MutableUnknownFields(&manifest)->AddLengthDelimited(
      1000, "from the future");
  const std::vector<uint8_t> file = builder.FileWith(manifest);
  EXPECT_EQ(ParseArena(file)->header.minor_version, 9);
}

// A stride larger than needed is a writer's choice.
TEST(ArenaReaderTest, LargerStrideIsAccepted) {
  ArenaBuilder builder;
  builder.BeginSection(Section::KIND_HOT);
  builder.AddAlternating("alone", {{"a", DType::kQ4_0, kTiles, {40, 64}}});
  Manifest manifest = builder.Finish();
  Tensor& tensor = *manifest.mutable_tensors(0);
  tensor.mutable_layout()->set_row_tile_stride(576 + 640);
  tensor.mutable_extent()->set_size(2 * (576 + 640) + 576);
  EXPECT_EQ(
      ParseArena(builder.FileWith(manifest))->tensors[0].layout.row_tile_stride,
      1216);
}

}  // namespace
}  // namespace tessera
