#include "runtime/tokenizer/merge_table.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/testing/tokenizer_builder.h"

namespace tessera {
namespace {

absl::StatusOr<std::unique_ptr<MergeTable>> MakeTable(
    const TokenizerData& data) {
  const auto vocabulary = Vocabulary::Create(data);
  EXPECT_TRUE(vocabulary.ok()) << vocabulary.status();
  return MergeTable::Create(data, **vocabulary);
}

std::string DataLossMessage(const TokenizerData& data) {
  const auto table = MakeTable(data);
  EXPECT_TRUE(absl::IsDataLoss(table.status())) << table.status();
  return std::string(table.status().message());
}

TEST(MergeTableTest, FindsRankAndResult) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  const int32_t ab = builder.Merge("a", "b");
  const int32_t abc = builder.Merge("ab", "c");
  const auto table = MakeTable(builder.data());
  ASSERT_TRUE(table.ok()) << table.status();
  const auto first = (*table)->Find('a', 'b');
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->rank, 0u);
  EXPECT_EQ(first->result, ab);
  const auto second = (*table)->Find(ab, 'c');
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->rank, 1u);
  EXPECT_EQ(second->result, abc);
  EXPECT_FALSE((*table)->Find('b', 'a').has_value());
  EXPECT_FALSE((*table)->Find(-1, -1).has_value());
  EXPECT_FALSE((*table)->Find('a', -1).has_value());
}

TEST(MergeTableTest, OfEqualMergesTheFirstCounts) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  builder.Merge("c", "d");
  builder.Merge("a", "b");
  builder.Merge("a", "b");
  const auto table = MakeTable(builder.data());
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ((*table)->Find('a', 'b')->rank, 1u);
}

TEST(MergeTableTest, TextCannotBecomeAControlToken) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  builder.Token("ab", TokenType::kControl);
  builder.Merge("a", "b");
  builder.Merge("c", "d");
  const auto table = MakeTable(builder.data());
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_FALSE((*table)->Find('a', 'b').has_value());
  EXPECT_EQ((*table)->Find('c', 'd')->rank, 1u);
}

TEST(MergeTableTest, RefusesListsOfDifferentLength) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  builder.Merge("a", "b");
  builder.data().add_merge_left('c');
  EXPECT_EQ(DataLossMessage(builder.data()),
            "tokenizer: 2 left sides of merges, but 1 right sides");
}

TEST(MergeTableTest, RefusesIdsOutOfRange) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  for (const uint32_t id : {256u, 0x80000000u, 0xFFFFFFFFu}) {
    TokenizerData data = builder.data();
    data.add_merge_left('a');
    data.add_merge_right(id);
    EXPECT_NE(DataLossMessage(data).find("merge 0 joins tokens 97 and"),
              std::string::npos);
    data.set_merge_left(0, id);
    data.set_merge_right(0, 'a');
    EXPECT_NE(DataLossMessage(data).find("but there are 256"),
              std::string::npos);
  }
}

TEST(MergeTableTest, RefusesAResultThatIsNoToken) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  builder.data().add_merge_left('a');
  builder.data().add_merge_right('b');
  EXPECT_EQ(DataLossMessage(builder.data()),
            "tokenizer: merge 0 gives 'ab', which is no token");
}

}  // namespace
}  // namespace tessera
