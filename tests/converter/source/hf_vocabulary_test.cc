#include "converter/source/hf_vocabulary.h"

#include <limits>
#include <string>

#include "gtest/gtest.h"

namespace tessera {
namespace {

TokenizerData Stored(const HfVocabulary& vocabulary, uint64_t vocab_size = 0) {
  TokenizerData data;
  const absl::Status status = vocabulary.Store(vocab_size, false, &data);
  EXPECT_TRUE(status.ok()) << status;
  return data;
}

TEST(HfVocabularyTest, AddedTokensAreNumberedAsHuggingFaceDoes) {
  HfVocabulary vocabulary;
  vocabulary.Add("a", 0);
  vocabulary.Add("b", 1);
  vocabulary.Add("ab", 5);  // the next free id is the number of tokens
  vocabulary.AddToken({"<x>", true});
  vocabulary.AddToken({"<y>", false});
  vocabulary.AddToken({"<x>", false});  // passed over
  vocabulary.AddToken({"", true});
  EXPECT_EQ(vocabulary.Find("<x>"), 3u);
  EXPECT_EQ(vocabulary.Find("<y>"), 4u);
  EXPECT_EQ(vocabulary.Find("<z>"), std::nullopt);
  const TokenizerData data = Stored(vocabulary);
  EXPECT_EQ(data.token_text(), "ab[PAD2]<x><y>ab");
  EXPECT_EQ(data.token_type(), std::string("\1\1\5\3\4\1"));
  EXPECT_TRUE(data.token_flags().empty());
}

TEST(HfVocabularyTest, TokensOfTheModelKeepTheirIds) {
  HfVocabulary vocabulary;
  vocabulary.Add("a", 0);
  vocabulary.Add("<x>", 7);
  vocabulary.AddToken({"<x>", true, 1 | 8});
  vocabulary.AddToken({"<y>", true, 2});
  EXPECT_EQ(vocabulary.Find("<x>"), 7u);
  EXPECT_EQ(vocabulary.Find("<y>"), 8u);
  const TokenizerData data = Stored(vocabulary, 10);
  EXPECT_EQ(data.token_length_size(), 10);
  EXPECT_EQ(data.token_type(), std::string("\1\5\5\5\5\5\5\3\3\5"));
  EXPECT_EQ(data.token_flags()[7], 9);
  EXPECT_EQ(data.token_flags()[8], 2);
  EXPECT_EQ(data.token_flags()[0], 0);
}

TEST(HfVocabularyTest, MoreTokensThanTheModelAreKept) {
  HfVocabulary vocabulary;
  vocabulary.Add("a", 0);
  vocabulary.Add("b", 1);
  EXPECT_EQ(Stored(vocabulary, 1).token_length_size(), 2);
}

TEST(HfVocabularyTest, OfEqualTextsTheLastCounts) {
  HfVocabulary vocabulary;
  vocabulary.Add("a", 0, -1);
  vocabulary.Add("b", 1, -2);
  vocabulary.Add("a", 2, -0.5f);
  EXPECT_EQ(vocabulary.Find("a"), 2u);
  TokenizerData data;
  ASSERT_TRUE(vocabulary.Store(0, true, &data).ok());
  EXPECT_EQ(data.token_score(0), -1);
  EXPECT_EQ(data.token_score(2), -0.5f);
  EXPECT_EQ(data.exact_token_score_size(), 0);
  vocabulary.Add("c", 3, -0.1);
  TokenizerData exact;
  ASSERT_TRUE(vocabulary.Store(0, true, &exact).ok());
  EXPECT_EQ(exact.token_score(3), -0.1f);
  ASSERT_EQ(exact.exact_token_score_size(), 4);
  EXPECT_EQ(exact.exact_token_score(3), -0.1);
}

TEST(HfVocabularyTest, Bytes) {
  HfVocabulary vocabulary;
  vocabulary.Add("<0x00>", 0);
  vocabulary.Add("<0xFF>", 1);
  vocabulary.Add("<0xff>", 2);
  vocabulary.Add("<0x0A>", 3);
  vocabulary.AddToken({"<0x0A>", true});
  vocabulary.MarkBytes();
  EXPECT_EQ(Stored(vocabulary).token_type(), std::string("\6\6\1\3"));
}

TEST(HfVocabularyTest, Refused) {
  TokenizerData data;
  EXPECT_TRUE(absl::IsDataLoss(HfVocabulary().Store(0, false, &data)));
  HfVocabulary same;
  same.Add("a", 1);
  same.Add("b", 1);
  EXPECT_TRUE(absl::IsDataLoss(same.Store(0, false, &data)));
  HfVocabulary one;
  one.Add("a", 0);
  EXPECT_TRUE(absl::IsDataLoss(one.Store(uint64_t{1} << 32, false, &data)));
  for (const uint64_t id : {uint64_t{1} << 21, ~uint64_t{0}}) {
    HfVocabulary far;
    far.Add("a", id);
    EXPECT_TRUE(absl::IsDataLoss(far.Store(0, false, &data)));
  }
}

}  // namespace
}  // namespace tessera
