#include "converter/quantize/model_summary.h"

#include <string>
#include <utility>

#include "formats/gguf/gguf_value.h"
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

SourceMetadata Entry(const std::string& key, const GgufValue& value) {
  SourceMetadata entry;
  entry.set_key(key);
  entry.set_type(static_cast<uint32_t>(value.type()));
  entry.set_value(value.raw().data(), value.raw().size());
  return entry;
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

TEST(ModelSummaryTest, ConfigurationNamesTheArchitecture) {
  WeightSource source = Experts();
  source.model.emplace();
  source.model->set_model_type("llama");
  source.model->set_num_hidden_layers(16);
  const ModelSummary summary = SummarizeModel(source);
  EXPECT_EQ(summary.architecture, "llama");
  EXPECT_EQ(summary.layers, 16u);
}

void ExpectQwen(const ModelSummary& summary) {
  EXPECT_EQ(summary.architecture, "qwen2moe");
  EXPECT_EQ(summary.layers, 24u);
  EXPECT_EQ(summary.experts, 60u);
  EXPECT_EQ(summary.heads_per_kv_head, 2u);
}

TEST(ModelSummaryTest, MetadataWins) {
  WeightSource source = Experts();
  const uint32_t kv_heads[] = {4, 8};  // a list, one for each layer
  const SourceMetadata entries[] = {
      Entry("general.architecture", GgufValue::String("qwen2moe")),
      Entry("qwen2moe.block_count", GgufValue::Scalar<uint32_t>(24)),
      Entry("qwen2moe.expert_count", GgufValue::Scalar<uint32_t>(60)),
      Entry("qwen2moe.attention.head_count", GgufValue::Scalar<uint32_t>(8)),
      Entry("qwen2moe.attention.head_count_kv",
            GgufValue::Array<uint32_t>(kv_heads))};
  source.metadata.assign(std::begin(entries), std::end(entries));
  ExpectQwen(SummarizeModel(source));
  // That of an arena is in its origin.
  source.metadata.clear();
  source.origin.emplace();
  for (const SourceMetadata& entry : entries) {
    *source.origin->add_metadata() = entry;
  }
  ExpectQwen(SummarizeModel(source));
}

TEST(ModelSummaryTest, NonsenseCountsAsMissing) {
  WeightSource source = Experts();
  source.metadata = {
      Entry("general.architecture", GgufValue::String("x")),
      Entry("x.block_count", GgufValue::String("many")),
      Entry("x.expert_count", GgufValue::Array<uint32_t>({})),
      Entry("x.attention.head_count", GgufValue::Scalar<uint32_t>(0))};
  SourceMetadata damaged;
  damaged.set_key("x.attention.head_count_kv");
  damaged.set_type(4);
  damaged.set_value("ab");
  source.metadata.push_back(damaged);
  const ModelSummary summary = SummarizeModel(source);
  EXPECT_EQ(summary.layers, 12u);
  EXPECT_EQ(summary.experts, 8u);
  EXPECT_EQ(summary.heads_per_kv_head, 4u);
}

}  // namespace
}  // namespace tessera
