#include "runtime/model/hyper_parameters.h"

#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using testing::HasSubstr;

ModelConfig SmallModel() {
  ModelConfig model;
  model.set_model_type("llama");
  model.set_hidden_size(256);
  model.set_intermediate_size(512);
  model.set_num_hidden_layers(3);
  model.set_num_attention_heads(8);
  model.set_num_key_value_heads(4);
  model.set_head_dim(32);
  model.set_vocab_size(1024);
  model.set_max_position_embeddings(512);
  model.set_rms_norm_eps(1e-5f);
  model.set_rope_theta(10000);
  model.set_rope_dimension_count(32);
  return model;
}

TEST(HyperParametersTest, ReadsAllSizes) {
  const auto config = CheckHyperParameters(SmallModel());
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->hidden_size, 256);
  EXPECT_EQ(config->intermediate_size, 512);
  EXPECT_EQ(config->layers, 3);
  EXPECT_EQ(config->query_size(), 256);
  EXPECT_EQ(config->kv_size(), 128);
  EXPECT_EQ(config->vocab_size, 1024);
  EXPECT_EQ(config->max_positions, 512);
  EXPECT_EQ(config->rope.dim, 32);
  EXPECT_EQ(config->rope.linear_factor, 1);
}

TEST(HyperParametersTest, KnowsPositionScaling) {
  ModelConfig model = SmallModel();
  model.mutable_rope_scaling()->set_rope_type("linear");
  model.mutable_rope_scaling()->set_factor(4);
  EXPECT_EQ(CheckHyperParameters(model)->rope.linear_factor, 4);
  model.mutable_rope_scaling()->set_rope_type("llama3");
  EXPECT_EQ(CheckHyperParameters(model)->rope.linear_factor, 1);
  model.mutable_rope_scaling()->set_rope_type("dynamic");
  const auto dynamic = CheckHyperParameters(model);
  EXPECT_EQ(dynamic.status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_TRUE(absl::StrContains(dynamic.status().message(), "'dynamic'"));
}

TEST(HyperParametersTest, KnowsYarn) {
  ModelConfig model = SmallModel();
  ModelConfig::RopeScaling& scaling = *model.mutable_rope_scaling();
  scaling.set_rope_type("yarn");
  scaling.set_factor(8);
  scaling.set_original_max_position_embeddings(64);
  scaling.set_beta_fast(32);
  scaling.set_beta_slow(1);
  scaling.set_attention_factor(1.25f);
  scaling.set_untruncated(true);
  const auto config = CheckHyperParameters(model);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->rope.attention_factor, 1.25);
  ASSERT_TRUE(config->rope.yarn.has_value());
  EXPECT_EQ(config->rope.yarn->factor, 8);
  EXPECT_EQ(config->rope.yarn->original_positions, 64);
  EXPECT_FALSE(config->rope.yarn->rounded);
  scaling.set_beta_fast(0);
  EXPECT_EQ(CheckHyperParameters(model).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(HyperParametersTest, LongropeIsInTensors) {
  ModelConfig model = SmallModel();
  ModelConfig::RopeScaling& scaling = *model.mutable_rope_scaling();
  scaling.set_rope_type("longrope");
  scaling.set_original_max_position_embeddings(4096);
  const auto config = CheckHyperParameters(model);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->original_positions, 4096);
  EXPECT_EQ(config->rope.attention_factor, 1);
}

TEST(HyperParametersTest, AbsentScalesAreNeutral) {
  const auto plain = CheckHyperParameters(SmallModel());
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_EQ(plain->embedding_scale, 1);
  EXPECT_EQ(plain->attention_scale, 1.0f / std::sqrt(32.0f));
  EXPECT_EQ(plain->residual_scale, 1);
  EXPECT_EQ(plain->logit_scale, 1);
  EXPECT_EQ(plain->attention_cap, 0);
  EXPECT_EQ(plain->logit_cap, 0);
  EXPECT_EQ(plain->qkv_clip, 0);
  ModelConfig model = SmallModel();
  model.set_embedding_scale(16);
  model.set_attention_scale(0.5f);
  model.set_residual_scale(0.25f);
  model.set_logit_scale(4);
  model.set_attn_logit_softcapping(50);
  model.set_final_logit_softcapping(30);
  model.set_clip_qkv(8);
  const auto scaled = CheckHyperParameters(model);
  ASSERT_TRUE(scaled.ok()) << scaled.status();
  EXPECT_EQ(scaled->embedding_scale, 16);
  EXPECT_EQ(scaled->attention_scale, 0.5f);
  EXPECT_EQ(scaled->residual_scale, 0.25f);
  EXPECT_EQ(scaled->logit_scale, 4);
  EXPECT_EQ(scaled->attention_cap, 50);
  EXPECT_EQ(scaled->logit_cap, 30);
  EXPECT_EQ(scaled->qkv_clip, 8);
}

TEST(HyperParametersTest, LayersMayDiffer) {
  ModelConfig model = SmallModel();
  EXPECT_EQ(CheckHyperParameters(model)->layer.size(), 3u);
  EXPECT_EQ(CheckHyperParameters(model)->layer[2].window, 0);
  model.set_sliding_window(100);
  model.set_rope_local_theta(500);
  for (int i = 0; i < 3; ++i) model.add_layers();
  model.mutable_layers(0)->set_window(100);
  model.mutable_layers(0)->set_rope(ModelConfig::Layer::LOCAL);
  model.mutable_layers(1)->set_window(~uint64_t{0});
  model.mutable_layers(2)->set_rope(ModelConfig::Layer::NONE);
  const auto config = CheckHyperParameters(model);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->layer[0].window, 100);
  EXPECT_EQ(config->layer[0].rope, RopeChoice::kLocal);
  EXPECT_EQ(config->layer[1].window, 0);
  EXPECT_EQ(config->layer[1].rope, RopeChoice::kGlobal);
  EXPECT_EQ(config->layer[2].rope, RopeChoice::kNone);
  ASSERT_TRUE(config->local_rope.has_value());
  EXPECT_EQ(config->local_rope->theta, 500);
  EXPECT_EQ(config->local_rope->dim, 32);
}

TEST(HyperParametersTest, RefusesAnotherArchitectureByName) {
  ModelConfig model = SmallModel();
  model.set_model_type("mamba");
  const auto config = CheckHyperParameters(model);
  EXPECT_EQ(config.status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_TRUE(absl::StrContains(config.status().message(), "'mamba'"));
}

// What has no code is refused by name, whatever the rest of the configuration.
TEST(HyperParametersTest, RefusesWhatHasNoCodeByName) {
  const auto refusal = [](const ModelConfig& model) {
    const absl::Status status = CheckHyperParameters(model).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented) << status;
    return std::string(status.message());
  };
  ModelConfig model = SmallModel();
  model.set_sliding_window(128);
  EXPECT_THAT(refusal(model), HasSubstr("sliding window of 128"));
  model = SmallModel();
  model.set_num_experts(8);
  EXPECT_THAT(refusal(model), HasSubstr("mixture of 8 experts"));
  model = SmallModel();
  model.add_not_understood("config.json: \"foo\" is 7");
  EXPECT_THAT(refusal(model), HasSubstr("\"foo\" is 7"));
  model = SmallModel();
  model.set_model_type("deepseek2");
  EXPECT_THAT(refusal(model), HasSubstr("latent attention"));
  model = SmallModel();
  model.set_hidden_act("relu2");
  EXPECT_THAT(refusal(model), HasSubstr("activation"));
  model.set_hidden_act("quick_gelu");
  EXPECT_THAT(refusal(model), HasSubstr("'quick_gelu'"));
}

struct Damage {
  std::string field;  // what the message must name
  std::function<void(ModelConfig&)> apply;
};

TEST(HyperParametersTest, RefusesImpossibleValuesByField) {
  constexpr uint64_t kHuge = uint64_t{1} << 63;
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const Damage damages[] = {
      {"hidden_size", [](ModelConfig& m) { m.set_hidden_size(0); }},
      {"hidden_size", [](ModelConfig& m) { m.set_hidden_size(kHuge); }},
      {"intermediate_size", [](ModelConfig& m) { m.set_intermediate_size(0); }},
      {"num_hidden_layers", [](ModelConfig& m) { m.set_num_hidden_layers(0); }},
      {"num_attention_heads",
       [](ModelConfig& m) { m.set_num_attention_heads(0); }},
      {"num_key_value_heads",
       [](ModelConfig& m) { m.set_num_key_value_heads(0); }},
      {"num_key_value_heads",
       [](ModelConfig& m) { m.set_num_key_value_heads(3); }},
      {"head_dim", [](ModelConfig& m) { m.set_head_dim(0); }},
      {"head_dim", [](ModelConfig& m) { m.set_head_dim(33); }},
      {"vocab_size", [](ModelConfig& m) { m.set_vocab_size(kHuge); }},
      {"max_position_embeddings",
       [](ModelConfig& m) { m.set_max_position_embeddings(0); }},
      {"rope_dimension_count",
       [](ModelConfig& m) { m.set_rope_dimension_count(34); }},
      {"rope_dimension_count",
       [](ModelConfig& m) { m.set_rope_dimension_count(15); }},
      {"rms_norm_eps", [](ModelConfig& m) { m.set_rms_norm_eps(-1); }},
      {"rms_norm_eps", [](ModelConfig& m) { m.set_rms_norm_eps(kNan); }},
      {"rope_theta", [](ModelConfig& m) { m.set_rope_theta(0); }},
      {"rope_theta", [](ModelConfig& m) { m.set_rope_theta(INFINITY); }},
      {"layers", [](ModelConfig& m) { m.add_layers(); }},
      {"rope_local_theta",
       [](ModelConfig& m) {
         for (int i = 0; i < 3; ++i) {
           m.add_layers()->set_rope(ModelConfig::Layer::LOCAL);
         }
       }},
      {"embedding_scale", [](ModelConfig& m) { m.set_embedding_scale(-1); }},
      {"attention_scale", [](ModelConfig& m) { m.set_attention_scale(kNan); }},
      {"residual_scale",
       [](ModelConfig& m) { m.set_residual_scale(INFINITY); }},
      {"logit_scale", [](ModelConfig& m) { m.set_logit_scale(-2); }},
      {"attn_logit_softcapping",
       [](ModelConfig& m) { m.set_attn_logit_softcapping(-1); }},
      {"final_logit_softcapping",
       [](ModelConfig& m) { m.set_final_logit_softcapping(kNan); }},
      {"clip_qkv", [](ModelConfig& m) { m.set_clip_qkv(-1); }},
      {"rope_scaling.factor",
       [](ModelConfig& m) {
         m.mutable_rope_scaling()->set_rope_type("linear");
         m.mutable_rope_scaling()->set_factor(0);
       }},
  };
  for (const Damage& damage : damages) {
    ModelConfig model = SmallModel();
    damage.apply(model);
    const auto config = CheckHyperParameters(model);
    EXPECT_EQ(config.status().code(), absl::StatusCode::kDataLoss)
        << damage.field;
    EXPECT_TRUE(absl::StrContains(config.status().message(), damage.field))
        << config.status();
  }
}

}  // namespace
}  // namespace tessera
