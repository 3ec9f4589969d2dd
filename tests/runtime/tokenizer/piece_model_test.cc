#include "runtime/tokenizer/piece_model.h"

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "runtime/tokenizer/tokenizer.h"
#include "tests/testing/tokenizer_builder.h"
#include "tests/testing/tokenizer_vectors.h"

namespace tessera {
namespace {

using Ids = std::vector<int32_t>;

constexpr int32_t kBos = 1;
constexpr int32_t kEos = 2;
constexpr int32_t kFirstByte = 3;
constexpr Tokenizer::EncodeOptions kPlain = {.add_special = false,
                                             .parse_special = false};

std::unique_ptr<Tokenizer> Make(const TokenizerData& data) {
  auto tokenizer = Tokenizer::Create(data);
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  return *std::move(tokenizer);
}

uint32_t Piece(TokenizerBuilder& builder, absl::string_view text, float score) {
  return builder.Token(text, TokenType::kNormal, score);
}

TEST(PieceModelTest, JoinsByScoreThenFromTheLeft) {
  TokenizerBuilder builder = TokenizerBuilder::Sentencepiece();
  const int32_t a = Piece(builder, "a", -10);
  const int32_t b = Piece(builder, "b", -11);
  const int32_t c = Piece(builder, "c", -12);
  const int32_t ab = Piece(builder, "ab", -2);
  const int32_t bc = Piece(builder, "bc", -1);
  const int32_t aa = Piece(builder, "aa", -3);
  const auto tokenizer = Make(builder.data());
  EXPECT_EQ(tokenizer->Encode("abc", kPlain), (Ids{a, bc}));
  EXPECT_EQ(tokenizer->Encode("abab", kPlain), (Ids{ab, ab}));
  EXPECT_EQ(tokenizer->Encode("aaaaa", kPlain), (Ids{aa, aa, a}));
  EXPECT_EQ(tokenizer->Encode("cb", kPlain), (Ids{c, b}));
}

TEST(PieceModelTest, SpacePrefix) {
  TokenizerBuilder builder = TokenizerBuilder::Sentencepiece();
  const int32_t space = Piece(builder, "\u2581", -9);
  const int32_t a = Piece(builder, "a", -9);
  const int32_t space_a = Piece(builder, "\u2581a", -1);
  EXPECT_EQ(Make(builder.data())->Encode("a a", kPlain), (Ids{a, space_a}));
  builder.data().set_add_space_prefix(true);
  builder.data().set_add_bos(true);
  const auto tokenizer = Make(builder.data());
  EXPECT_EQ(tokenizer->Encode("a", {}), (Ids{kBos, space_a}));
  EXPECT_EQ(tokenizer->Encode("", {}), Ids{kBos});
  EXPECT_EQ(tokenizer->Encode("", kPlain), Ids{});
  EXPECT_EQ(tokenizer->Encode(" a", kPlain), (Ids{space, space_a}));
  EXPECT_EQ(tokenizer->Encode("a</s>a", {}),
            (Ids{kBos, space_a, kEos, space_a}));
}

TEST(PieceModelTest, ByteFallbackAndInvalidUtf8) {
  TokenizerBuilder builder = TokenizerBuilder::Sentencepiece();
  const int32_t a = Piece(builder, "a", -1);
  const auto tokenizer = Make(builder.data());
  EXPECT_EQ(tokenizer->Encode("a\n\u20AC", kPlain),
            (Ids{a, kFirstByte + '\n', kFirstByte + 0xE2, kFirstByte + 0x82,
                 kFirstByte + 0xAC}));
  EXPECT_EQ(tokenizer->Encode("\xE2\x82"
                              "a\xFF",
                              kPlain),
            (Ids{kFirstByte + 0xE2, kFirstByte + 0x82, a, kFirstByte + 0xFF}));
}

TEST(PieceModelTest, PlainTextNeverBecomesControlOrByteTokens) {
  TokenizerBuilder builder = TokenizerBuilder::Sentencepiece();
  const int32_t lt = Piece(builder, "<", -1);
  const int32_t rest = Piece(builder, "s>", -1);
  Piece(builder, "s", -2);
  Piece(builder, ">", -2);
  const auto tokenizer = Make(builder.data());
  EXPECT_EQ(tokenizer->Encode("<s>", kPlain), (Ids{lt, rest}));
  EXPECT_EQ(tokenizer->Encode("<s>", {}), Ids{kBos});
}

TEST(PieceModelTest, UnknownWithoutByteTokens) {
  TokenizerData data;
  data.set_kind(TokenizerData::KIND_SENTENCEPIECE);
  data.set_token_text("a?");
  for (int i = 0; i < 2; ++i) {
    data.add_token_length(1);
    data.add_token_score(0);
  }
  EXPECT_EQ(Make(data)->Encode("a\u20AC", kPlain), Ids{0});
  data.set_unknown_id(1);
  EXPECT_EQ(Make(data)->Encode("a\u20AC", kPlain), (Ids{0, 1}));
}

TEST(PieceModelTest, DecodesByType) {
  TokenizerBuilder builder = TokenizerBuilder::Sentencepiece();
  const int32_t piece = Piece(builder, "\u2581a\u2581\u2581", -1);
  const int32_t user = builder.Token("\u2581x", TokenType::kUserDefined);
  const auto tokenizer = Make(builder.data());
  EXPECT_EQ(tokenizer->Decode(piece), " a  ");
  EXPECT_EQ(tokenizer->Decode(user), "\u2581x");
  EXPECT_EQ(tokenizer->Decode(kFirstByte + 0xE2), "\xE2");
  EXPECT_EQ(tokenizer->Decode(0), "");
  EXPECT_EQ(tokenizer->Decode(kBos), "");
  EXPECT_EQ(tokenizer->Decode(-1), "");
  EXPECT_EQ(tokenizer->Decode(tokenizer->size()), "");
  EXPECT_EQ(tokenizer->Spelling(kBos), "<s>");
}

// Merging word by word must not change the result: one piece with a space
// inside, in a vocabulary that is otherwise the same, turns it off.
TEST(PieceModelTest, WordByWordIsTheSame) {
  TokenizerBuilder builder = TokenizerBuilder::Sentencepiece();
  std::mt19937 random(9);
  const auto score = [&] { return -static_cast<float>(random() % 50); };
  for (const char* text :
       {"\u2581", "a", "b", "ab", "aba", "\u2581a", "\u2581\u2581", "bb",
        "\u2581\u2581ab", "\u2581ab", "ba", "\u2581\u2581\u2581\u2581"}) {
    Piece(builder, text, score());
  }
  const auto by_word = Make(builder.data());
  Piece(builder, "zz\u2581z", 0);
  const auto at_once = Make(builder.data());
  for (int i = 0; i < 500; ++i) {
    std::string text;
    for (uint32_t n = random() % 40; n > 0; --n) {
      text += std::vector<std::string>{"a",      "b",    " ",   "  ",
                                       "\u2581", "\xE2", "\x81"}[random() % 7];
    }
    ASSERT_EQ(by_word->Encode(text, {}), at_once->Encode(text, {})) << text;
  }
}

TEST(PieceModelTest, LongHostileTexts) {
  TokenizerBuilder builder = TokenizerBuilder::Sentencepiece();
  std::string spaces = "\u2581";
  std::string letters = "a";
  Piece(builder, spaces, 0);
  Piece(builder, letters, 0);
  for (int i = 1; i <= 4; ++i) {
    Piece(builder, spaces += spaces, static_cast<float>(-i));
    Piece(builder, letters += letters, static_cast<float>(-i));
  }
  const auto tokenizer = Make(builder.data());
  EXPECT_EQ(tokenizer->Encode(std::string(100000, ' '), {}).size(), 6250u);
  EXPECT_EQ(tokenizer->Encode(std::string(100000, 'a'), {}).size(), 6250u);
  std::mt19937 random(1);
  std::string noise(100000, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  EXPECT_EQ(DecodeAll(*tokenizer, tokenizer->Encode(noise, {})), noise);
}

TEST(PieceModelTest, RefusesMalformedByteTokens) {
  for (const absl::string_view text :
       {"<0x-1>", "<0x1>", "<0xGG>", "<0x001>", "x", ""}) {
    TokenizerBuilder builder = TokenizerBuilder::Sentencepiece();
    builder.Token(text, TokenType::kByte);
    const auto tokenizer = Tokenizer::Create(builder.data());
    EXPECT_TRUE(absl::IsDataLoss(tokenizer.status())) << text;
  }
}

}  // namespace
}  // namespace tessera
