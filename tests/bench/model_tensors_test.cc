#include "bench/model_tensors.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "formats/arena/model_config.pb.h"
#include "formats/model/architecture.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

ModelConfig SmallModel(const std::string& model_type) {
  ModelConfig model;
  model.set_model_type(model_type);
  model.set_hidden_size(64);
  model.set_intermediate_size(96);
  model.set_num_hidden_layers(2);
  model.set_num_attention_heads(4);
  model.set_num_key_value_heads(2);
  model.set_head_dim(16);
  model.set_rope_dimension_count(16);
  model.set_vocab_size(300);
  model.set_max_position_embeddings(128);
  return model;
}

std::vector<std::string> NamesOf(const ModelConfig& model) {
  const auto tensors = TensorsOf(model);
  EXPECT_TRUE(tensors.ok()) << tensors.status();
  std::vector<std::string> names;
  for (const ModelTensor& tensor : *tensors) {
    names.push_back(GgufName(tensor.role, tensor.part));
  }
  return names;
}

TEST(ModelTensorsTest, AreInTheOrderOfExecution) {
  EXPECT_EQ(NamesOf(SmallModel("llama")),
            (std::vector<std::string>{
                "attn_norm.weight", "attn_q.weight", "attn_k.weight",
                "attn_v.weight", "attn_output.weight", "ffn_norm.weight",
                "ffn_gate.weight", "ffn_up.weight", "ffn_down.weight",
                "output_norm.weight", "output.weight", "token_embd.weight"}));
  const auto tensors = TensorsOf(SmallModel("llama"));
  EXPECT_EQ((*tensors)[2].shape, (std::vector<uint64_t>{32, 64}));
}

TEST(ModelTensorsTest, OptionalOnesAreBiasesAndAnUntiedOutput) {
  ModelConfig model = SmallModel("qwen2");
  const size_t count = NamesOf(model).size();
  EXPECT_EQ(NamesOf(model)[2], "attn_q.bias");
  model.set_tie_word_embeddings(true);
  EXPECT_EQ(NamesOf(model).size(), count - 1);
}

TEST(ModelTensorsTest, EveryDenseArchitectureHasShapes) {
  for (const Architecture& architecture : AllArchitectures()) {
    const std::string name(architecture.name);
    const auto tensors = TensorsOf(SmallModel(name));
    const bool dense =
        FindArchitecture(name)->mixer == MixerKind::kAttention &&
        FindArchitecture(name)->feed_forward != FeedForwardKind::kExperts;
    if (dense) {
      EXPECT_TRUE(tensors.ok()) << tensors.status();
    } else {
      EXPECT_TRUE(absl::IsUnimplemented(tensors.status())) << name;
    }
  }
}

TEST(ModelTensorsTest, NamesWhatItDoesNotKnow) {
  const absl::Status unknown = TensorsOf(SmallModel("mamba")).status();
  EXPECT_TRUE(absl::IsInvalidArgument(unknown));
  EXPECT_TRUE(absl::StrContains(unknown.message(), "'mamba'")) << unknown;
  const absl::Status experts = TensorsOf(SmallModel("qwen3moe")).status();
  EXPECT_TRUE(absl::StrContains(experts.message(), "'qwen3moe': the shape of "))
      << experts;
}

}  // namespace
}  // namespace tessera
