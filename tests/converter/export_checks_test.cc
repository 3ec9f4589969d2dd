#include "converter/export_checks.h"

#include <string>
#include <vector>

#include "formats/gguf/gguf_metadata.h"
#include "formats/model/gguf_config.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

GgufMetadata MetadataOf(const ModelConfig& model) {
  GgufMetadata metadata;
  AppendModelConfig(model, &metadata);
  return metadata;
}

// What readers take for a small Llama, and so nothing that GGUF cannot say.
ModelConfig Llama() {
  ModelConfig model;
  model.set_model_type("llama");
  model.set_hidden_size(32);
  model.set_intermediate_size(64);
  model.set_num_hidden_layers(2);
  model.set_num_attention_heads(4);
  model.set_num_key_value_heads(2);
  model.set_head_dim(8);
  model.set_vocab_size(100);
  model.set_max_position_embeddings(128);
  model.set_rms_norm_eps(1e-5f);
  model.set_rope_theta(10000);
  model.set_rope_dimension_count(8);
  const auto read = ModelConfigFromGguf(MetadataOf(model));
  EXPECT_TRUE(read.ok()) << read.status();
  return *read;
}

std::vector<std::string> Lost(const ModelConfig& model) {
  WeightSource arena;
  arena.model = model;
  return SettingsThatAreLost(arena, MetadataOf(model));
}

TEST(ExportChecksTest, TensorsOfAnUnknownArchitectureHaveNoNames) {
  WeightSource arena;
  EXPECT_TRUE(CheckConfigIsUnderstood(arena).ok());
  arena.model = Llama();
  EXPECT_TRUE(CheckConfigIsUnderstood(arena).ok());
  arena.model->set_model_type("llama7");
  const absl::Status status = CheckConfigIsUnderstood(arena);
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("'llama7'"), HasSubstr("--tensors_only")));
}

TEST(ExportChecksTest, WhatGgufSaysIsNotLost) {
  EXPECT_THAT(Lost(Llama()), IsEmpty());
}

TEST(ExportChecksTest, AnotherActivationIsLost) {
  ModelConfig model = Llama();
  model.set_hidden_act("gelu");
  EXPECT_THAT(Lost(model), ElementsAre(AllOf(HasSubstr("hidden_act is gelu"),
                                             HasSubstr("another model"))));
  model.set_hidden_act("silu");
  EXPECT_THAT(Lost(model), IsEmpty());
}

TEST(ExportChecksTest, LayersOfTheirOwnAreLost) {
  ModelConfig model = Llama();
  model.add_layers();
  model.add_layers()->set_rope(ModelConfig::Layer::NONE);
  EXPECT_THAT(Lost(model), ElementsAre(HasSubstr("rotation of layer 1")));
}

TEST(ExportChecksTest, UnroundedYarnIsLost) {
  ModelConfig model = Llama();
  ModelConfig::RopeScaling& scaling = *model.mutable_rope_scaling();
  scaling.set_rope_type("yarn");
  scaling.set_factor(4);
  scaling.set_original_max_position_embeddings(32);
  scaling.set_beta_fast(32);
  scaling.set_beta_slow(1);
  scaling.set_attention_factor(1);
  scaling.set_untruncated(true);
  EXPECT_THAT(Lost(model), ElementsAre(HasSubstr("truncate")));
}

TEST(ExportChecksTest, OfAnotherArchitectureNothingIsKnown) {
  ModelConfig model;
  model.set_model_type("nobody_knows");
  model.set_hidden_act("gelu");
  EXPECT_THAT(Lost(model), IsEmpty());
}

}  // namespace
}  // namespace tessera
