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
  EXPECT_EQ(config->rope_dim, 32);
  EXPECT_EQ(config->rope_linear_factor, 1);
  EXPECT_FALSE(config->needs_rope_factors);
}

TEST(HyperParametersTest, KnowsPositionScaling) {
  ModelConfig model = SmallModel();
  model.mutable_rope_scaling()->set_rope_type("linear");
  model.mutable_rope_scaling()->set_factor(4);
  EXPECT_EQ(CheckHyperParameters(model)->rope_linear_factor, 4);
  model.mutable_rope_scaling()->set_rope_type("llama3");
  EXPECT_TRUE(CheckHyperParameters(model)->needs_rope_factors);
  EXPECT_EQ(CheckHyperParameters(model)->rope_linear_factor, 1);
  model.mutable_rope_scaling()->set_rope_type("yarn");
  const auto yarn = CheckHyperParameters(model);
  EXPECT_EQ(yarn.status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_TRUE(absl::StrContains(yarn.status().message(), "'yarn'"));
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
  EXPECT_THAT(refusal(model), HasSubstr("mixtures of experts"));
  model = SmallModel();
  model.add_not_understood("config.json: \"foo\" is 7");
  EXPECT_THAT(refusal(model), HasSubstr("\"foo\" is 7"));
  model = SmallModel();
  model.set_model_type("deepseek2");
  EXPECT_THAT(refusal(model), HasSubstr("latent attention"));
  model.set_model_type("gemma2");
  EXPECT_THAT(refusal(model), HasSubstr("GELU"));
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
