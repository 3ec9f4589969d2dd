#include "converter/quantize/tensor_role.h"

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(TensorRoleTest, GoesByTheName) {
  EXPECT_EQ(RoleOf("output.weight"), MixClass::kOutput);
  EXPECT_EQ(RoleOf("token_embd.weight"), MixClass::kEmbedding);
  EXPECT_EQ(RoleOf("blk.3.attn_output.weight"), MixClass::kAttentionOutput);
  EXPECT_EQ(RoleOf("blk.3.attn_kv_b.weight"), MixClass::kAttentionKvB);
  EXPECT_EQ(RoleOf("blk.3.ffn_down_exps.weight"), MixClass::kFfnDown);
  EXPECT_EQ(RoleOf("blk.3.ffn_gate_shexp.weight"), MixClass::kFfnGate);
  EXPECT_EQ(RoleOf("cls.weight"), MixClass::kOther);
  EXPECT_TRUE(IsValueRole(RoleOf("blk.0.attn_qkv.weight")));
  EXPECT_FALSE(IsValueRole(RoleOf("blk.0.attn_k.weight")));
}

TEST(TensorRoleTest, LayersAreNumbers) {
  EXPECT_EQ(LayerOf("blk.17.attn_q.weight"), 17u);
  EXPECT_EQ(LayerOf("blk.0."), 0u);
  for (const char* name : {"output.weight", "blk.", "blk.1", "blk.x.y",
                           "blk.-1.y", "blk.99999999999.y", "a.blk.1.y"}) {
    EXPECT_EQ(LayerOf(name), std::nullopt) << name;
  }
}

TEST(TensorRoleTest, MatricesOfOneRowAreVectors) {
  EXPECT_TRUE(AllowsQuantization("a.weight", {2, 32}));
  EXPECT_TRUE(AllowsQuantization("a.weight", {2, 1, 32}));
  EXPECT_FALSE(AllowsQuantization("a.weight", {1, 32}));
  EXPECT_FALSE(AllowsQuantization("a.weight", {32}));
  EXPECT_FALSE(AllowsQuantization("a.weight", {}));
  EXPECT_FALSE(AllowsQuantization("a.bias", {2, 32}));
  EXPECT_FALSE(AllowsQuantization("blk.0.ffn_gate_inp.weight", {8, 32}));
}

}  // namespace
}  // namespace tessera
