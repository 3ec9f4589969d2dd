#include "converter/source/tensor_names.h"

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(TensorNamesTest, MapsAllOfALlama) {
  EXPECT_EQ(GgufTensorName("model.embed_tokens.weight"), "token_embd.weight");
  EXPECT_EQ(GgufTensorName("model.norm.weight"), "output_norm.weight");
  EXPECT_EQ(GgufTensorName("lm_head.weight"), "output.weight");
  EXPECT_EQ(GgufTensorName("model.layers.12.self_attn.o_proj.weight"),
            "blk.12.attn_output.weight");
  EXPECT_EQ(GgufTensorName("model.layers.0.post_attention_layernorm.weight"),
            "blk.0.ffn_norm.weight");
  EXPECT_EQ(GgufTensorName("model.layers.0.self_attn.q_proj.bias"),
            "blk.0.attn_q.bias");
}

TEST(TensorNamesTest, MapsMixturesOfExperts) {
  EXPECT_EQ(GgufTensorName("model.layers.1.block_sparse_moe.gate.weight"),
            "blk.1.ffn_gate_inp.weight");
  EXPECT_EQ(GgufTensorName("model.layers.1.mlp.gate.weight"),
            "blk.1.ffn_gate_inp.weight");
  EXPECT_EQ(GgufTensorName("model.layers.1.mlp.gate.e_score_correction_bias"),
            "blk.1.exp_probs_b.bias");
  EXPECT_EQ(GgufTensorName("model.layers.1.mlp.shared_expert_gate.weight"),
            "blk.1.ffn_gate_inp_shexp.weight");
  EXPECT_EQ(GgufTensorName("model.layers.1.mlp.shared_experts.down_proj.weight"),
            "blk.1.ffn_down_shexp.weight");
  const auto expert =
      ParseExpertName("model.layers.61.mlp.experts.255.down_proj.weight");
  ASSERT_TRUE(expert.has_value());
  EXPECT_EQ(expert->gguf, "blk.61.ffn_down_exps.weight");
  EXPECT_EQ(expert->expert, 255u);
  for (const char* name :
       {"model.layers.61.mlp.experts.down_proj.weight",
        "model.layers.61.mlp.experts.01.down_proj.weight",
        "model.layers.61.mlp.experts.1.down_proj.weight_scale_inv",
        "model.layers.61.mlp.experts.99999999999999999999.up_proj.weight",
        "model.layers.61.mlp.shared_experts.down_proj.weight"}) {
    EXPECT_FALSE(ParseExpertName(name).has_value()) << name;
  }
}

TEST(TensorNamesTest, LeavesOthersAlone) {
  for (const char* name :
       {"", "weight", ".weight", "model.layers..mlp.up_proj.weight",
        "model.layers.x.mlp.up_proj.weight", "model.layers.1.mlp.up_proj",
        "model.layers.1.mlp.up_proj.weight.scale",
        "transformer.h.0.attn.weight"}) {
    EXPECT_FALSE(GgufTensorName(name).has_value()) << name;
  }
}

TEST(TensorNamesTest, PrecomputedFrequenciesAreRedundant) {
  EXPECT_TRUE(IsRedundantTensor("model.layers.0.self_attn.rotary_emb.inv_freq"));
  EXPECT_FALSE(IsRedundantTensor("model.norm.weight"));
}

}  // namespace
}  // namespace tessera
