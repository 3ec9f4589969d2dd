#include "runtime/tokenizer/bpe_model.h"

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

constexpr Tokenizer::EncodeOptions kPlain = {.add_special = false,
                                             .parse_special = false};

std::unique_ptr<Tokenizer> Make(const TokenizerData& data) {
  auto tokenizer = Tokenizer::Create(data);
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  return *std::move(tokenizer);
}

// The definition: joins the leftmost pair of the lowest rank until none is
// left, looking at all pairs each time.
Ids MergeByDefinition(const TokenizerData& data, absl::string_view word,
                      const TokenizerBuilder& builder) {
  std::vector<std::string> texts;
  absl::string_view rest = data.token_text();
  for (const uint32_t length : data.token_length()) {
    texts.emplace_back(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  Ids ids;
  for (const char c : word) ids.push_back(static_cast<uint8_t>(c));
  while (true) {
    int best_rank = data.merge_left_size();
    size_t best = 0;
    for (size_t i = 0; i + 1 < ids.size(); ++i) {
      for (int rank = 0; rank < best_rank; ++rank) {
        if (static_cast<int32_t>(data.merge_left(rank)) == ids[i] &&
            static_cast<int32_t>(data.merge_right(rank)) == ids[i + 1]) {
          best_rank = rank;
          best = i;
        }
      }
    }
    if (best_rank == data.merge_left_size()) return ids;
    ids[best] = builder.Id(texts[ids[best]] + texts[ids[best + 1]]);
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
}

TEST(BpeModelTest, MergesByRankThenFromTheLeft) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  const int32_t bc = builder.Merge("b", "c");
  const int32_t ab = builder.Merge("a", "b");
  const int32_t aa = builder.Merge("a", "a");
  const auto tokenizer = Make(builder.data());
  EXPECT_EQ(tokenizer->Encode("abc", kPlain), (Ids{'a', bc}));
  EXPECT_EQ(tokenizer->Encode("abab", kPlain), (Ids{ab, ab}));
  EXPECT_EQ(tokenizer->Encode("aaaaa", kPlain), (Ids{aa, aa, 'a'}));
}

TEST(BpeModelTest, AgreesWithTheDefinitionOnRandomMerges) {
  std::mt19937 random(3);
  for (int round = 0; round < 20; ++round) {
    TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
    std::vector<std::string> texts = {"a", "b", "c"};
    for (int i = 0; i < 30; ++i) {
      const std::string left = texts[random() % texts.size()];
      const std::string right = texts[random() % texts.size()];
      builder.Merge(left, right);
      texts.push_back(left + right);
    }
    const auto tokenizer = Make(builder.data());
    for (int i = 0; i < 20; ++i) {
      std::string word(1 + random() % 60, 'a');
      for (char& c : word) c = static_cast<char>('a' + random() % 3);
      ASSERT_EQ(tokenizer->Encode(word, kPlain),
                MergeByDefinition(builder.data(), word, builder))
          << word;
    }
  }
}

TEST(BpeModelTest, IgnoreMergesTakesWholeWords) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  const int32_t ab = builder.Merge("a", "b");
  const int32_t abc = builder.Token("abc");
  const int32_t spaced = builder.Token("\u0120x");
  builder.Token("cab", TokenType::kControl);
  EXPECT_EQ(Make(builder.data())->Encode("abc x", kPlain),
            (Ids{ab, 'c', ' ', 'x'}));
  builder.data().set_ignore_merges(true);
  const auto tokenizer = Make(builder.data());
  EXPECT_EQ(tokenizer->Encode("abc x", kPlain), (Ids{abc, spaced}));
  EXPECT_EQ(tokenizer->Encode("abcd", kPlain), (Ids{ab, 'c', 'd'}));
  EXPECT_EQ(tokenizer->Encode("cab", kPlain), (Ids{'c', ab}));
}

TEST(BpeModelTest, BeginAndEndOfText) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  const int32_t bos = builder.Token("<s>", TokenType::kControl);
  const int32_t eos = builder.Token("</s>", TokenType::kControl);
  builder.data().set_bos_id(bos);
  builder.data().set_eos_id(eos);
  EXPECT_EQ(Make(builder.data())->Encode("a", {}), Ids{'a'});
  builder.data().set_add_bos(true);
  builder.data().set_add_eos(true);
  const auto tokenizer = Make(builder.data());
  EXPECT_EQ(tokenizer->Encode("a", {}), (Ids{bos, 'a', eos}));
  EXPECT_EQ(tokenizer->Encode("", {}), (Ids{bos, eos}));
  EXPECT_EQ(tokenizer->Encode("a", kPlain), Ids{'a'});
  EXPECT_EQ(tokenizer->Encode("</s>a", {.add_special = false}),
            (Ids{eos, 'a'}));
  EXPECT_EQ(tokenizer->Encode("</s>", kPlain), (Ids{'<', '/', 's', '>'}));
}

TEST(BpeModelTest, DecodesByType) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  const int32_t control = builder.Token("<s>", TokenType::kControl);
  const int32_t user = builder.Token("\u0120 x", TokenType::kUserDefined);
  const int32_t normal = builder.Token("\u0120x");
  const int32_t unknown = builder.Token("<unk>", TokenType::kUnknown);
  const auto tokenizer = Make(builder.data());
  EXPECT_EQ(tokenizer->Decode(control), "");
  EXPECT_EQ(tokenizer->Decode(unknown), "");
  EXPECT_EQ(tokenizer->Decode(user), "\u0120 x");
  EXPECT_EQ(tokenizer->Decode(normal), " x");
  EXPECT_EQ(tokenizer->Decode(0xFF), "\xFF");
  EXPECT_EQ(tokenizer->Spelling(control), "<s>");
  EXPECT_EQ(tokenizer->Spelling(normal), "\u0120x");
  EXPECT_EQ(tokenizer->size(), 260);
  for (const int32_t id : {-1, 260, INT32_MIN, INT32_MAX}) {
    EXPECT_EQ(tokenizer->Decode(id), "");
    EXPECT_EQ(tokenizer->Spelling(id), "");
    EXPECT_FALSE(tokenizer->IsEndOfGeneration(id));
  }
}

TEST(BpeModelTest, BytesWithoutTokenAreUnknownOrDropped) {
  TokenizerData data;
  data.set_kind(TokenizerData::KIND_BYTE_LEVEL_BPE);
  data.set_pre_tokenizer("gpt-2");
  data.set_token_text("ab?");
  for (int i = 0; i < 3; ++i) data.add_token_length(1);
  EXPECT_EQ(Make(data)->Encode("axb", kPlain), (Ids{0, 1}));
  data.set_unknown_id(2);
  EXPECT_EQ(Make(data)->Encode("axb", kPlain), (Ids{0, 2, 1}));
}

TEST(BpeModelTest, DecodingGivesBackAnyBytes) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  builder.Merge("\u00E2", "\u0124");  // bytes E2 82
  builder.Merge("\u0120", "\u0120");
  builder.Merge("\u00FF", "\u00FF");
  std::mt19937 random(5);
  for (const absl::string_view name : {"gpt-2", "llama-bpe", "qwen2"}) {
    builder.data().set_pre_tokenizer(name.data(), name.size());
    const auto tokenizer = Make(builder.data());
    for (int i = 0; i < 200; ++i) {
      std::string text(random() % 100, '\0');
      for (char& c : text) {
        c = random() % 2 == 0 ? "\xE2\x82\xAC \xFF\n"[random() % 6]
                              : static_cast<char>(random());
      }
      ASSERT_EQ(DecodeAll(*tokenizer, tokenizer->Encode(text, {})), text);
    }
  }
}

TEST(BpeModelTest, LongHostileTexts) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  std::string spaces = "\u0120";
  std::string letters = "a";
  for (int i = 0; i < 5; ++i) {
    builder.Merge(spaces, spaces);
    builder.Merge(letters, letters);
    spaces += spaces;
    letters += letters;
  }
  const auto tokenizer = Make(builder.data());
  EXPECT_EQ(tokenizer->Encode(std::string(100000, ' '), {}).size(), 3125u);
  EXPECT_EQ(tokenizer->Encode(std::string(100000, 'a'), {}).size(), 3125u);
  EXPECT_EQ(tokenizer->Encode(std::string(100000, '\x80'), {}).size(), 100000u);
  std::mt19937 random(1);
  std::string noise(100000, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  EXPECT_EQ(DecodeAll(*tokenizer, tokenizer->Encode(noise, {})), noise);
}

TEST(BpeModelTest, CreateReportsWhatIsWrong) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  builder.data().set_pre_tokenizer("no-such-name");
  EXPECT_TRUE(
      absl::IsUnimplemented(Tokenizer::Create(builder.data()).status()));
  builder.data().set_pre_tokenizer("gpt-2");
  builder.data().add_merge_left(0);
  EXPECT_TRUE(absl::IsDataLoss(Tokenizer::Create(builder.data()).status()));
  builder.data().clear_token_length();
  EXPECT_TRUE(absl::IsDataLoss(Tokenizer::Create(builder.data()).status()));
}

}  // namespace
}  // namespace tessera
