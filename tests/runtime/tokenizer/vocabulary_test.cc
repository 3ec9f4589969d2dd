#include "runtime/tokenizer/vocabulary.h"

#include <limits>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/testing/tokenizer_builder.h"

namespace tessera {
namespace {

std::unique_ptr<Vocabulary> MakeVocabulary(const TokenizerData& data) {
  auto vocabulary = Vocabulary::Create(data);
  EXPECT_TRUE(vocabulary.ok()) << vocabulary.status();
  return vocabulary.ok() ? *std::move(vocabulary) : nullptr;
}

std::string DataLossMessage(const TokenizerData& data) {
  const auto vocabulary = Vocabulary::Create(data);
  EXPECT_TRUE(absl::IsDataLoss(vocabulary.status())) << vocabulary.status();
  return std::string(vocabulary.status().message());
}

TEST(VocabularyTest, FindsTextsTypesAndScores) {
  TokenizerBuilder builder = TokenizerBuilder::Sentencepiece();
  const uint32_t piece = builder.Token("abc", TokenType::kNormal, -1.5f);
  const auto vocabulary = MakeVocabulary(builder.data());
  EXPECT_EQ(vocabulary->size(), 260);
  EXPECT_EQ(vocabulary->Text(piece), "abc");
  EXPECT_EQ(vocabulary->Type(piece), TokenType::kNormal);
  EXPECT_EQ(vocabulary->Score(piece), -1.5f);
  EXPECT_EQ(vocabulary->Find("abc"), piece);
  EXPECT_EQ(vocabulary->Find("ab"), std::nullopt);
  EXPECT_EQ(vocabulary->Find(""), std::nullopt);
  EXPECT_TRUE(vocabulary->Contains(0));
  EXPECT_FALSE(vocabulary->Contains(-1));
  EXPECT_FALSE(vocabulary->Contains(260));
  EXPECT_EQ(vocabulary->longest_text(), 6u);
}

TEST(VocabularyTest, PlainTextNeverFindsControlTokens) {
  TokenizerBuilder builder = TokenizerBuilder::Sentencepiece();
  const auto vocabulary = MakeVocabulary(builder.data());
  EXPECT_EQ(vocabulary->Find("<s>"), std::nullopt);
  EXPECT_EQ(vocabulary->Find("<unk>"), std::nullopt);
  EXPECT_EQ(vocabulary->Find("<0x41>"), std::nullopt);
  EXPECT_EQ(vocabulary->FindSpelling("<s>"), 1);
}

TEST(VocabularyTest, PlainTokensHideControlTokensAndTheLowestIdWins) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  builder.Token("same", TokenType::kControl);
  const uint32_t first = builder.Token("same");
  builder.Token("same");
  const auto vocabulary = MakeVocabulary(builder.data());
  EXPECT_EQ(vocabulary->Find("same"), first);
  EXPECT_EQ(vocabulary->FindSpelling("same"), first);
}

TEST(VocabularyTest, WithoutTypesAllTokensAreNormal) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  builder.data().clear_token_type();
  const auto vocabulary = MakeVocabulary(builder.data());
  EXPECT_EQ(vocabulary->Type(7), TokenType::kNormal);
  EXPECT_EQ(vocabulary->Find("A"), 'A');
}

TEST(VocabularyTest, EndsOfGeneration) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  builder.data().set_eos_id(9);
  builder.data().add_end_of_generation_id(5);
  builder.data().add_end_of_generation_id(200);
  const auto vocabulary = MakeVocabulary(builder.data());
  for (int32_t id = -1; id <= 256; ++id) {
    EXPECT_EQ(vocabulary->IsEndOfGeneration(id),
              id == 5 || id == 9 || id == 200);
  }
  EXPECT_TRUE(vocabulary->begin_of_text().empty());
  EXPECT_TRUE(vocabulary->end_of_text().empty());
}

TEST(VocabularyTest, RefusesAnEmptyVocabulary) {
  TokenizerData data;
  data.set_kind(TokenizerData::KIND_BYTE_LEVEL_BPE);
  EXPECT_EQ(DataLossMessage(data), "tokenizer: no tokens");
}

TEST(VocabularyTest, RefusesListsOfWrongLength) {
  TokenizerBuilder builder = TokenizerBuilder::Sentencepiece();
  TokenizerData data = builder.data();
  data.mutable_token_text()->pop_back();
  EXPECT_NE(DataLossMessage(data).find("lengths add up to"), std::string::npos);
  data = builder.data();
  data.mutable_token_text()->push_back('x');
  EXPECT_NE(DataLossMessage(data).find("lengths add up to"), std::string::npos);
  data = builder.data();
  data.set_token_length(3, 0xFFFFFFFF);
  EXPECT_NE(DataLossMessage(data).find("lengths add up to"), std::string::npos);
  data = builder.data();
  data.mutable_token_type()->pop_back();
  EXPECT_NE(DataLossMessage(data).find("258 token types, expected 259"),
            std::string::npos);
  data = builder.data();
  data.mutable_token_score()->RemoveLast();
  EXPECT_NE(DataLossMessage(data).find("258 token scores, expected 259"),
            std::string::npos);
  data = builder.data();
  data.clear_token_score();
  EXPECT_NE(DataLossMessage(data).find("0 token scores"), std::string::npos);
}

TEST(VocabularyTest, RefusesImpossibleTypesAndScores) {
  TokenizerBuilder builder = TokenizerBuilder::Sentencepiece();
  for (const char type : {'\0', '\7', '\xFF'}) {
    TokenizerData data = builder.data();
    (*data.mutable_token_type())[11] = type;
    EXPECT_NE(DataLossMessage(data).find("token 11 has type"),
              std::string::npos);
  }
  TokenizerData data = builder.data();
  data.set_token_score(4, std::numeric_limits<float>::quiet_NaN());
  EXPECT_NE(DataLossMessage(data).find("score of token 4"), std::string::npos);
}

TEST(VocabularyTest, RefusesIdsOutOfRange) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  using Setter = void (TokenizerData::*)(uint32_t);
  for (const Setter set :
       {&TokenizerData::set_bos_id, &TokenizerData::set_eos_id,
        &TokenizerData::set_unknown_id, &TokenizerData::set_padding_id,
        &TokenizerData::add_end_of_generation_id}) {
    for (const uint32_t id : {256u, 0x80000000u, 0xFFFFFFFFu}) {
      TokenizerData data = builder.data();
      (data.*set)(id);
      EXPECT_NE(DataLossMessage(data).find("but there are 256 tokens"),
                std::string::npos);
    }
  }
}

TEST(VocabularyTest, RefusesToAddTokensThatAreNotNamed) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  builder.data().set_add_bos(true);
  EXPECT_EQ(DataLossMessage(builder.data()),
            "tokenizer: add_bos is set, but no bos_id");
  builder.data().set_add_bos(false);
  builder.data().set_add_eos(true);
  EXPECT_EQ(DataLossMessage(builder.data()),
            "tokenizer: add_eos is set, but no eos_id");
}

}  // namespace
}  // namespace tessera
