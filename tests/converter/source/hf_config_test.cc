#include "converter/source/hf_config.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr char kConfig[] = R"({
  "model_type": "llama", "hidden_act": "silu", "hidden_size": 256,
  "intermediate_size": 512, "num_hidden_layers": 3, "num_attention_heads": 8,
  "num_key_value_heads": 4, "vocab_size": 1024, "max_position_embeddings": 512,
  "rms_norm_eps": 1e-05, "rope_theta": 500000.0, "rope_scaling": null,
  "bos_token_id": 1, "eos_token_id": [2, 3], "tie_word_embeddings": true
})";

std::string With(absl::string_view from, absl::string_view to) {
  const std::string changed = absl::StrReplaceAll(kConfig, {{from, to}});
  EXPECT_NE(changed, kConfig) << from;
  return changed;
}

TEST(HfConfigTest, ReadsEverything) {
  const auto config = ParseHfConfig(kConfig);
  ASSERT_TRUE(config.ok()) << config.status();
  const ModelConfig& model = config->model;
  EXPECT_EQ(model.model_type(), "llama");
  EXPECT_EQ(model.hidden_size(), 256u);
  EXPECT_EQ(model.intermediate_size(), 512u);
  EXPECT_EQ(model.num_hidden_layers(), 3u);
  EXPECT_EQ(model.num_attention_heads(), 8u);
  EXPECT_EQ(model.num_key_value_heads(), 4u);
  EXPECT_EQ(model.head_dim(), 32u);
  EXPECT_EQ(model.vocab_size(), 1024u);
  EXPECT_EQ(model.max_position_embeddings(), 512u);
  EXPECT_EQ(model.rms_norm_eps(), 1e-05f);
  EXPECT_EQ(model.rope_theta(), 500000.0f);
  EXPECT_TRUE(model.tie_word_embeddings());
  EXPECT_FALSE(model.has_rope_scaling());
  EXPECT_EQ(config->bos_token_id, 1u);
  EXPECT_EQ(config->eos_token_ids, (std::vector<uint32_t>{2, 3}));
}

TEST(HfConfigTest, EveryMissingKeyHasADefaultOrIsNamed) {
  const auto no_kv_heads =
      ParseHfConfig(With("\"num_key_value_heads\": 4, ", ""));
  ASSERT_TRUE(no_kv_heads.ok());
  EXPECT_EQ(no_kv_heads->model.num_key_value_heads(), 8u);
  const auto no_hidden = ParseHfConfig(With("\"hidden_size\": 256,", ""));
  EXPECT_TRUE(absl::IsInvalidArgument(no_hidden.status()));
  EXPECT_EQ(no_hidden.status().message(),
            "config.json: \"hidden_size\" is missing");
}

TEST(HfConfigTest, RefusesWhatItWouldComputeWrongly) {
  for (const auto& [from, to] : {
           std::pair("\"llama\"", "\"gpt_neox\""),
           std::pair("\"silu\"", "\"gelu\""),
           std::pair("\"rope_scaling\": null",
                     "\"rope_scaling\": {\"rope_type\": \"yarn\"}"),
           std::pair("\"vocab_size\"", "\"attention_bias\": true, "
                                       "\"vocab_size\""),
       }) {
    const auto config = ParseHfConfig(With(from, to));
    EXPECT_TRUE(absl::IsUnimplemented(config.status())) << config.status();
  }
}

TEST(HfConfigTest, RefusesImpossibleValues) {
  for (const auto& [from, to] : {
           std::pair("\"num_attention_heads\": 8", "\"num_attention_heads\": 0"),
           std::pair("\"num_key_value_heads\": 4", "\"num_key_value_heads\": 3"),
           std::pair("\"hidden_size\": 256", "\"hidden_size\": -256"),
           std::pair("\"hidden_size\": 256", "\"hidden_size\": 1e99"),
           std::pair("\"hidden_size\": 256", "\"hidden_size\": \"256\""),
           std::pair("\"hidden_size\": 256", "\"hidden_size\": 1000"),
           std::pair("\"rope_theta\": 500000.0", "\"rope_theta\": 0"),
           std::pair("\"vocab_size\": 1024,", "\"vocab_size\": 1024,,"),
       }) {
    const auto config = ParseHfConfig(With(from, to));
    EXPECT_TRUE(absl::IsInvalidArgument(config.status()))
        << to << ": " << config.status();
  }
  EXPECT_TRUE(absl::IsInvalidArgument(ParseHfConfig("[]").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ParseHfConfig("").status()));
}

// The factors of Llama 3.1: short wavelengths are kept, long ones stretched by
// 8, and those between blended.
TEST(HfConfigTest, Llama3RopeFactors) {
  auto config = ParseHfConfig(With(
      "\"rope_scaling\": null",
      R"("rope_scaling": {"rope_type": "llama3", "factor": 8.0,
          "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 8192}, "head_dim": 128)"));
  ASSERT_TRUE(config.ok()) << config.status();
  const std::vector<float> factors = Llama3RopeFactors(config->model);
  ASSERT_EQ(factors.size(), 64u);
  EXPECT_EQ(factors.front(), 1.0f);
  EXPECT_EQ(factors.back(), 8.0f);
  for (size_t i = 1; i < factors.size(); ++i) {
    EXPECT_GE(factors[i], factors[i - 1]);
  }
  // Pair 30: wavelength 2 pi 500000^(60/128) = 2948.9, between 2048 and 8192;
  // smooth = (8192 / 2948.9 - 1) / 3 = 0.59266.
  EXPECT_NEAR(factors[30], 1 / ((1 - 0.59266) / 8 + 0.59266), 1e-3);
}

TEST(HfConfigTest, LinearScalingHasNoFactorsPerPair) {
  const auto config = ParseHfConfig(
      With("\"rope_scaling\": null",
           "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2}"));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->model.rope_scaling().factor(), 2.0f);
  EXPECT_TRUE(Llama3RopeFactors(config->model).empty());
}

}  // namespace
}  // namespace tessera
