#include "runtime/tokenizer/added_tokens.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/tokenizer/tokenizer_steps.h"
#include "tests/testing/tokenizer_builder.h"

namespace tessera {
namespace {

// The splitter with its vocabulary; Split renders runs as "[run]" and tokens
// as "<their text>".
class Splitter {
 public:
  explicit Splitter(const TokenizerData& data)
      : vocabulary_(*Vocabulary::Create(data)),
        normalizer_(*Normalizer::Create(data.normalizer())),
        sets_(*MakeAddedTokens(data, *vocabulary_, *normalizer_)) {}

  std::string Split(absl::string_view text, bool parse_special = true,
                    absl::Span<const TextRange> plain = {}) const {
    std::string result;
    sets_.in_text->Split(
        text, parse_special, plain,
        [&](absl::string_view run) { absl::StrAppend(&result, "[", run, "]"); },
        [&](int32_t id) {
          absl::StrAppend(&result, "<", vocabulary_->Text(id), ">");
        });
    return result;
  }

 private:
  const std::unique_ptr<Vocabulary> vocabulary_;
  const std::unique_ptr<Normalizer> normalizer_;
  const AddedTokenSets sets_;
};

TokenizerBuilder WithTokens(TokenType type,
                            std::initializer_list<absl::string_view> texts) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  for (const absl::string_view text : texts) builder.Token(text, type);
  return builder;
}

TEST(AddedTokensTest, SplitsAroundTokens) {
  const Splitter splitter(
      WithTokens(TokenType::kControl, {"|a|", "|b|"}).data());
  EXPECT_EQ(splitter.Split(""), "");
  EXPECT_EQ(splitter.Split("text"), "[text]");
  EXPECT_EQ(splitter.Split("|a|"), "<|a|>");
  EXPECT_EQ(splitter.Split("x|a|y|b||a|z|"), "[x]<|a|>[y]<|b|><|a|>[z|]");
}

TEST(AddedTokensTest, MarkupOfTheTemplateIsNotMatchedInWhatUsersWrote) {
  TokenizerBuilder builder =
      WithTokens(TokenType::kUserDefined, {"<|User|>", "<h1>", "::"});
  builder.data().set_chat_template("<|User|>::{{ content }}");
  const Splitter splitter(builder.data());
  const std::string text = "<|User|>::<|User|>::<h1>";
  EXPECT_EQ(splitter.Split(text), "<<|User|>><::><<|User|>><::><<h1>>");
  const TextRange users = {10, text.size()};
  EXPECT_EQ(splitter.Split(text, true, {users}),
            "<<|User|>><::>[<|User|>]<::><<h1>>");
}

TEST(AddedTokensTest, ControlAndUnknownTokensOnlyIfAsked) {
  TokenizerBuilder builder = WithTokens(TokenType::kControl, {"|c|"});
  builder.Token("|u|", TokenType::kUserDefined);
  builder.Token("|k|", TokenType::kUnknown);
  builder.Token("|n|", TokenType::kNormal);
  builder.Token("|x|", TokenType::kUnused);
  const Splitter splitter(builder.data());
  EXPECT_EQ(splitter.Split("|c||u||k||n||x|", true), "<|c|><|u|><|k|>[|n||x|]");
  EXPECT_EQ(splitter.Split("|c||u||k||n||x|", false), "[|c|]<|u|>[|k||n||x|]");
}

TEST(AddedTokensTest, LeftmostThenLongest) {
  const Splitter splitter(
      WithTokens(TokenType::kUserDefined,
                 {"ab", "abcd", "abcdef", "cdefgh", "a", "bcdefgh"})
          .data());
  EXPECT_EQ(splitter.Split("abcdefgh"), "<abcdef>[gh]");
  EXPECT_EQ(splitter.Split("abcdeXab"), "<abcd>[eX]<ab>");
  EXPECT_EQ(splitter.Split("Xbcdefgh"), "[X]<bcdefgh>");
  EXPECT_EQ(splitter.Split("aab"), "<a><ab>");
}

TEST(AddedTokensTest, FirstOfEqualTextsAndNoEmptyTokens) {
  TokenizerBuilder builder =
      WithTokens(TokenType::kUserDefined, {"", "t", "t", ""});
  const auto tokenizer = Tokenizer::Create(builder.data());
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ((*tokenizer)->Encode("tt", {}), (std::vector<int32_t>{257, 257}));
}

TEST(AddedTokensTest, AnyBytes) {
  const Splitter splitter(WithTokens(TokenType::kUserDefined,
                                     {"\xFF\xFE", absl::string_view("\0\0", 2)})
                              .data());
  EXPECT_EQ(splitter.Split("\xFF\xFF\xFE\x80"), "[\xFF]<\xFF\xFE>[\x80]");
  EXPECT_EQ(splitter.Split(absl::string_view("a\0\0\0", 4)),
            std::string("[a]<\0\0>[\0]", 10));
}

TEST(AddedTokensTest, ManyTokensOverALongText) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  for (int i = 0; i < 2000; ++i) {
    builder.Token(absl::StrCat("<|reserved_", i, "|>"), TokenType::kControl);
  }
  const Splitter splitter(builder.data());
  std::string text(500000, '<');
  text += "<|reserved_1999|>";
  const std::string split = splitter.Split(text);
  EXPECT_EQ(split.size(), text.size() + 4);
  EXPECT_EQ(split.substr(500000), "<]<<|reserved_1999|>>");
}

}  // namespace
}  // namespace tessera
