#include "converter/inspect/diff_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tessera {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

WeightSource SourceOf(const std::string& format) {
  WeightSource source;
  source.format = format;
  source.model.emplace().set_model_type("llama");
  source.model->set_rope_theta(1000000);
  source.tokenizer.emplace().set_kind(TokenizerData::KIND_BPE);
  return source;
}

WeightSource Folder() {
  WeightSource source = SourceOf("huggingface");
  source.model->set_tie_word_embeddings(true);
  source.model->add_not_understood("config.json: x");
  source.model->mutable_rope_scaling()->set_rope_type("llama3");
  source.model->mutable_rope_scaling()->set_factor(8);
  source.tokenizer->add_decoder()->set_byte_level(true);
  source.tokenizer->set_byte_fallback(true);
  return source;
}

WeightSource ArenaOf(WeightSource source) {
  source.origin.emplace().set_format(source.format);
  source.format = "arena";
  return source;
}

ModelDiff Diff(const WeightSource& a, const WeightSource& b) {
  ModelDiff diff;
  DiffFacts(a, b, &diff);
  return diff;
}

TEST(DiffFactsTest, WhatAGgufDoesNotHoldIsLeftOut) {
  const WeightSource gguf = SourceOf("gguf");
  for (const ModelDiff& diff : {Diff(Folder(), gguf), Diff(gguf, Folder()),
                                Diff(ArenaOf(Folder()), gguf),
                                Diff(Folder(), ArenaOf(SourceOf("gguf")))}) {
    EXPECT_TRUE(diff.equal());
    EXPECT_THAT(diff.configuration.left_out,
                ElementsAre("not_understood", "rope_scaling.factor",
                            "rope_scaling.rope_type", "tie_word_embeddings"));
    EXPECT_THAT(diff.tokenizer.left_out,
                ElementsAre("byte_fallback", "decoder"));
  }
}

TEST(DiffFactsTest, OfOneKindEverythingIsCompared) {
  for (const ModelDiff& diff :
       {Diff(Folder(), SourceOf("huggingface")),
        Diff(Folder(), ArenaOf(SourceOf("huggingface")))}) {
    EXPECT_EQ(diff.configuration.differences.size(), 4u);
    EXPECT_EQ(diff.tokenizer.differences.size(), 2u);
    EXPECT_THAT(diff.configuration.left_out, IsEmpty());
  }
}

TEST(DiffFactsTest, WhatAGgufHoldsIsCompared) {
  WeightSource gguf = SourceOf("gguf");
  gguf.model->set_rope_theta(1000001);
  gguf.model->mutable_rope_scaling()->set_rope_type("yarn");
  gguf.tokenizer->set_bos_id(1);
  const ModelDiff diff = Diff(Folder(), gguf);
  EXPECT_FALSE(diff.equal());
  const auto& configuration = diff.configuration.differences;
  ASSERT_EQ(configuration.size(), 3u);
  EXPECT_EQ(configuration[0].name, "rope_scaling.factor");
  EXPECT_EQ(configuration[1].name, "rope_scaling.rope_type");
  EXPECT_EQ(configuration[2].name, "rope_theta");
  EXPECT_EQ(configuration[2].values[0], "1000000");
  EXPECT_EQ(configuration[2].values[1], "1000001");
  ASSERT_EQ(diff.tokenizer.differences.size(), 1u);
  EXPECT_EQ(diff.tokenizer.differences[0].name, "bos_id");
}

}  // namespace
}  // namespace tessera
