#include "converter/pack/execution_order.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(ExecutionOrderTest, FollowsATokenThroughTheModel) {
  const std::vector<std::string> in_order = {
      "blk.0.attn_norm.weight",   "blk.0.attn_q.weight",
      "blk.0.attn_k.weight",      "blk.0.attn_v.weight",
      "blk.0.attn_output.weight", "blk.0.ffn_norm.weight",
      "blk.0.ffn_gate.weight",    "blk.0.ffn_up.weight",
      "blk.0.ffn_down.weight",    "blk.0.something_new.weight",
      "blk.2.attn_norm.weight",   "blk.10.attn_norm.weight",
      "output_norm.weight",       "output.weight",
      "unheard_of",
  };
  std::vector<std::string> sorted = in_order;
  std::sort(sorted.begin(), sorted.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const std::string& a, const std::string& b) {
                     return ExecutionKeyOf(a) < ExecutionKeyOf(b);
                   });
  EXPECT_EQ(sorted, in_order);
}

TEST(ExecutionOrderTest, AnUntiedEmbeddingIsCold) {
  EXPECT_TRUE(IsColdTensor("token_embd.weight", /*tied_embeddings=*/false));
  EXPECT_FALSE(IsColdTensor("token_embd.weight", /*tied_embeddings=*/true));
  EXPECT_TRUE(IsColdTensor("rope_freqs.weight", true));
  EXPECT_FALSE(IsColdTensor("output.weight", false));
}

}  // namespace
}  // namespace tessera
