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
