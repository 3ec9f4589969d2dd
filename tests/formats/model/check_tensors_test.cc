#include "formats/model/check_tensors.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "formats/model/architecture.h"
#include "formats/model/hugging_face_config.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

HuggingFaceConfig Config(absl::string_view type, absl::string_view members) {
  auto config = ParseHuggingFaceConfig(absl::StrCat(R"({"model_type": ")", type,
                                                    R"(", "hidden_size": 8,
      "intermediate_size": 12, "num_hidden_layers": 2, "head_dim": 4,
      "num_attention_heads": 2, "num_key_value_heads": 2, "vocab_size": 16,
      "num_experts": 2, "moe_intermediate_size": 4, "partial_rotary_factor": 1,
      "max_position_embeddings": 32)",
                                                    members, "}"));
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? *std::move(config) : HuggingFaceConfig();
}

// Names of all that its architecture lists, but for what is rare.
std::vector<std::string> NamesOf(const Architecture& architecture) {
  std::vector<std::string> names;
  for (const TensorSpecs specs : architecture.tensors) {
    for (const TensorSpec& spec : specs) {
      if (spec.rare) continue;
      TensorName name = {.role = spec.role, .part = spec.part};
      if (InfoOf(spec.role).place != TensorPlace::kLayer) {
        names.push_back(GgufName(name));
        continue;
      }
      for (const uint64_t layer : {uint64_t{0}, uint64_t{1}}) {
        name.layer = layer;
        names.push_back(GgufName(name));
      }
    }
  }
  return names;
}

// What is found in such a model, without some tensors and with others.
std::vector<std::string> Found(absl::string_view type,
                               absl::string_view members,
                               const std::vector<std::string>& without = {},
                               const std::vector<std::string>& with = {}) {
  const HuggingFaceConfig config = Config(type, members);
  if (config.architecture == nullptr) return {"(not described)"};
  std::vector<std::string> names = NamesOf(*config.architecture);
  for (const std::string& name : without) {
    const auto found = std::find(names.begin(), names.end(), name);
    EXPECT_NE(found, names.end()) << name;
    if (found != names.end()) names.erase(found);
  }
  names.insert(names.end(), with.begin(), with.end());
  return FindContradictoryTensors(
      std::vector<absl::string_view>(names.begin(), names.end()), config);
}

TEST(CheckTensorsTest, LayersLackWhatOthersHave) {
  EXPECT_THAT(Found("qwen2", "", {"blk.1.attn_q.bias"}),
              ElementsAre("tensor blk.1.attn_q.bias is missing, though there "
                          "is blk.0.attn_q.bias"));
  EXPECT_THAT(Found("starcoder2", "", {"blk.0.attn_norm.bias"},
                    {"blk.0.attn_output.bias", "blk.1.attn_output.bias"}),
              ElementsAre("tensor blk.0.attn_norm.bias is missing, though "
                          "there is blk.1.attn_norm.bias"));
  EXPECT_THAT(Found("gpt2", "", {"blk.1.ffn_up.bias"}),
              ElementsAre("tensor blk.1.ffn_up.bias is missing, though there "
                          "is blk.0.ffn_up.bias"));
  EXPECT_THAT(Found("llama", "", {}, {"blk.1.attn_k.bias"}),
              ElementsAre("tensor blk.0.attn_k.bias is missing, though there "
                          "is blk.1.attn_k.bias"));
  // Layers beyond those that there are, say nothing.
  EXPECT_THAT(Found("llama", "", {}, {"blk.2.attn_k.bias"}), IsEmpty());
}

TEST(CheckTensorsTest, UnevenTensorsOfGguf) {
  const Architecture& stablelm = *FindArchitecture("stablelm");
  EXPECT_THAT(FindUnevenTensors({"blk.0.ffn_norm.weight", "blk.0.attn_q.weight",
                                 "blk.1.attn_q.weight"},
                                stablelm, 2),
              ElementsAre("tensor blk.1.ffn_norm.weight is missing, though "
                          "there is blk.0.ffn_norm.weight"));
  EXPECT_THAT(
      FindUnevenTensors({"blk.0.attn_q.weight", "blk.1.attn_q.weight", "rest"},
                        stablelm, 2),
      IsEmpty());
}

// DeepSeek's first layers have no experts, and the others no plain gate.
TEST(CheckTensorsTest, LayersWithExpertsAreOfAnotherKind) {
  const Architecture& deepseek = *FindArchitecture("deepseek2");
  std::vector<absl::string_view> names = {
      "blk.0.ffn_gate.weight",     "blk.1.ffn_gate_inp.weight",
      "blk.1.exp_probs_b.bias",    "blk.1.ffn_gate_shexp.weight",
      "blk.2.ffn_gate_inp.weight", "blk.2.exp_probs_b.bias"};
  EXPECT_THAT(FindUnevenTensors(names, deepseek, 3),
              ElementsAre("tensor blk.2.ffn_gate_shexp.weight is missing, "
                          "though there is blk.1.ffn_gate_shexp.weight"));
  names.push_back("blk.2.ffn_gate_shexp.weight");
  EXPECT_THAT(FindUnevenTensors(names, deepseek, 3), IsEmpty());
}

TEST(CheckTensorsTest, FlagsThatTensorsContradict) {
  EXPECT_THAT(Found("llama", R"(, "attention_bias": true)"),
              ElementsAre("config.json: attention_bias: true is not "
                          "understood, since there is no attn_q.bias"));
  EXPECT_THAT(Found("llama", R"(, "mlp_bias": true)"),
              ElementsAre("config.json: mlp_bias: true is not understood, "
                          "since there is no ffn_gate.bias"));
  EXPECT_THAT(Found("llama", R"(, "attention_bias": false)", {},
                    {"blk.0.attn_v.bias", "blk.1.attn_v.bias"}),
              ElementsAre("config.json: attention_bias: false is not "
                          "understood, since there is attn_v.bias"));
  EXPECT_THAT(Found("stablelm", R"(, "qk_layernorm": true)"),
              ElementsAre("config.json: qk_layernorm: true is not understood, "
                          "since there is no attn_q_norm.weight"));
  EXPECT_THAT(Found("seed_oss", R"(, "attention_out_bias": true)"),
              ElementsAre("config.json: attention_out_bias: true is not "
                          "understood, since there is no attn_output.bias"));
  EXPECT_THAT(Found("mistral", R"(, "attention_bias": true)"),
              ElementsAre("config.json: attention_bias: true is not "
                          "understood, since there is no attn_q.bias"));
  EXPECT_THAT(Found("glm4", R"(, "attention_bias": false)"),
              ElementsAre("config.json: attention_bias: false is not "
                          "understood, since there is attn_q.bias"));
}

TEST(CheckTensorsTest, BiasesThatAreMissingEverywhere) {
  EXPECT_THAT(Found("qwen2", "", {"blk.0.attn_k.bias", "blk.1.attn_k.bias"}),
              ElementsAre("tensors attn_k.bias are missing, which models of "
                          "type qwen2 have"));
  EXPECT_THAT(Found("gpt2", "", {"output_norm.bias"}),
              ElementsAre("tensors output_norm.bias are missing, which models "
                          "of type gpt2 have"));
}

TEST(CheckTensorsTest, WhatAgrees) {
  EXPECT_THAT(Found("llama", ""), IsEmpty());
  EXPECT_THAT(Found("mistral", R"(, "attention_bias": false)"), IsEmpty());
  EXPECT_THAT(Found("qwen2", ""), IsEmpty());
  // Its class does not read it.
  EXPECT_THAT(Found("qwen2", R"(, "attention_bias": false)"), IsEmpty());
  EXPECT_THAT(Found("glm4", R"(, "attention_bias": true)"), IsEmpty());
  EXPECT_THAT(Found("phi3", R"(, "attention_bias": false)"), IsEmpty());
  EXPECT_THAT(Found("seed_oss", R"(, "attention_bias": true,
                  "attention_out_bias": false, "mlp_bias": false)"),
              IsEmpty());
  EXPECT_THAT(Found("gpt2", ""), IsEmpty());
  EXPECT_THAT(Found("gpt_neox", ""), IsEmpty());
  EXPECT_THAT(Found("qwen3_moe", R"(, "attention_bias": false)"), IsEmpty());
}

}  // namespace
}  // namespace tessera
