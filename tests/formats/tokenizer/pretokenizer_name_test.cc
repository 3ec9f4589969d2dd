#include "formats/tokenizer/pretokenizer_name.h"

#include "absl/strings/string_view.h"
#include "formats/tokenizer/known_pretokenizers.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

// As their tokenizer.json have them.
constexpr absl::string_view kLlama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|)"
    R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr absl::string_view kQwen2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|)"
    R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr absl::string_view kO200k =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*)"
    R"([\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
    R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+)"
    R"([\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
    R"(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

SplitStep::Pattern& Split(TokenizerData& data, absl::string_view regex) {
  SplitStep::Pattern& pattern = *data.add_split()->mutable_pattern();
  pattern.set_text(std::string(regex));
  pattern.set_is_regex(true);
  return pattern;
}

TokenizerData SplitBy(absl::string_view regex) {
  TokenizerData data;
  Split(data, regex);
  data.add_split()->mutable_byte_level();
  return data;
}

TEST(PretokenizerNameTest, EveryFamilyHasItsName) {
  for (const PretokenizerFamily& family : PretokenizerFamilies()) {
    if (!family.flags.byte_level) continue;
    TokenizerData data;
    const KnownPretokenizer& known =
        **FindKnownPretokenizer(family.names.front());
    for (const SplitStep& step : known.split) *data.add_split() = step;
    data.set_ignore_merges(family.flags.ignore_merges);
    EXPECT_EQ(NameOfPretokenizer(data), std::string(family.names.front()));
  }
}

TEST(PretokenizerNameTest, FormsOfTokenizerJson) {
  TokenizerData gpt2;
  gpt2.add_split()->mutable_byte_level()->set_use_regex(true);
  EXPECT_EQ(NameOfPretokenizer(gpt2), "gpt-2");

  TokenizerData digits;
  digits.add_split()->mutable_digits()->set_individual(true);
  digits.add_split()->mutable_byte_level()->set_use_regex(true);
  EXPECT_EQ(NameOfPretokenizer(digits), "starcoder");

  EXPECT_EQ(NameOfPretokenizer(SplitBy(kQwen2)), "qwen2");
  // llama.cpp's "gpt-4o" would forget marks.
  EXPECT_EQ(NameOfPretokenizer(SplitBy(kO200k)), "granite-embed-multi-97m");

  TokenizerData o200k = SplitBy(kO200k);
  o200k.mutable_split(0)->mutable_pattern()->set_behavior(SplitStep::REMOVED);
  EXPECT_EQ(NameOfPretokenizer(o200k), std::nullopt);
  o200k.mutable_split(0)->mutable_pattern()->set_invert(true);
  EXPECT_EQ(NameOfPretokenizer(o200k), "granite-embed-multi-97m");

  // A line break may stand as it is in the file.
  EXPECT_EQ(NameOfPretokenizer(SplitBy(
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\\p{L}\\p{N}]?\\p{L}+"
                "|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\r\n]+|\\s*[\r\n]+"
                "|\\s+(?!\\S)|\\s+")),
            "seed-coder");
  EXPECT_EQ(NameOfPretokenizer(SplitBy(
                R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N})"
                R"(| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)")),
            "bailingmoe");
}

TEST(PretokenizerNameTest, WholeWordsDecideBetweenNames) {
  TokenizerData data = SplitBy(kLlama3);
  EXPECT_EQ(NameOfPretokenizer(data), "dbrx");
  data.set_ignore_merges(true);
  EXPECT_EQ(NameOfPretokenizer(data), "llama-bpe");
  // No name has both; the one that splits so is given.
  data = SplitBy(kQwen2);
  data.set_ignore_merges(true);
  EXPECT_EQ(NameOfPretokenizer(data), "qwen2");
}

TEST(PretokenizerNameTest, OnlyCompositionMayStandBefore) {
  TokenizerData data = SplitBy(kQwen2);
  data.add_normalizer()->set_unicode_form(NormalizerStep::NFC);
  EXPECT_EQ(NameOfPretokenizer(data), "qwen2");
  data.add_normalizer()->set_lowercase(true);
  EXPECT_EQ(NameOfPretokenizer(data), std::nullopt);
}

TEST(PretokenizerNameTest, NothingElseHasAName) {
  EXPECT_EQ(NameOfPretokenizer(TokenizerData()), std::nullopt);
  EXPECT_EQ(NameOfPretokenizer(SplitBy("a+")), std::nullopt);
  TokenizerData data = SplitBy(kQwen2);
  data.mutable_split(0)->mutable_pattern()->set_is_regex(false);
  EXPECT_EQ(NameOfPretokenizer(data), std::nullopt);
  data = SplitBy(kQwen2);
  data.mutable_split(1)->mutable_byte_level()->set_add_prefix_space(true);
  EXPECT_EQ(NameOfPretokenizer(data), std::nullopt);
  data = SplitBy(kQwen2);
  data.mutable_split()->RemoveLast();
  EXPECT_EQ(NameOfPretokenizer(data), std::nullopt);
  data = SplitBy(kQwen2);
  data.add_split()->set_whitespace(true);
  EXPECT_EQ(NameOfPretokenizer(data), std::nullopt);
}

}  // namespace
}  // namespace tessera
