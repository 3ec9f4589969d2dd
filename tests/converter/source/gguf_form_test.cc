#include "converter/source/gguf_form.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "formats/arena/token_type.h"
#include "gtest/gtest.h"
#include "tests/testing/tokenizer_builder.h"

namespace tessera {
namespace {

std::string Notes(const GgufForm& form) {
  return absl::StrJoin(form.notes, "; ");
}

void Spell(TokenizerData& data) {
  NormalizerStep::Replace* replace = data.add_normalizer()->mutable_replace();
  replace->set_pattern(" ");
  replace->set_content("\u2581");
}

// A BPE over characters as Llama 2's tokenizer.json has it; ids 0 to 258 are
// "<unk>" "<s>" "</s>" and the bytes.
TokenizerBuilder Characters() {
  TokenizerBuilder builder = TokenizerBuilder::Sentencepiece();
  TokenizerData& data = builder.data();
  data.set_kind(TokenizerData::KIND_BPE);
  data.set_byte_fallback(true);
  data.clear_token_score();
  data.mutable_token_type()->at(0) = static_cast<char>(TokenType::kControl);
  data.set_unknown_id(0);
  builder.Token("a");
  builder.Token("b");
  builder.Token("\u2581");
  builder.Merge("a", "b");
  builder.Merge("\u2581", "ab");
  return builder;
}

TEST(GgufFormTest, ByteLevelByName) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  GgufForm form = FormForGguf(builder.data());
  EXPECT_EQ(form.model, "gpt2");
  EXPECT_EQ(form.pre, "gpt-2");
  EXPECT_EQ(Notes(form), "");
  builder.data().set_pre_tokenizer("");
  EXPECT_EQ(FormForGguf(builder.data()).pre, "default");

  builder.data().add_split()->set_whitespace(true);
  form = FormForGguf(builder.data());
  EXPECT_EQ(form.pre, "unnamed");
  EXPECT_TRUE(absl::StrContains(Notes(form), "no name"));

  builder.data().set_pre_tokenizer("qwen2");
  EXPECT_EQ(Notes(FormForGguf(builder.data())), "");
  builder.data().set_ignore_merges(true);
  EXPECT_TRUE(absl::StrContains(Notes(FormForGguf(builder.data())), "'qwen2'"));
}

TEST(GgufFormTest, SeveralTokensAroundAreSaid) {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  builder.data().add_prefix_id(1);
  builder.data().add_prefix_id(2);
  EXPECT_TRUE(absl::StrContains(Notes(FormForGguf(builder.data())),
                                "at most one token"));
}

TEST(GgufFormTest, MergesOverCharactersAsScores) {
  TokenizerBuilder builder = Characters();
  builder.data().add_normalizer()->set_prepend("\u2581");
  Spell(builder.data());
  const uint32_t user = builder.Token("\u2581\u2581", TokenType::kUserDefined);
  const GgufForm form = FormForGguf(builder.data());
  EXPECT_EQ(form.model, "llama");
  EXPECT_EQ(form.pre, "default");
  EXPECT_EQ(form.data.kind(), TokenizerData::KIND_SENTENCEPIECE);
  EXPECT_EQ(form.data.merge_left_size(), 0);
  EXPECT_EQ(form.data.token_score_size(), form.data.token_length_size());
  EXPECT_TRUE(form.data.add_space_prefix());
  EXPECT_GT(form.data.token_score(builder.Id("ab")),
            form.data.token_score(builder.Id("\u2581ab")));
  EXPECT_EQ(form.data.token_type()[0], '\2');
  // Texts have spaces there; merging finds it.
  EXPECT_EQ(form.data.token_type()[user], '\1');
}

TEST(GgufFormTest, MetaspacesSpellSpacesToo) {
  TokenizerBuilder builder = Characters();
  SplitStep::Metaspace* step = builder.data().add_split()->mutable_metaspace();
  step->set_replacement("\u2581");
  step->set_prepend_scheme(SplitStep::Metaspace::NEVER);
  GgufForm form = FormForGguf(builder.data());
  EXPECT_EQ(form.model, "llama");
  EXPECT_FALSE(form.data.add_space_prefix());
  EXPECT_EQ(Notes(form), "");
  builder.data().mutable_split(0)->mutable_metaspace()->set_prepend_scheme(
      SplitStep::Metaspace::FIRST);
  form = FormForGguf(builder.data());
  EXPECT_TRUE(form.data.add_space_prefix());
  EXPECT_TRUE(absl::StrContains(Notes(form), "behind control tokens"));
  EXPECT_TRUE(absl::StrContains(Notes(form), "begins with one"));
}

TEST(GgufFormTest, MergesThatScoresCannotSay) {
  TokenizerBuilder builder = Characters();
  builder.Token("ba");  // that no merge makes, but texts do
  Spell(builder.data());
  builder.data().set_add_bos(true);
  builder.data().set_bos_id(1);
  // Splitting at spaces that are no more does nothing.
  builder.data().add_split()->mutable_pattern()->set_text(" ");
  GgufForm form = FormForGguf(builder.data());
  EXPECT_EQ(form.model, "gemma4");
  EXPECT_EQ(form.data.kind(), TokenizerData::KIND_BPE);
  EXPECT_EQ(form.data.merge_left_size(), 2);
  EXPECT_EQ(Notes(form), "");
  // Readers of "gemma4" always put bos, and never a space, in front.
  builder.data().set_add_bos(false);
  form = FormForGguf(builder.data());
  EXPECT_EQ(form.model, "llama");
  EXPECT_TRUE(absl::StrContains(Notes(form), "merge by score"));
}

TEST(GgufFormTest, WhatGgufCannotSay) {
  TokenizerBuilder lowercase = Characters();
  lowercase.data().add_normalizer()->set_lowercase(true);
  Spell(lowercase.data());
  TokenizerBuilder words = Characters();
  words.data().add_split()->set_whitespace(true);
  TokenizerBuilder no_bytes = Characters();
  Spell(no_bytes.data());
  no_bytes.data().set_byte_fallback(false);
  for (const TokenizerBuilder& builder : {lowercase, words, no_bytes}) {
    TokenizerBuilder copy = builder;
    const GgufForm form = FormForGguf(copy.data());
    EXPECT_EQ(form.model, "none");
    EXPECT_TRUE(absl::StrContains(Notes(form), "no tokenizer"));
  }
}

TEST(GgufFormTest, Unigrams) {
  TokenizerBuilder builder = TokenizerBuilder::Sentencepiece();
  TokenizerData& data = builder.data();
  data.set_kind(TokenizerData::KIND_UNIGRAM);
  data.set_unknown_id(0);
  data.add_normalizer()->set_charsmap("map");
  NormalizerStep::Replace* spaces = data.add_normalizer()->mutable_replace();
  spaces->set_pattern(" {2,}");
  spaces->set_is_regex(true);
  spaces->set_content(" ");
  SplitStep::Metaspace* step = data.add_split()->mutable_metaspace();
  step->set_replacement("\u2581");
  const GgufForm form = FormForGguf(data);
  EXPECT_EQ(form.model, "t5");
  EXPECT_EQ(form.charsmap, "map");
  EXPECT_TRUE(form.remove_extra_spaces);
  EXPECT_TRUE(form.data.add_space_prefix());
  EXPECT_EQ(Notes(form), "");
  builder.Token("a\u2581b");
  EXPECT_EQ(Notes(FormForGguf(data)), "");  // Metaspace does not split
  step->set_split(true);
  EXPECT_TRUE(absl::StrContains(Notes(FormForGguf(data)), "space inside"));
  data.set_byte_fallback(true);
  EXPECT_TRUE(absl::StrContains(Notes(FormForGguf(data)), "unknown"));
  data.add_normalizer()->set_unicode_form(NormalizerStep::NFKC);
  EXPECT_EQ(FormForGguf(data).model, "none");
}

TEST(GgufFormTest, WhatCameFromGgufKeepsItsForm) {
  TokenizerBuilder gemma4 = Characters();
  gemma4.data().set_pre_tokenizer("gemma4");
  EXPECT_EQ(FormForGguf(gemma4.data()).model, "gemma4");
  const TokenizerBuilder spm = TokenizerBuilder::Sentencepiece();
  TokenizerBuilder copy = spm;
  EXPECT_EQ(FormForGguf(copy.data()).model, "llama");
  copy.data().add_normalizer()->set_extra_spaces(true);
  EXPECT_TRUE(
      absl::StrContains(Notes(FormForGguf(copy.data())), "do not normalize"));
}

}  // namespace
}  // namespace tessera
