#include "converter/source/end_of_generation.h"

#include "gtest/gtest.h"
#include "tests/testing/tokenizer_builder.h"

namespace tessera {
namespace {

std::vector<uint32_t> Ends(const TokenizerData& data) {
  return {data.end_of_generation_id().begin(),
          data.end_of_generation_id().end()};
}

TEST(EndOfGenerationTest, KnownTexts) {
  EXPECT_TRUE(IsEndOfGenerationText("<|eot_id|>"));
  EXPECT_TRUE(IsEndOfGenerationText("<|im_end|>"));
  EXPECT_TRUE(IsEndOfGenerationText("<\uFF5Cend\u2581of\u2581sentence\uFF5C>"));
  EXPECT_FALSE(IsEndOfGenerationText("<|im_start|>"));
  EXPECT_FALSE(IsEndOfGenerationText("<|eot_id"));
  EXPECT_FALSE(IsEndOfGenerationText(""));
}

TEST(EndOfGenerationTest, OnlyControlTokensSortedWithoutEos) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  const uint32_t end = builder.Token("<|end|>", TokenType::kControl);
  builder.Token("<|im_end|>", TokenType::kUserDefined);
  const uint32_t eos = builder.Token("<|endoftext|>", TokenType::kControl);
  builder.data().set_eos_id(eos);
  SetEndOfGeneration({end, 7, eos, 3}, &builder.data());
  EXPECT_EQ(Ends(builder.data()), (std::vector<uint32_t>{3, 7, end}));
  SetEndOfGeneration({}, &builder.data());
  EXPECT_EQ(Ends(builder.data()), std::vector<uint32_t>{end});
}

TEST(EndOfGenerationTest, EndsOfAPartOfAnAnswer) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  const uint32_t end = builder.Token("<|end|>", TokenType::kControl);
  const uint32_t s = builder.Token("</s>", TokenType::kControl);
  const uint32_t call = builder.Token("<|call|>", TokenType::kControl);
  SetEndOfGeneration({}, &builder.data());
  EXPECT_EQ(Ends(builder.data()), (std::vector<uint32_t>{end, s, call}));
  const uint32_t result = builder.Token("<|return|>", TokenType::kControl);
  SetEndOfGeneration({}, &builder.data());
  EXPECT_EQ(Ends(builder.data()), (std::vector<uint32_t>{s, call, result}));
  const uint32_t tool = builder.Token("<|tool_response>", TokenType::kControl);
  SetEndOfGeneration({}, &builder.data());
  EXPECT_EQ(Ends(builder.data()), (std::vector<uint32_t>{call, result, tool}));
  // What the model's files say counts nevertheless.
  SetEndOfGeneration({end}, &builder.data());
  EXPECT_EQ(Ends(builder.data()),
            (std::vector<uint32_t>{end, call, result, tool}));
}

TEST(EndOfGenerationTest, TheirTypeIsControl) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  const uint32_t turn = builder.Token("<|im_end|>", TokenType::kUserDefined);
  MarkEndsAsControl(&builder.data());
  EXPECT_EQ(builder.data().token_type()[turn], '\3');
  EXPECT_EQ(builder.data().token_type()[0], '\1');
  builder.data().clear_token_type();
  MarkEndsAsControl(&builder.data());
  EXPECT_EQ(builder.data().token_type()[turn], '\3');
  TokenizerBuilder none = TokenizerBuilder::ByteLevel();
  none.data().clear_token_type();
  MarkEndsAsControl(&none.data());
  EXPECT_TRUE(none.data().token_type().empty());
}

TEST(EndOfGenerationTest, WithoutTypesNothingIsControl) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  builder.Token("<|end|>", TokenType::kControl);
  builder.data().clear_token_type();
  SetEndOfGeneration({}, &builder.data());
  EXPECT_TRUE(Ends(builder.data()).empty());
}

}  // namespace
}  // namespace tessera
