// TokenizerData that a stranger may have written.
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/tokenizer/tokenizer.h"
#include "tests/testing/tokenizer_builder.h"

namespace tessera {
namespace {

absl::Status StatusOf(const TokenizerData& data) {
  return Tokenizer::Create(data).status();
}

TokenizerData SmallBpe() {
  TokenizerBuilder builder = TokenizerBuilder::Empty(TokenizerData::KIND_BPE);
  builder.Token("<unk>", TokenType::kUnknown);
  builder.Token("a");
  builder.Token("b");
  builder.Merge("a", "b");
  builder.data().set_unknown_id(0);
  return builder.data();
}

TEST(HostileTokenizerTest, ListsMustHaveTheLengthOfTheVocabulary) {
  TokenizerData data = SmallBpe();
  EXPECT_TRUE(StatusOf(data).ok());
  data.set_token_flags("12");
  EXPECT_TRUE(absl::IsDataLoss(StatusOf(data)));
  data = SmallBpe();
  data.set_kind(TokenizerData::KIND_UNIGRAM);
  EXPECT_TRUE(absl::IsDataLoss(StatusOf(data)));  // no scores
  for (int i = 0; i < 4; ++i) data.add_token_score(0);
  EXPECT_TRUE(StatusOf(data).ok());
  data.add_exact_token_score(0);
  EXPECT_TRUE(absl::IsDataLoss(StatusOf(data)));
}

TEST(HostileTokenizerTest, IdsMustExist) {
  for (const uint32_t id : {4u, 0x80000000u, 0xFFFFFFFFu}) {
    TokenizerData data = SmallBpe();
    data.add_prefix_id(id);
    EXPECT_TRUE(absl::IsDataLoss(StatusOf(data)));
    data = SmallBpe();
    data.add_suffix_id(id);
    EXPECT_TRUE(absl::IsDataLoss(StatusOf(data)));
    data = SmallBpe();
    data.set_unknown_id(id);
    EXPECT_TRUE(absl::IsDataLoss(StatusOf(data)));
  }
}

TEST(HostileTokenizerTest, StepsThatSayNothingOrTooMuch) {
  TokenizerData data = SmallBpe();
  data.add_normalizer();
  EXPECT_TRUE(absl::IsUnimplemented(StatusOf(data)));
  data = SmallBpe();
  data.add_split();
  EXPECT_TRUE(absl::IsUnimplemented(StatusOf(data)));
  data = SmallBpe();
  data.add_decoder();
  EXPECT_TRUE(absl::IsUnimplemented(StatusOf(data)));
  data = SmallBpe();
  for (int i = 0; i < 65; ++i) data.add_split()->set_whitespace(true);
  EXPECT_TRUE(absl::IsDataLoss(StatusOf(data)));
  data = SmallBpe();
  for (int i = 0; i < 65; ++i) data.add_normalizer()->set_lowercase(true);
  EXPECT_TRUE(absl::IsDataLoss(StatusOf(data)));
  data = SmallBpe();
  data.add_normalizer()->mutable_replace();
  EXPECT_TRUE(absl::IsDataLoss(StatusOf(data)));
  data = SmallBpe();
  data.add_normalizer()->set_charsmap("abc");
  EXPECT_TRUE(absl::IsDataLoss(StatusOf(data)));
  data = SmallBpe();
  data.add_split()->mutable_metaspace()->set_replacement("ab");
  EXPECT_TRUE(absl::IsDataLoss(StatusOf(data)));
  data = SmallBpe();
  data.add_split()->set_char_delimiter("");
  EXPECT_TRUE(absl::IsDataLoss(StatusOf(data)));
  data = SmallBpe();
  data.add_split()->mutable_pattern()->set_behavior(
      static_cast<SplitStep::Behavior>(9));
  EXPECT_TRUE(absl::IsUnimplemented(StatusOf(data)));
}

TEST(HostileTokenizerTest, NormalizersCannotFillTheMemory) {
  TokenizerData data = SmallBpe();
  for (int i = 0; i < 64; ++i) {
    auto* replace = data.add_normalizer()->mutable_replace();
    replace->set_pattern("a");
    replace->set_content(std::string(1000, 'a'));
  }
  const auto tokenizer = Tokenizer::Create(data);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_LT((*tokenizer)->Encode("aaaa", {}).size(), size_t{3} << 20);
}

TEST(HostileTokenizerTest, ScoresWithoutBounds) {
  for (const float score :
       {1e38f, -1e38f, std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity()}) {
    TokenizerData data = SmallBpe();
    data.set_kind(TokenizerData::KIND_UNIGRAM);
    for (int i = 0; i < 4; ++i) data.add_token_score(i == 1 ? score : 0);
    const auto tokenizer = Tokenizer::Create(data);
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
    EXPECT_FALSE((*tokenizer)->Encode("abxab\xFF", {}).empty());
  }
}

// Whatever the bytes of a manifest, there is an error or a tokenizer that ends.
TEST(HostileTokenizerTest, DamagedManifests) {
  TokenizerData good = SmallBpe();
  good.set_token_flags(std::string("\0\1\2\3", 4));
  good.mutable_token_type()->back() = 4;
  good.add_normalizer()->set_unicode_form(NormalizerStep::NFC);
  good.add_normalizer()->mutable_replace()->set_pattern(" ");
  auto* pattern = good.add_split()->mutable_pattern();
  pattern->set_text(R"([^\s\p{L}]?(?i:ab|b+)|\s+(?!\S)|[a-c&&[^b]])");
  pattern->set_is_regex(true);
  good.add_split()->mutable_metaspace()->set_replacement("_");
  good.add_decoder()->set_byte_fallback(true);
  good.add_decoder()->mutable_strip()->set_content(" ");
  ASSERT_TRUE(StatusOf(good).ok()) << StatusOf(good);
  const std::string bytes = good.SerializeAsString();
  std::mt19937 random(13);
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = bytes;
    for (uint32_t n = 1 + random() % 4; n > 0; --n) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    TokenizerData data;
    if (!data.ParseFromString(damaged)) continue;
    const auto tokenizer = Tokenizer::Create(data);
    if (!tokenizer.ok()) continue;
    const std::vector<int32_t> ids =
        (*tokenizer)->Encode("ab  a\u00E9\u0301bb \xFF_b", {});
    (*tokenizer)->DecodeAll(ids, false);
    for (const int32_t id : ids) (*tokenizer)->Decode(id);
  }
}

}  // namespace
}  // namespace tessera
