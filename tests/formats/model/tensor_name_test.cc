#include "formats/model/tensor_name.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "formats/model/architecture.h"
#include "formats/model/tensor_role.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using Role = TensorRole;

const Architecture& HuggingFace(absl::string_view model_type) {
  const Architecture* architecture = FindHuggingFaceArchitecture(model_type);
  EXPECT_NE(architecture, nullptr) << model_type;
  return *architecture;
}

// GGUF's name of a tensor of a checkpoint; "" if the name is not known.
std::string Renamed(absl::string_view model_type, absl::string_view name) {
  const auto parsed = ParseHuggingFaceName(name, HuggingFace(model_type));
  return parsed.has_value() ? GgufName(*parsed) : "";
}

TEST(TensorNameTest, GgufNamesRoundTrip) {
  for (const TensorRoleInfo& info : AllTensorRoles()) {
    for (TensorPart part : {TensorPart::kWeight, TensorPart::kBias}) {
      TensorName name = {.role = info.role, .part = part};
      if (info.place == TensorPlace::kLayer) name.layer = 12;
      const std::string text = GgufName(name);
      EXPECT_EQ(ParseGgufName(text), name) << text;
      // The other side of the border between layers and the rest.
      if (info.place == TensorPlace::kLayer) {
        EXPECT_EQ(text, absl::StrCat("blk.12.", GgufName(info.role, part)));
        EXPECT_EQ(ParseGgufName(GgufName(info.role, part)), std::nullopt);
      } else {
        EXPECT_EQ(ParseGgufName(absl::StrCat("blk.12.", text)), std::nullopt);
      }
    }
  }
  EXPECT_EQ(GgufName(Role::kTokenEmbedding), "token_embd.weight");
  EXPECT_EQ(GgufName(Role::kAttentionQuery, TensorPart::kBias), "attn_q.bias");
}

TEST(TensorNameTest, GroupsAreOfALayer) {
  EXPECT_EQ(GgufGroupName(FuseGroup::kAttentionInputs, 7), "blk.7.attn_qkv");
}

TEST(TensorNameTest, RefusesWhatGgufDoesNotHave) {
  for (const char* name : {"",
                           "weight",
                           ".weight",
                           "token_embd",
                           "token_embd.",
                           "blk.",
                           "blk..attn_q.weight",
                           "blk.x.attn_q.weight",
                           "blk.01.attn_q.weight",
                           "blk.-1.attn_q.weight",
                           "blk.+1.attn_q.weight",
                           "blk. 1.attn_q.weight",
                           "blk.1attn_q.weight",
                           "blk.1.attn_q",
                           "blk.1.attn_q.weight.weight",
                           "blk.1.attn_q.scale",
                           "blk.1.attn_Q.weight",
                           "blk.1.blk.1.attn_q.weight",
                           "blk.4294967296.attn_q.weight",
                           "blk.18446744073709551616.attn_q.weight",
                           "a.blk.1.attn_q.weight",
                           "blk.1.something_new.weight"}) {
    EXPECT_EQ(ParseGgufName(name), std::nullopt) << name;
  }
  EXPECT_EQ(ParseGgufName("blk.4294967295.attn_q.weight")->layer, 4294967295u);
  EXPECT_EQ(ParseGgufName("blk.0.attn_q.weight")->layer, 0u);
}

TEST(TensorNameTest, KnowsAllOfALlama) {
  EXPECT_EQ(Renamed("llama", "model.embed_tokens.weight"), "token_embd.weight");
  EXPECT_EQ(Renamed("llama", "model.norm.weight"), "output_norm.weight");
  EXPECT_EQ(Renamed("llama", "lm_head.weight"), "output.weight");
  EXPECT_EQ(Renamed("llama", "model.layers.12.self_attn.o_proj.weight"),
            "blk.12.attn_output.weight");
  EXPECT_EQ(Renamed("llama", "model.layers.0.post_attention_layernorm.weight"),
            "blk.0.ffn_norm.weight");
  // Not every Llama has it, but it is known what it is.
  EXPECT_EQ(Renamed("llama", "model.layers.0.self_attn.q_proj.bias"),
            "blk.0.attn_q.bias");
}

TEST(TensorNameTest, KnowsMixturesOfExperts) {
  EXPECT_EQ(Renamed("mixtral", "model.layers.1.block_sparse_moe.gate.weight"),
            "blk.1.ffn_gate_inp.weight");
  EXPECT_EQ(Renamed("qwen2_moe", "model.layers.1.mlp.gate.weight"),
            "blk.1.ffn_gate_inp.weight");
  EXPECT_EQ(
      Renamed("qwen2_moe", "model.layers.1.mlp.shared_expert_gate.weight"),
      "blk.1.ffn_gate_inp_shexp.weight");
  EXPECT_EQ(
      Renamed("deepseek_v3", "model.layers.1.mlp.gate.e_score_correction_bias"),
      "blk.1.exp_probs_b.bias");
  EXPECT_EQ(Renamed("deepseek_v3",
                    "model.layers.1.mlp.shared_experts.down_proj.weight"),
            "blk.1.ffn_down_shexp.weight");
  const auto expert =
      ParseHuggingFaceName("model.layers.61.mlp.experts.255.down_proj.weight",
                           HuggingFace("deepseek_v3"));
  EXPECT_EQ(
      expert,
      (TensorName{.role = Role::kExpertDown, .layer = 61, .expert = 255}));
  EXPECT_EQ(GgufName(*expert), "blk.61.ffn_down_exps.weight");
  const auto w3 = ParseHuggingFaceName(
      "model.layers.0.block_sparse_moe.experts.7.w3.weight",
      HuggingFace("mixtral"));
  EXPECT_EQ(w3, (TensorName{.role = Role::kExpertUp, .layer = 0, .expert = 7}));
}

TEST(TensorNameTest, ExpertsNeedANumber) {
  for (const char* name :
       {"model.layers.61.mlp.experts.down_proj.weight",
        "model.layers.61.mlp.experts..down_proj.weight",
        "model.layers.61.mlp.experts.*.down_proj.weight",
        "model.layers.61.mlp.experts.x.down_proj.weight",
        "model.layers.61.mlp.experts.01.down_proj.weight",
        "model.layers.61.mlp.experts.1down_proj.weight",
        "model.layers.61.mlp.experts.1.down_proj",
        "model.layers.61.mlp.experts.1.down_proj.weight_scale_inv",
        "model.layers.61.mlp.experts.4294967296.up_proj.weight",
        "model.layers.61.mlp.experts.99999999999999999999.up_proj.weight",
        "mlp.experts.1.down_proj.weight"}) {
    EXPECT_EQ(Renamed("deepseek_v3", name), "") << name;
  }
}

// One module's name, two meanings.
TEST(TensorNameTest, AnArchitecturesOwnNamesComeFirst) {
  constexpr char kName[] = "model.layers.3.post_attention_layernorm.weight";
  EXPECT_EQ(Renamed("qwen2", kName), "blk.3.ffn_norm.weight");
  EXPECT_EQ(Renamed("gemma2", kName), "blk.3.post_attention_norm.weight");
  EXPECT_EQ(
      Renamed("gemma2", "model.layers.3.pre_feedforward_layernorm.weight"),
      "blk.3.ffn_norm.weight");
  EXPECT_EQ(
      Renamed("gemma2", "model.layers.3.post_feedforward_layernorm.weight"),
      "blk.3.post_ffw_norm.weight");
  // And are nobody else's.
  EXPECT_EQ(
      Renamed("llama", "model.layers.1.block_sparse_moe.experts.0.w1.weight"),
      "");
  EXPECT_EQ(Renamed("mixtral", "model.layers.1.mlp.experts.0.up_proj.weight"),
            "");
}

TEST(TensorNameTest, RefusesWhatHuggingFaceDoesNotHave) {
  for (const char* name :
       {"", "weight", ".weight", "model.layers.", "model.layers.1",
        "model.layers.1.", "model.layers.1..weight",
        "model.layers..mlp.up_proj.weight", "model.layers.x.mlp.up_proj.weight",
        "model.layers.01.mlp.up_proj.weight", "model.layers.1.mlp.up_proj",
        "model.layers.1.mlp.up_proj.weight.scale",
        "model.layers.1.mlp.gate.e_score_correction_bias.weight",
        "mlp.gate.e_score_correction_bias", "mlp.up_proj.weight",
        "model.layers.1.lm_head.weight", "model.layers.1.model.norm.weight",
        "transformer.h.0.attn.weight"}) {
    EXPECT_EQ(Renamed("deepseek_v3", name), "") << name;
  }
}

TEST(TensorNameTest, PrecomputedFrequenciesAreRedundant) {
  const Architecture& llama = HuggingFace("llama");
  EXPECT_TRUE(IsRedundantHuggingFaceName(
      "model.layers.0.self_attn.rotary_emb.inv_freq", llama));
  EXPECT_FALSE(IsRedundantHuggingFaceName("model.norm.weight", llama));
  EXPECT_FALSE(IsRedundantHuggingFaceName(
      "model.layers.0.self_attn.rotary_emb.inv_freq.weight", llama));
}

TEST(TensorNameTest, LayersOfNamesThatAreNotKnown) {
  EXPECT_EQ(LayerOf("blk.17.attn_q.weight"), 17u);
  EXPECT_EQ(LayerOf("blk.0."), 0u);
  EXPECT_EQ(LayerOf("blk.3.something_new"), 3u);
  EXPECT_EQ(NameInLayer("blk.3.something.new"), "something.new");
  for (const char* name :
       {"output.weight", "blk.", "blk.1", "blk.x.y", "blk.-1.y", "blk.01.y",
        "blk.99999999999.y", "a.blk.1.y", "model.layers.1.y"}) {
    EXPECT_EQ(LayerOf(name), std::nullopt) << name;
    EXPECT_EQ(NameInLayer(name), name);
  }
}

TEST(TensorNameTest, LayersAreGuessedInNamesOfAnyKind) {
  EXPECT_EQ(GuessedLayerOf("blk.7.attn_q.weight"), 7u);
  EXPECT_EQ(GuessedLayerOf("model.layers.12.mlp.experts.3.w1.weight"), 12u);
  EXPECT_EQ(GuessedLayerOf("layers.0.attention.wq.weight"), 0u);
  for (const char* name :
       {"", ".", "output.weight", "h1.x", "x.1", "v2.5x.y"}) {
    EXPECT_EQ(GuessedLayerOf(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace tessera
