#include "formats/arena/arena_verify.h"

#include <gtest/gtest.h>

#include "tests/testing/arena_builder.h"

namespace tessera {
namespace {

class ArenaVerifyTest : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    manifest_ = builder_.Finish();
    Reparse();
  }

  void Reparse() {
    file_ = builder_.FileWith(manifest_);
    arena_ = ParseArena(file_).value();
  }

  absl::Status Chunks() { return VerifyChunks(file_, arena_, pool_); }
  absl::Status Tensors() { return VerifyTensors(file_, arena_, pool_); }

  static void ExpectLoss(const absl::Status& status, const char* part) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_NE(status.message().find(part), std::string::npos) << status;
  }

  ThreadPool pool_{GetParam()};
  ArenaBuilder builder_ = SmallArena();
  Manifest manifest_;
  std::vector<uint8_t> file_;
  Arena arena_;
};

TEST_P(ArenaVerifyTest, GoodArena) {
  EXPECT_TRUE(Chunks().ok()) << Chunks();
  EXPECT_TRUE(Tensors().ok()) << Tensors();
}

TEST_P(ArenaVerifyTest, EveryFlippedByteOfATensorIsNoticed) {
  for (const StoredTensor& tensor : arena_.tensors) {
    for (uint64_t t = 0; t < tensor.row_tiles(); ++t) {
      uint8_t& byte =
          file_[tensor.RowTileOffset(t) + t * 7 % tensor.layout.row_tile_bytes];
      byte ^= 0x10;
      ExpectLoss(Tensors(), tensor.name().c_str());
      ExpectLoss(Chunks(), "chunk [");
      byte ^= 0x10;
    }
  }
}

TEST_P(ArenaVerifyTest, TransposedAndSwizzledTensors) {
  builder_ = ArenaOfSpreadTiles();
  manifest_ = builder_.Finish();
  Reparse();
  EXPECT_TRUE(Tensors().ok()) << Tensors();
  const StoredTensor& experts = *arena_.FindTensor("experts");
  file_[experts.MatrixOffset(2)] ^= 1;
  ExpectLoss(Tensors(), "tensor 'experts' at offset ");
  manifest_.mutable_tensors(0)->set_rowmajor_xxh128(std::string(16, 'x'));
  Reparse();
  ExpectLoss(Tensors(), "tensor 'q', unpacked to row-major blocks: ");
}

TEST_P(ArenaVerifyTest, FirstBadChunkAndItsTensorsAreNamed) {
  const StoredTensor& embedding = *arena_.FindTensor("token_embd.weight");
  file_[embedding.file_offset + 99] ^= 1;
  ExpectLoss(Chunks(),
             "chunk [4194304, 6291456), with 'token_embd.weight', "
             "'experts.weight': XXH3-128 is ");
  file_[arena_.FindTensor("output.weight")->file_offset] ^= 1;
  ExpectLoss(Chunks(),
             "chunk [2097152, 4194304), with 'blk.0.attn_norm.weight', "
             "'blk.0.attn_q.weight', 'blk.0.attn_k.weight' and 5 more");
}

TEST_P(ArenaVerifyTest, PaddingIsCoveredByChunksOnly) {
  file_[4 * 1024 * 1024 - 1] = 1;
  ExpectLoss(Chunks(), "chunk [2097152, 4194304)");
  EXPECT_TRUE(Tensors().ok());
}

TEST_P(ArenaVerifyTest, FirstBadTensorIsNamed) {
  file_[arena_.FindTensor("output.weight")->file_offset] ^= 1;
  file_[arena_.FindTensor("blk.0.ffn_up.weight")->file_offset] ^= 1;
  ExpectLoss(Tensors(), "tensor 'blk.0.ffn_up.weight' at offset ");
}

TEST_P(ArenaVerifyTest, WrongUnpackingIsNoticed) {
  manifest_.mutable_tensors(1)->set_rowmajor_xxh128(std::string(16, 'x'));
  Reparse();
  EXPECT_TRUE(Chunks().ok());
  ExpectLoss(Tensors(),
             "tensor 'blk.0.attn_q.weight', unpacked to row-major blocks: ");
}

// Unpacking must not trust the length of rows that do not exist.
TEST_P(ArenaVerifyTest, EmptyTensorOfHugeRows) {
  Tensor& tensor = *manifest_.mutable_tensors(8);
  tensor.clear_shape();
  tensor.add_shape(0);
  tensor.add_shape(uint64_t{1} << 50);
  tensor.mutable_layout()->set_row_tile_bytes(uint64_t{1} << 51);
  tensor.mutable_layout()->set_row_tile_stride(uint64_t{1} << 51);
  Reparse();
  ExpectLoss(Tensors(), "tensor 'token_embd.weight'");
}

INSTANTIATE_TEST_SUITE_P(Threads, ArenaVerifyTest, testing::Values(1, 3));

}  // namespace
}  // namespace tessera
