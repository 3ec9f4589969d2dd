#include "formats/model/gguf_config.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ModelConfig SmallModel(const std::string& architecture = "llama") {
  ModelConfig model;
  model.set_model_type(architecture);
  model.set_hidden_size(256);
  model.set_intermediate_size(512);
  model.set_num_hidden_layers(3);
  model.set_num_attention_heads(8);
  model.set_num_key_value_heads(4);
  model.set_head_dim(32);
  model.set_rope_dimension_count(32);
  model.set_vocab_size(1024);
  model.set_max_position_embeddings(512);
  model.set_rms_norm_eps(1e-5f);
  model.set_rope_theta(500000.0f);
  return model;
}

TEST(GgufConfigTest, ThereAndBackAgain) {
  for (const char* architecture : {"llama", "qwen2", "qwen3moe"}) {
    ModelConfig model = SmallModel(architecture);
    for (bool scaled : {false, true}) {
      if (scaled) {
        model.mutable_rope_scaling()->set_rope_type("linear");
        model.mutable_rope_scaling()->set_factor(4);
        model.set_sliding_window(128);
        for (int i = 0; i < 3; ++i) model.add_layers()->set_window(128);
        model.mutable_layers(1)->set_window(0);
        model.set_num_experts(6);
        model.set_num_experts_per_tok(2);
        model.set_moe_intermediate_size(96);
      }
      GgufMetadata metadata;
      AppendModelConfig(model, &metadata);
      const auto back = ModelConfigFromGguf(metadata);
      ASSERT_TRUE(back.ok()) << back.status();
      EXPECT_EQ(back->SerializeAsString(), model.SerializeAsString());
    }
  }
}

// What files have been written with, in this order.
TEST(GgufConfigTest, KeysAndTheirOrder) {
  GgufMetadata metadata;
  AppendModelConfig(SmallModel(), &metadata);
  std::vector<std::string> keys;
  for (const GgufMetadataEntry& entry : metadata.entries()) {
    keys.push_back(entry.key);
  }
  EXPECT_THAT(
      keys,
      ElementsAre("general.architecture", "llama.block_count",
                  "llama.context_length", "llama.embedding_length",
                  "llama.feed_forward_length", "llama.attention.head_count",
                  "llama.attention.head_count_kv", "llama.attention.key_length",
                  "llama.attention.value_length", "llama.rope.dimension_count",
                  "llama.vocab_size", "llama.rope.freq_base",
                  "llama.attention.layer_norm_rms_epsilon"));
}

TEST(GgufConfigTest, KeepsWhatMetadataHasAlready) {
  GgufMetadata metadata;
  metadata.Append("llama.block_count", GgufValue::Scalar<uint64_t>(7));
  AppendModelConfig(SmallModel(), &metadata);
  EXPECT_EQ(ModelConfigFromGguf(metadata)->num_hidden_layers(), 7u);
}

// SmallModel with `key` replaced by `value`.
absl::StatusOr<ModelConfig> With(absl::string_view key, GgufValue value) {
  GgufMetadata metadata;
  metadata.Append(key, std::move(value));
  AppendModelConfig(SmallModel(), &metadata);
  return ModelConfigFromGguf(metadata);
}

std::string NotUnderstoodWith(absl::string_view key, GgufValue value) {
  const auto model = With(key, std::move(value));
  EXPECT_TRUE(model.ok()) << model.status();
  if (!model.ok() || model->not_understood_size() != 1) return "(not one)";
  return model->not_understood(0);
}

TEST(GgufConfigTest, RecordsByNameWhatItDoesNotUnderstand) {
  const uint32_t per_layer[] = {4, 4, 2};
  EXPECT_EQ(NotUnderstoodWith("llama.attention.head_count_kv",
                              GgufValue::Array<uint32_t>(per_layer)),
            "llama.attention.head_count_kv: one value per layer is not "
            "supported, only one for all");
  EXPECT_EQ(NotUnderstoodWith("llama.attention.value_length",
                              GgufValue::Scalar<uint32_t>(64)),
            "llama.attention.value_length: 64 differs from key_length 32, "
            "which is not supported");
  EXPECT_EQ(NotUnderstoodWith("llama.attention.temperature_scale",
                              GgufValue::Scalar<float>(50)),
            "llama.attention.temperature_scale: 50 is not understood");
  EXPECT_EQ(NotUnderstoodWith("llama.some.text", GgufValue::String("a\nb\xff")),
            "llama.some.text: 'a\\nb\\xff' is not understood");
  EXPECT_EQ(NotUnderstoodWith("llama.rope.scaling.attn_factor",
                              GgufValue::Scalar<float>(2)),
            "llama.rope.scaling.attn_factor: 2 is not understood");
  // Others read it.
  EXPECT_EQ(NotUnderstoodWith("llama.final_logit_softcapping",
                              GgufValue::Scalar<float>(30)),
            "llama.final_logit_softcapping: 30 is not understood");
  EXPECT_EQ(
      NotUnderstoodWith("llama.embedding_scale", GgufValue::Scalar<float>(12)),
      "llama.embedding_scale: 12 is not understood");
  EXPECT_EQ(NotUnderstoodWith("llama.attention.clamp_kqv",
                              GgufValue::Scalar<float>(8)),
            "llama.attention.clamp_kqv: 8 is not understood");
  EXPECT_EQ(NotUnderstoodWith("llama.attention.causal",
                              GgufValue::Scalar<bool>(false)),
            "llama.attention.causal: false is not understood");
}

TEST(GgufConfigTest, IgnoresWhatChangesNothing) {
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, GgufValue>>{
           {"llama.attention.causal", GgufValue::Scalar<bool>(true)},
           {"llama.rope.scaling.attn_factor", GgufValue::Scalar<float>(1)},
           {"llama.rope.scaling.finetuned", GgufValue::Scalar<bool>(true)},
           {"llama.tensor_data_layout",
            GgufValue::String("Meta AI original pth")},
           {"llama.expert_count", GgufValue::Scalar<uint32_t>(0)},
           {"llama.rope.scaling.type", GgufValue::String("none")},
           {"llama.attention.layer_norm_epsilon",
            GgufValue::Scalar<float>(1e-5f)},
           {"llama.attention.clamp_kqv", GgufValue::Scalar<float>(0)},
           {"llama.logit_scale", GgufValue::Scalar<float>(1)},
           {"llama.residual_scale", GgufValue::Scalar<float>(1)},
           {"llamas.anything", GgufValue::Scalar<bool>(true)},
           {"general.anything", GgufValue::Scalar<bool>(true)}}) {
    const auto model = With(key, value);
    ASSERT_TRUE(model.ok()) << key << model.status();
    EXPECT_EQ(model->SerializeAsString(), SmallModel().SerializeAsString())
        << key;
  }
}

// One sentence for the type; the keys that belong to it are not listed.
TEST(GgufConfigTest, RopeScalingThatIsNotUnderstoodIsNotStored) {
  GgufMetadata metadata;
  metadata.Append("llama.rope.scaling.type", GgufValue::String("dynamic"));
  metadata.Append("llama.rope.scaling.factor", GgufValue::Scalar<float>(4));
  metadata.Append("llama.rope.scaling.alpha", GgufValue::Scalar<float>(32));
  AppendModelConfig(SmallModel(), &metadata);
  const auto model = ModelConfigFromGguf(metadata);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(model->not_understood(),
              ElementsAre("llama.rope.scaling.type: 'dynamic' is not "
                          "supported"));
  EXPECT_FALSE(model->has_rope_scaling());
}

TEST(GgufConfigTest, Yarn) {
  GgufMetadata metadata;
  metadata.Append("llama.rope.scaling.type", GgufValue::String("yarn"));
  metadata.Append("llama.rope.scaling.factor", GgufValue::Scalar<float>(4));
  metadata.Append("llama.rope.scaling.yarn_beta_fast",
                  GgufValue::Scalar<float>(16));
  metadata.Append("llama.rope.scaling.attn_factor",
                  GgufValue::Scalar<float>(2));
  AppendModelConfig(SmallModel(), &metadata);
  const auto model = ModelConfigFromGguf(metadata);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->not_understood_size(), 0);
  const ModelConfig::RopeScaling& yarn = model->rope_scaling();
  EXPECT_EQ(yarn.factor(), 4.0f);
  EXPECT_EQ(yarn.original_max_position_embeddings(), 512u);  // all of it
  EXPECT_EQ(yarn.beta_fast(), 16.0f);
  EXPECT_EQ(yarn.beta_slow(), 1.0f);
  EXPECT_FLOAT_EQ(yarn.attention_factor(), 2 * 1.1386294f);
  // What llama.cpp and Hugging Face take for different things.
  metadata.Append("llama.rope.scaling.yarn_attn_factor",
                  GgufValue::Scalar<float>(3));
  const auto ambiguous = ModelConfigFromGguf(metadata);
  ASSERT_TRUE(ambiguous.ok()) << ambiguous.status();
  EXPECT_THAT(ambiguous->not_understood(),
              ElementsAre("llama.rope.scaling.yarn_attn_factor: 3 is not "
                          "understood"));
}

TEST(GgufConfigTest, OldKeyOfLinearScaling) {
  const auto model =
      With("llama.rope.scale_linear", GgufValue::Scalar<float>(2));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->rope_scaling().rope_type(), "linear");
  EXPECT_EQ(model->rope_scaling().factor(), 2.0f);
  EXPECT_EQ(model->not_understood_size(), 0);
}

TEST(GgufConfigTest, WhatFollowsFromOtherValues) {
  GgufMetadata metadata;
  for (const auto& [key, value] : std::vector<std::pair<std::string, uint32_t>>{
           {"llama.block_count", 3},
           {"llama.embedding_length", 256},
           {"llama.feed_forward_length", 512},
           {"llama.attention.head_count", 8},
           {"llama.expert_count", 4}}) {
    metadata.Append(key, GgufValue::Scalar<uint32_t>(value));
  }
  metadata.Append("general.architecture", GgufValue::String("llama"));
  metadata.Append("llama.attention.layer_norm_rms_epsilon",
                  GgufValue::Scalar<float>(1e-5f));
  const absl::string_view tokens[] = {"a", "b", "c"};
  metadata.Append("tokenizer.ggml.tokens", GgufValue::StringArray(tokens));
  const auto model = ModelConfigFromGguf(metadata);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->num_key_value_heads(), 8u);
  EXPECT_EQ(model->head_dim(), 32u);
  EXPECT_EQ(model->rope_dimension_count(), 32u);
  EXPECT_EQ(model->vocab_size(), 3u);
  EXPECT_EQ(model->max_position_embeddings(), 2048u);
  EXPECT_EQ(model->rope_theta(), 10000.0f);
  EXPECT_EQ(model->moe_intermediate_size(), 512u);
}

// Of whatever architecture: generic keys by its prefix, nothing required.
TEST(GgufConfigTest, ReadsArchitecturesThatAreNotDescribed) {
  GgufMetadata metadata;
  metadata.Append("general.architecture", GgufValue::String("mamba"));
  metadata.Append("mamba.block_count", GgufValue::Scalar<uint32_t>(3));
  metadata.Append("mamba.embedding_length", GgufValue::Scalar<uint32_t>(64));
  metadata.Append("mamba.attention.head_count", GgufValue::Scalar<uint32_t>(0));
  metadata.Append("mamba.feed_forward_length", GgufValue::String("odd"));
  metadata.Append("mamba.ssm.conv_kernel", GgufValue::Scalar<uint32_t>(4));
  metadata.Append("llama.vocab_size", GgufValue::Scalar<uint32_t>(4));
  const auto model = ModelConfigFromGguf(metadata);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->model_type(), "mamba");
  EXPECT_EQ(model->num_hidden_layers(), 3u);
  EXPECT_EQ(model->hidden_size(), 64u);
  EXPECT_EQ(model->vocab_size(), 0u);
  EXPECT_THAT(model->not_understood(),
              ElementsAre("general.architecture: 'mamba' is not known"));
}

TEST(GgufConfigTest, RefusesImpossibleValues) {
  const auto status = [](absl::string_view key, GgufValue value) {
    return With(key, std::move(value)).status();
  };
  EXPECT_TRUE(absl::IsDataLoss(
      status("llama.attention.head_count", GgufValue::Scalar<uint32_t>(0))));
  EXPECT_TRUE(absl::IsDataLoss(
      status("llama.attention.head_count_kv", GgufValue::Scalar<uint32_t>(3))));
  EXPECT_TRUE(absl::IsDataLoss(
      status("llama.embedding_length", GgufValue::Scalar<int32_t>(-1))));
  EXPECT_TRUE(absl::IsDataLoss(
      status("llama.block_count", GgufValue::Scalar(UINT64_MAX))));
  EXPECT_TRUE(absl::IsDataLoss(
      status("llama.rope.freq_base", GgufValue::Scalar<float>(-1))));
  EXPECT_TRUE(absl::IsDataLoss(
      status("llama.rope.dimension_count", GgufValue::Scalar<uint32_t>(33))));
  EXPECT_TRUE(
      absl::IsDataLoss(status("llama.block_count", GgufValue::String("3"))));
  EXPECT_TRUE(absl::IsDataLoss(
      status("general.architecture", GgufValue::String("a\xff"))));
}

TEST(GgufConfigTest, MissingKeysAreNamed) {
  GgufMetadata metadata;
  EXPECT_TRUE(absl::IsNotFound(ModelConfigFromGguf(metadata).status()));
  metadata.Append("general.architecture", GgufValue::String("qwen2"));
  const absl::Status status = ModelConfigFromGguf(metadata).status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("qwen2.block_count"));
}

}  // namespace
}  // namespace tessera
