#include "converter/quantize/model_summary.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace tessera {
namespace {

void AddTensor(const std::string& name, std::vector<uint64_t> shape,
               WeightSource* source) {
  SourceTensor tensor;
  tensor.name = name;
  tensor.shape = std::move(shape);
  source->tensors.push_back(std::move(tensor));
}

WeightSource Experts() {
  WeightSource source;
  AddTensor("blk.0.attn_q.weight", {256, 128}, &source);
  AddTensor("blk.0.attn_k.weight", {64, 128}, &source);
  AddTensor("blk.11.ffn_up_exps.weight", {8, 64, 128}, &source);
  return source;
}

TEST(ModelSummaryTest, ReadsOffTheTensors) {
  const ModelSummary summary = SummarizeModel(Experts());
  EXPECT_EQ(summary.architecture, "");
  EXPECT_EQ(summary.layers, 12u);
  EXPECT_EQ(summary.experts, 8u);
  EXPECT_EQ(summary.heads_per_kv_head, 4u);
}

TEST(ModelSummaryTest, ConfigurationComesFirst) {
  WeightSource source = Experts();
  source.model.emplace();
  source.model->set_model_type("qwen2moe");
  source.model->set_num_hidden_layers(24);
  source.model->set_num_experts(60);
  source.model->set_num_attention_heads(8);
  source.model->set_num_key_value_heads(4);
  const ModelSummary summary = SummarizeModel(source);
  EXPECT_EQ(summary.architecture, "qwen2moe");
  EXPECT_EQ(summary.layers, 24u);
  EXPECT_EQ(summary.experts, 60u);
  EXPECT_EQ(summary.heads_per_kv_head, 2u);
}

// As where a file has a value for each layer.
TEST(ModelSummaryTest, TensorsSayWhatTheConfigurationDoesNot) {
  WeightSource source = Experts();
  source.model.emplace();
  source.model->set_model_type("x");
  source.model->set_num_attention_heads(8);
  const ModelSummary summary = SummarizeModel(source);
  EXPECT_EQ(summary.architecture, "x");
  EXPECT_EQ(summary.layers, 12u);
  EXPECT_EQ(summary.experts, 8u);
  EXPECT_EQ(summary.heads_per_kv_head, 4u);
}

}  // namespace
}  // namespace tessera
