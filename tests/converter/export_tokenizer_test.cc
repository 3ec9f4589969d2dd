#include "converter/export_tokenizer.h"

#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tests/testing/tokenizer_builder.h"

namespace tessera {
namespace {

WeightSource Arena(const TokenizerData& tokenizer, uint64_t vocab_size) {
  WeightSource arena;
  arena.tokenizer = tokenizer;
  arena.model.emplace().set_vocab_size(vocab_size);
  return arena;
}

TEST(ExportTokenizerTest, NoneAndWhole) {
  EXPECT_FALSE(ExportedTokenizer(WeightSource()).has_value());
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  builder.Merge("a", "b");
  const auto form = ExportedTokenizer(Arena(builder.data(), 300));
  ASSERT_TRUE(form.has_value());
  EXPECT_EQ(form->data.token_length_size(), 257);
  EXPECT_TRUE(form->notes.empty());
}

TEST(ExportTokenizerTest, TokensWithoutAnEmbeddingAreLeftOut) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  builder.Merge("a", "b");
  builder.Merge("b", "c");
  builder.data().set_bos_id(1);
  builder.data().set_add_bos(true);
  builder.data().set_eos_id(257);
  builder.data().set_add_eos(true);
  builder.data().set_padding_id(257);
  builder.data().add_end_of_generation_id(3);
  builder.data().add_end_of_generation_id(257);
  builder.data().set_token_flags(std::string(258, '\1'));
  const auto form = ExportedTokenizer(Arena(builder.data(), 257));
  ASSERT_TRUE(form.has_value());
  const TokenizerData& data = form->data;
  EXPECT_EQ(data.token_length_size(), 257);
  EXPECT_TRUE(absl::EndsWith(data.token_text(), "ab"));
  EXPECT_EQ(data.token_flags().size(), 257u);
  EXPECT_EQ(data.merge_left_size(), 1);
  EXPECT_TRUE(data.add_bos());
  EXPECT_FALSE(data.has_eos_id());
  EXPECT_FALSE(data.add_eos());
  EXPECT_FALSE(data.has_padding_id());
  ASSERT_EQ(data.end_of_generation_id_size(), 1);
  EXPECT_EQ(data.end_of_generation_id(0), 3u);
  ASSERT_EQ(form->notes.size(), 1u);
  EXPECT_TRUE(
      absl::StrContains(form->notes[0], "258 tokens and the model 257"));
}

}  // namespace
}  // namespace tessera
