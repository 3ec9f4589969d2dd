#include "converter/source/gguf_merge_scores.h"

#include <initializer_list>
#include <utility>

#include "gtest/gtest.h"
#include "tests/testing/tokenizer_builder.h"

namespace tessera {
namespace {

using Pairs =
    std::initializer_list<std::pair<absl::string_view, absl::string_view>>;

// A BPE of single letters and what `merges` make.
TokenizerBuilder Bpe(absl::string_view letters, Pairs merges) {
  TokenizerBuilder builder = TokenizerBuilder::Sentencepiece();
  builder.data().set_kind(TokenizerData::KIND_BPE);
  for (const char& letter : letters) {
    builder.Token(absl::string_view(&letter, 1));
  }
  for (const auto& [left, right] : merges) builder.Merge(left, right);
  return builder;
}

TEST(GgufMergeScoresTest, OrderBecomesScores) {
  const MergeScores merges = ScoresOfMerges(
      Bpe("abc", {{"b", "c"}, {"a", "b"}, {"a", "bc"}, {"ab", "c"}}).data());
  EXPECT_EQ(merges.differing, 0u);
  TokenizerBuilder same =
      Bpe("abc", {{"b", "c"}, {"a", "b"}, {"a", "bc"}, {"ab", "c"}});
  EXPECT_EQ(merges.scores[same.Id("bc")], 0);
  EXPECT_EQ(merges.scores[same.Id("ab")], -1);
  EXPECT_EQ(merges.scores[same.Id("abc")], -2);
  EXPECT_LT(merges.scores[same.Id("a")], -2);
  EXPECT_LT(merges.scores[0], -2);
}

TEST(GgufMergeScoresTest, APairThatIsNotListed) {
  // "ab" "c" would be joined by a reader that looks at texts.
  const MergeScores merges =
      ScoresOfMerges(Bpe("abc", {{"a", "b"}, {"b", "c"}, {"a", "bc"}}).data());
  EXPECT_EQ(merges.differing, 1u);
}

TEST(GgufMergeScoresTest, ATokenThatOnlyTextsMake) {
  TokenizerBuilder builder = Bpe("ab", {});
  builder.Token("ab", TokenType::kControl);
  EXPECT_EQ(ScoresOfMerges(builder.data()).differing, 1u);
  // A character that is no token counts too: it stands there until the end.
  TokenizerBuilder other = Bpe("a", {});
  other.Token("ax");
  EXPECT_EQ(ScoresOfMerges(other.data()).differing, 1u);
}

TEST(GgufMergeScoresTest, InterleavedMerges) {
  const MergeScores merges = ScoresOfMerges(
      Bpe("abc", {{"a", "b"}, {"b", "c"}, {"a", "bc"}, {"c", "a"}, {"ab", "c"}})
          .data());
  EXPECT_EQ(merges.differing, 1u);
}

TEST(GgufMergeScoresTest, RunsOfOneCharacter) {
  // As Gemma has them: longer runs first, and sorted by the left side.
  TokenizerBuilder builder = Bpe("a", {});
  builder.Token("aa");
  builder.Token("aaa");
  builder.Token("aaaa");
  for (const auto& [left, right] : Pairs{{"aaa", "a"},
                                         {"aa", "aa"},
                                         {"aa", "a"},
                                         {"a", "aaa"},
                                         {"a", "aa"},
                                         {"a", "a"}}) {
    builder.Merge(left, right);
  }
  const MergeScores merges = ScoresOfMerges(builder.data());
  EXPECT_EQ(merges.differing, 0u);
  EXPECT_GT(merges.scores[builder.Id("aaaa")],
            merges.scores[builder.Id("aaa")]);
  EXPECT_GT(merges.scores[builder.Id("aaa")], merges.scores[builder.Id("aa")]);
}

}  // namespace
}  // namespace tessera
