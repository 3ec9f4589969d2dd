#include "formats/model/shape.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "formats/arena/model_config.pb.h"
#include "formats/model/architecture.h"
#include "formats/model/tensor_role.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using Shape = std::vector<uint64_t>;

ModelConfig SmallModel() {
  ModelConfig model;
  model.set_hidden_size(64);
  model.set_vocab_size(300);
  model.set_intermediate_size(96);
  model.set_num_attention_heads(8);
  model.set_num_key_value_heads(2);
  model.set_head_dim(16);
  model.set_rope_dimension_count(12);
  model.set_num_experts(5);
  model.set_moe_intermediate_size(24);
  return model;
}

std::optional<Shape> WeightShape(TensorRole role) {
  return ShapeOf(role, TensorPart::kWeight, SmallModel());
}

TEST(ShapeTest, FollowsFromTheConfiguration) {
  EXPECT_EQ(WeightShape(TensorRole::kTokenEmbedding), (Shape{300, 64}));
  EXPECT_EQ(WeightShape(TensorRole::kRopeFactors), (Shape{6}));
  EXPECT_EQ(WeightShape(TensorRole::kAttentionNorm), (Shape{64}));
  // Heads need not add up to the hidden size.
  EXPECT_EQ(WeightShape(TensorRole::kAttentionQuery), (Shape{128, 64}));
  EXPECT_EQ(WeightShape(TensorRole::kAttentionKey), (Shape{32, 64}));
  EXPECT_EQ(WeightShape(TensorRole::kAttentionValue), (Shape{32, 64}));
  EXPECT_EQ(WeightShape(TensorRole::kAttentionQkv), (Shape{192, 64}));
  EXPECT_EQ(WeightShape(TensorRole::kAttentionQueryNorm), (Shape{16}));
  EXPECT_EQ(WeightShape(TensorRole::kAttentionOutput), (Shape{64, 128}));
  EXPECT_EQ(WeightShape(TensorRole::kUp), (Shape{96, 64}));
  EXPECT_EQ(WeightShape(TensorRole::kDown), (Shape{64, 96}));
  EXPECT_EQ(WeightShape(TensorRole::kOutput), (Shape{300, 64}));
}

TEST(ShapeTest, ExpertsAreOutermost) {
  EXPECT_EQ(WeightShape(TensorRole::kRouter), (Shape{5, 64}));
  EXPECT_EQ(WeightShape(TensorRole::kExpertUp), (Shape{5, 24, 64}));
  EXPECT_EQ(WeightShape(TensorRole::kExpertGate), (Shape{5, 24, 64}));
  EXPECT_EQ(WeightShape(TensorRole::kExpertDown), (Shape{5, 64, 24}));
}

TEST(ShapeTest, BiasesHaveAValueForEachRow) {
  const ModelConfig model = SmallModel();
  EXPECT_EQ(ShapeOf(TensorRole::kAttentionQuery, TensorPart::kBias, model),
            (Shape{128}));
  EXPECT_EQ(ShapeOf(TensorRole::kDown, TensorPart::kBias, model), (Shape{64}));
  EXPECT_EQ(ShapeOf(TensorRole::kAttentionNorm, TensorPart::kBias, model),
            (Shape{64}));
  EXPECT_EQ(ShapeOf(TensorRole::kExpertUp, TensorPart::kBias, model),
            (Shape{5, 24}));
}

TEST(ShapeTest, SomeFollowFromTheArchitecture) {
  const auto shape = [](const char* name, TensorRole role) {
    ModelConfig model = SmallModel();
    model.set_model_type(name);
    model.set_max_position_embeddings(32);
    return ShapeOf(role, TensorPart::kWeight, model);
  };
  // The gate, and what it gates.
  EXPECT_EQ(shape("phi3", TensorRole::kUp), (Shape{192, 64}));
  EXPECT_EQ(shape("phi3", TensorRole::kDown), (Shape{64, 96}));
  EXPECT_EQ(shape("llama", TensorRole::kUp), (Shape{96, 64}));
  // A vector for all heads, one for each, one of all.
  EXPECT_EQ(shape("qwen3", TensorRole::kAttentionKeyNorm), (Shape{16}));
  EXPECT_EQ(shape("stablelm", TensorRole::kAttentionKeyNorm), (Shape{2, 16}));
  EXPECT_EQ(shape("olmo2", TensorRole::kAttentionKeyNorm), (Shape{32}));
  EXPECT_EQ(shape("olmo2", TensorRole::kAttentionQueryNorm), (Shape{128}));
  EXPECT_EQ(shape("gpt2", TensorRole::kPositionEmbedding), (Shape{32, 64}));
}

TEST(ShapeTest, SaysWhatItCannotKnow) {
  EXPECT_EQ(WeightShape(TensorRole::kLatentQueryDown), std::nullopt);
  EXPECT_EQ(WeightShape(TensorRole::kSharedDown), std::nullopt);
  EXPECT_EQ(SizeOf(Dimension::kNone, SmallModel()), std::nullopt);
}

TEST(ShapeTest, ProductsThatOverflowHaveNoSize) {
  ModelConfig model = SmallModel();
  model.set_head_dim(std::numeric_limits<uint64_t>::max() / 4);
  EXPECT_EQ(SizeOf(Dimension::kQuery, model), std::nullopt);
  EXPECT_NE(SizeOf(Dimension::kKeyValue, model), std::nullopt);
  EXPECT_EQ(ShapeOf(TensorRole::kAttentionQuery, TensorPart::kWeight, model),
            std::nullopt);
  model = SmallModel();
  model.set_num_attention_heads(std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(SizeOf(Dimension::kQueryKeyValue, model), std::nullopt);
  model.set_model_type("olmo2");
  EXPECT_EQ(
      ShapeOf(TensorRole::kAttentionQueryNorm, TensorPart::kWeight, model),
      std::nullopt);
  model = SmallModel();
  model.set_model_type("phi3");
  model.set_intermediate_size(std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(ShapeOf(TensorRole::kUp, TensorPart::kWeight, model), std::nullopt);
}

// A model can be made of what a dense architecture lists.
TEST(ShapeTest, DenseArchitecturesAreDeterminedByTheirConfiguration) {
  for (const Architecture& architecture : AllArchitectures()) {
    if (architecture.mixer != MixerKind::kAttention ||
        architecture.feed_forward == FeedForwardKind::kExperts) {
      continue;
    }
    for (TensorSpecs specs : architecture.tensors) {
      for (const TensorSpec& spec : specs) {
        EXPECT_NE(ShapeOf(spec.role, spec.part, SmallModel()), std::nullopt)
            << architecture.name << " " << InfoOf(spec.role).gguf_name;
      }
    }
  }
}

}  // namespace
}  // namespace tessera
