#include "runtime/tokenizer/tokenizer.h"

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/testing/tokenizer_builder.h"

namespace tessera {
namespace {

TEST(TokenizerTest, CreatesTheKindThatIsAskedFor) {
  const auto bpe = Tokenizer::Create(TokenizerBuilder::ByteLevel().data());
  ASSERT_TRUE(bpe.ok()) << bpe.status();
  EXPECT_EQ((*bpe)->Encode("\xE2", {}), std::vector<int32_t>{0xE2});
  const auto spm = Tokenizer::Create(TokenizerBuilder::Sentencepiece().data());
  ASSERT_TRUE(spm.ok()) << spm.status();
  EXPECT_EQ((*spm)->Encode("\xE2", {}), std::vector<int32_t>{3 + 0xE2});
}

TEST(TokenizerTest, KeepsNoReferenceToTheData) {
  auto builder =
      std::make_unique<TokenizerBuilder>(TokenizerBuilder::ByteLevel());
  const auto tokenizer = Tokenizer::Create(builder->data());
  builder->data().Clear();
  builder.reset();
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ((*tokenizer)->Spelling('x'), "x");
}

TEST(TokenizerTest, RefusesKindsItDoesNotKnow) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  builder.data().set_kind(TokenizerData::KIND_UNSPECIFIED);
  EXPECT_TRUE(absl::IsDataLoss(Tokenizer::Create(builder.data()).status()));
  builder.data().set_kind(static_cast<TokenizerData::Kind>(77));
  const auto tokenizer = Tokenizer::Create(builder.data());
  EXPECT_TRUE(absl::IsUnimplemented(tokenizer.status()));
  EXPECT_EQ(tokenizer.status().message(),
            "tokenizer: kind 77 is not known to this version of Tessera");
}

}  // namespace
}  // namespace tessera
