#include "converter/quantize/mix_class.h"

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(MixClassTest, GoesByTheName) {
  EXPECT_EQ(MixClassOf("output.weight"), MixClass::kOutput);
  EXPECT_EQ(MixClassOf("token_embd.weight"), MixClass::kEmbedding);
  EXPECT_EQ(MixClassOf("blk.3.attn_output.weight"), MixClass::kAttentionOutput);
  EXPECT_EQ(MixClassOf("blk.3.attn_kv_b.weight"), MixClass::kAttentionKvB);
  EXPECT_EQ(MixClassOf("blk.3.ffn_down_exps.weight"), MixClass::kFfnDown);
  EXPECT_EQ(MixClassOf("blk.3.ffn_gate_shexp.weight"), MixClass::kFfnGate);
  EXPECT_EQ(MixClassOf("cls.weight"), MixClass::kOther);
  EXPECT_TRUE(IsValueClass(MixClassOf("blk.0.attn_qkv.weight")));
  EXPECT_FALSE(IsValueClass(MixClassOf("blk.0.attn_k.weight")));
}

// Also of architectures that are not described.
TEST(MixClassTest, GoesByPartsOfTheName) {
  EXPECT_EQ(MixClassOf("dec.blk.3.attn_v.weight"), MixClass::kAttentionValue);
  EXPECT_EQ(MixClassOf("blk.3.ffn_up_chexps.weight"), MixClass::kFfnUp);
  EXPECT_EQ(MixClassOf("blk.3.ffn_gate_up_exps.weight"), MixClass::kFfnGate);
  EXPECT_EQ(MixClassOf("per_layer_token_embd.weight"), MixClass::kEmbedding);
  EXPECT_EQ(MixClassOf("v.output.weight"), MixClass::kOther);
}

TEST(MixClassTest, MatricesOfOneRowAreVectors) {
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
