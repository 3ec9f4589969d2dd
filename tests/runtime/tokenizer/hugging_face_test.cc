// Whole tokenizers against Hugging Face's Rust library.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "formats/arena/tokenizer.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "runtime/tokenizer/byte_level.h"
#include "runtime/tokenizer/tokenizer.h"
#include "tests/runtime/tokenizer/hugging_face_cases.h"
#include "tests/testing/tokenizer_builder.h"
#include "tests/testing/tokenizer_vectors.h"

namespace tessera {
namespace {

using Merges = std::vector<std::pair<const char*, const char*>>;

TokenizerBuilder Letters(bool has_merges) {
  TokenizerBuilder builder = TokenizerBuilder::Empty(TokenizerData::KIND_BPE);
  for (const char* text :
       {"<unk>",  "a",      "b",      "c",      "d",      "e",      "A",
        "B",      "f",      "i",      "0",      "1",      "2",      "3",
        " ",      ".",      ",",      "!",      "#",      "\n",     "\u2581",
        "\u00E9", "\u0301", "\uFB01", "\u4F60", "\u597D", "<0xC3>", "<0xBC>"}) {
    builder.Token(text);
  }
  builder.data().set_unknown_id(0);
  for (const auto& [left, right] : Merges{{"a", "b"},
                                          {"ab", "c"},
                                          {"\u2581", "a"},
                                          {"\u2581", "ab"},
                                          {"\u2581", "\u2581"},
                                          {"f", "i"},
                                          {"1", "2"},
                                          {"A", "B"},
                                          {"\u2581a", "b"},
                                          {"d", " "},
                                          {"\u2581a", "\u0301"},
                                          {"c", "\u2581a"}}) {
    builder.Merge(left, right);
  }
  if (!has_merges) {
    builder.data().clear_merge_left();
    builder.data().clear_merge_right();
  }
  return builder;
}

TokenizerBuilder Bytes() {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  builder.data().clear_pre_tokenizer();
  for (const auto& [left, right] : Merges{{"h", "e"},
                                          {"l", "l"},
                                          {"he", "ll"},
                                          {"hell", "o"},
                                          {"\u0120", "hello"},
                                          {"\u0120", "t"},
                                          {"\u0120t", "he"},
                                          {"1", "2"},
                                          {"\u010A", "\u010A"},
                                          {"\u00C3", "\u00A9"}}) {
    builder.Merge(left, right);
  }
  return builder;
}

TokenizerBuilder Pieces() {
  TokenizerBuilder builder =
      TokenizerBuilder::Empty(TokenizerData::KIND_UNIGRAM);
  const std::vector<std::pair<const char*, float>> pieces = {
      {"<unk>", 0},  {"\u2581", -3},       {"a", -2},        {"b", -2.5},
      {"c", -4},     {"ab", -3},           {"\u2581ab", -2}, {"abc", -6},
      {"bc", -3.5},  {"\u2581\u2581", -4}, {"\u00E9", -5},   {"<0xC3>", -9},
      {"<0xBC>", -9}};
  for (const auto& [text, score] : pieces) {
    builder.Token(text, TokenType::kNormal, score);
  }
  builder.data().set_unknown_id(0);
  return builder;
}

TokenizerData MakeData(const HuggingFaceCase& test) {
  TokenizerBuilder builder =
      test.vocabulary == SmallVocabulary::kLetters ? Letters(test.has_merges)
      : test.vocabulary == SmallVocabulary::kBytes ? Bytes()
                                                   : Pieces();
  TokenizerData data;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(test.steps, &data));
  std::string flags(builder.data().token_length_size(), '\0');
  for (const HuggingFaceToken& token : test.added) {
    builder.Token(token.text, token.type);
    flags.push_back(static_cast<char>(token.flags));
  }
  data.MergeFrom(builder.data());
  data.set_token_flags(flags);
  return data;
}

TEST(HuggingFaceTest, IdsAndTextsAreTheSame) {
  for (const HuggingFaceCase& test : HuggingFaceCases()) {
    SCOPED_TRACE(test.name);
    const auto tokenizer = Tokenizer::Create(MakeData(test));
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
    for (const HuggingFaceText& text : test.texts) {
      const std::vector<int32_t> ids = (*tokenizer)->Encode(text.text, {});
      EXPECT_EQ(ids, text.ids) << text.text;
      EXPECT_EQ((*tokenizer)->DecodeAll(ids, true), text.decoded);
    }
  }
}

// What is streamed token by token is what is decoded at once, but for spaces at
// the start.
TEST(HuggingFaceTest, SingleTokensAgreeWithAllTogether) {
  for (const HuggingFaceCase& test : HuggingFaceCases()) {
    SCOPED_TRACE(test.name);
    const auto tokenizer = Tokenizer::Create(MakeData(test));
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
    for (const HuggingFaceText& text : test.texts) {
      std::string streamed = DecodeAll(**tokenizer, text.ids);
      if (streamed != text.decoded && streamed.substr(0, 1) == " ") {
        streamed.erase(0, 1);
      }
      EXPECT_EQ(streamed, text.decoded);
    }
  }
}

}  // namespace
}  // namespace tessera
