#include "runtime/model/sequence.h"

#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "runtime/kernels/kernel_args.h"

namespace tessera {
namespace {

constexpr int64_t kLayers = 2;

class SequenceTest : public testing::Test {
 protected:
  // A pool for three blocks of each layer.
  void SetUp() override {
    auto pool = KvPool::Create({1, 8, false}, kLayers, 3 * kKvBlock);
    ASSERT_TRUE(pool.ok()) << pool.status();
    pool_ = *std::move(pool);
  }

  std::unique_ptr<KvPool> pool_;
};

TEST_F(SequenceTest, AllocatesBlocksAsTheyAreNeeded) {
  Sequence sequence(pool_.get(), kLayers, 3 * kKvBlock);
  EXPECT_EQ(pool_->free_blocks(), 6);
  ASSERT_TRUE(sequence.Reserve(kKvBlock).ok());
  EXPECT_EQ(pool_->free_blocks(), 4);
  sequence.Advance(kKvBlock);
  ASSERT_TRUE(sequence.Reserve(1).ok());
  EXPECT_EQ(pool_->free_blocks(), 2);
  ASSERT_TRUE(sequence.Reserve(kKvBlock).ok());
  EXPECT_EQ(pool_->free_blocks(), 2);
  std::set<const uint8_t*> blocks;
  for (int64_t layer = 0; layer < kLayers; ++layer) {
    blocks.insert(sequence.blocks(layer), sequence.blocks(layer) + 2);
  }
  EXPECT_EQ(blocks.size(), 4u);
}

TEST_F(SequenceTest, SequencesShareAPool) {
  Sequence a(pool_.get(), kLayers, 3 * kKvBlock);
  Sequence b(pool_.get(), kLayers, 3 * kKvBlock);
  ASSERT_TRUE(a.Reserve(1).ok());
  ASSERT_TRUE(b.Reserve(1).ok());
  a.Advance(1);
  ASSERT_TRUE(a.Reserve(kKvBlock).ok());
  // Two of a's and one of b's are all there are.
  b.Advance(kKvBlock);
  const absl::Status full = b.Reserve(1);
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(absl::StrContains(full.message(), "0 free blocks")) << full;
  EXPECT_EQ(b.position(), kKvBlock);
  a.Reset();
  EXPECT_EQ(a.position(), 0);
  EXPECT_TRUE(b.Reserve(1).ok());
}

TEST_F(SequenceTest, ResetGivesTheSameBlocksAgain) {
  Sequence sequence(pool_.get(), kLayers, 3 * kKvBlock);
  ASSERT_TRUE(sequence.Reserve(2 * kKvBlock).ok());
  const std::vector<const uint8_t*> before(sequence.blocks(1),
                                           sequence.blocks(1) + 2);
  sequence.Advance(70);
  sequence.Reset();
  EXPECT_EQ(pool_->free_blocks(), 6);
  ASSERT_TRUE(sequence.Reserve(2 * kKvBlock).ok());
  EXPECT_EQ(before, std::vector<const uint8_t*>(sequence.blocks(1),
                                                sequence.blocks(1) + 2));
}

TEST_F(SequenceTest, ItsEndFreesItsBlocks) {
  {
    Sequence sequence(pool_.get(), kLayers, kKvBlock);
    ASSERT_TRUE(sequence.Reserve(5).ok());
    EXPECT_EQ(pool_->free_blocks(), 4);
  }
  EXPECT_EQ(pool_->free_blocks(), 6);
}

TEST_F(SequenceTest, TheContextIsALimit) {
  Sequence sequence(pool_.get(), kLayers, 70);
  ASSERT_TRUE(sequence.Reserve(70).ok());
  sequence.Advance(69);
  EXPECT_TRUE(sequence.Reserve(1).ok());
  const absl::Status full = sequence.Reserve(2);
  EXPECT_EQ(full.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(full.message(), "no room for 2")) << full;
}

}  // namespace
}  // namespace tessera
