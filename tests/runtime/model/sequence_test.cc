#include "runtime/model/sequence.h"

#include <algorithm>
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
const KvPlan kPlan = {.windows = {0, 0}, .max_batch = 3 * kKvBlock};

class SequenceTest : public testing::Test {
 protected:
  // A pool for three blocks of each layer.
  void SetUp() override {
    auto pool = KvPool::Create({1, 8, false}, kLayers * 3);
    ASSERT_TRUE(pool.ok()) << pool.status();
    pool_ = *std::move(pool);
  }

  std::unique_ptr<KvPool> pool_;
};

TEST_F(SequenceTest, AllocatesBlocksAsTheyAreNeeded) {
  Sequence sequence(pool_.get(), kPlan, 3 * kKvBlock);
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
  Sequence a(pool_.get(), kPlan, 3 * kKvBlock);
  Sequence b(pool_.get(), kPlan, 3 * kKvBlock);
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
  Sequence sequence(pool_.get(), kPlan, 3 * kKvBlock);
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
    Sequence sequence(pool_.get(), kPlan, kKvBlock);
    ASSERT_TRUE(sequence.Reserve(5).ok());
    EXPECT_EQ(pool_->free_blocks(), 4);
  }
  EXPECT_EQ(pool_->free_blocks(), 6);
}

TEST_F(SequenceTest, TheContextIsALimit) {
  Sequence sequence(pool_.get(), kPlan, 70);
  ASSERT_TRUE(sequence.Reserve(70).ok());
  sequence.Advance(69);
  EXPECT_TRUE(sequence.Reserve(1).ok());
  const absl::Status full = sequence.Reserve(2);
  EXPECT_EQ(full.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(full.message(), "no room for 2")) << full;
}

// A layer that sees everything, and one that sees 100 positions of at most 16
// tokens at once: 115 positions, which are in at most 3 blocks.
const KvPlan kWindows = {.windows = {0, 100}, .max_batch = 16};

TEST(KvPlanTest, WindowsTakeTheirSizeOnly) {
  EXPECT_EQ(kWindows.LayerBlocks(0, 1000), 16);
  EXPECT_EQ(kWindows.LayerBlocks(1, 1000), 3);
  EXPECT_EQ(kWindows.LayerBlocks(1, 64), 1);
  EXPECT_EQ(kWindows.Blocks(1000), 19);
  const KvPlan one = {.windows = {1}, .max_batch = 1};
  EXPECT_EQ(one.Blocks(1000), 1);
  // 2 positions lie in 2 blocks, if the first is the last of its block.
  const KvPlan two = {.windows = {2}, .max_batch = 1};
  EXPECT_EQ(two.Blocks(1000), 2);
  const KvPlan many = {.windows = {65}, .max_batch = 1};
  EXPECT_EQ(many.Blocks(1000), 2);
  const KvPlan more = {.windows = {66}, .max_batch = 1};
  EXPECT_EQ(more.Blocks(1000), 3);
}

class WindowedSequenceTest : public testing::Test {
 protected:
  void SetUp() override {
    auto pool = KvPool::Create({1, 8, false}, kWindows.Blocks(kPositions));
    ASSERT_TRUE(pool.ok()) << pool.status();
    pool_ = *std::move(pool);
  }

  static constexpr int64_t kPositions = 640;
  std::unique_ptr<KvPool> pool_;
};

// Whatever the batches, each position that is seen has the block that it was
// stored in, and no other position has that.
TEST_F(WindowedSequenceTest, KeepsWhatIsSeen) {
  Sequence sequence(pool_.get(), kWindows, kPositions);
  std::vector<const uint8_t*> stored(kPositions / kKvBlock);
  for (int64_t batch = 1; sequence.position() < kPositions; batch += 3) {
    const int64_t count =
        std::min({batch % 16 + 1, kPositions - sequence.position()});
    ASSERT_TRUE(sequence.Reserve(count).ok());
    sequence.Place(count);
    uint8_t* const* blocks = sequence.blocks(1);
    const int64_t first = sequence.position();
    for (int64_t p = first; p < first + count; ++p) {
      ASSERT_NE(blocks[p / kKvBlock], nullptr);
      stored[p / kKvBlock] = blocks[p / kKvBlock];
    }
    std::set<const uint8_t*> seen;
    const int64_t begin = std::max<int64_t>(first - 99, 0) / kKvBlock;
    const int64_t end = (first + count - 1) / kKvBlock + 1;
    for (int64_t block = begin; block < end; ++block) {
      EXPECT_EQ(blocks[block], stored[block]) << "position " << first;
      seen.insert(blocks[block]);
    }
    EXPECT_EQ(static_cast<int64_t>(seen.size()), end - begin);
    sequence.Advance(count);
  }
  EXPECT_EQ(pool_->free_blocks(), 0);
  sequence.Reset();
  EXPECT_EQ(pool_->free_blocks(), kWindows.Blocks(kPositions));
}

// A prompt is reserved at once and placed batch by batch.
TEST_F(WindowedSequenceTest, LongPromptsGoBatchByBatch) {
  Sequence sequence(pool_.get(), kWindows, kPositions);
  ASSERT_TRUE(sequence.Reserve(kPositions).ok());
  EXPECT_EQ(pool_->free_blocks(), 0);
  for (int64_t i = 0; i < kPositions; i += 16) {
    sequence.Place(16);
    EXPECT_NE(sequence.blocks(1)[(i + 15) / kKvBlock], nullptr);
    sequence.Advance(16);
  }
  EXPECT_EQ(sequence.blocks(1)[0], nullptr);
  EXPECT_NE(sequence.blocks(0)[0], nullptr);
}

// Of a window's blocks, those that will be seen are the restored ones, and the
// others are not taken for what had been stored.
TEST_F(WindowedSequenceTest, RestoredSequencesForgetWhatWasNotSaved) {
  for (const int64_t position : {1, 64, 99, 100, 101, 400, 640}) {
    Sequence sequence(pool_.get(), kWindows, kPositions);
    ASSERT_TRUE(sequence.Restore(position).ok());
    EXPECT_EQ(sequence.position(), position);
    const int64_t seen = std::max<int64_t>(position - 99, 0);
    EXPECT_EQ(sequence.FirstSeen(1), seen);
    EXPECT_EQ(sequence.FirstSeen(0), 0);
    for (int64_t block = seen / kKvBlock; block * kKvBlock < position;
         ++block) {
      EXPECT_NE(sequence.blocks(1)[block], nullptr) << position;
    }
    EXPECT_EQ(sequence.BlocksSeen(1, position),
              (position + 63) / kKvBlock - seen / kKvBlock);
    EXPECT_TRUE(sequence.Rewind(position));
    const int64_t kept = seen / kKvBlock * kKvBlock;
    if (kept == 0) {
      EXPECT_TRUE(sequence.Rewind(1));
    } else {
      EXPECT_FALSE(sequence.Rewind(kept + 98));
      EXPECT_EQ(sequence.position(), position);
      EXPECT_TRUE(sequence.Rewind(std::min(kept + 99, position)));
    }
    // And on from there.
    while (sequence.position() < kPositions) {
      const int64_t count =
          std::min<int64_t>(16, kPositions - sequence.position());
      ASSERT_TRUE(sequence.Reserve(count).ok());
      sequence.Place(count);
      sequence.Advance(count);
    }
  }
  EXPECT_EQ(pool_->free_blocks(), kWindows.Blocks(kPositions));
  Sequence sequence(pool_.get(), kWindows, kPositions);
  EXPECT_EQ(sequence.Restore(kPositions + 1).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(sequence.position(), 0);
}

}  // namespace
}  // namespace tessera
