#include "runtime/model/model_weights.h"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

// Views of tensors of zeros with the names and shapes of a model of one layer.
class ZeroModel {
 public:
  ZeroModel() {
    Add("token_embd.weight", {48, 32});
    Add("blk.0.attn_norm.weight", {32});
    Add("blk.0.attn_q.weight", {32, 32});
    Add("blk.0.attn_k.weight", {16, 32});
    Add("blk.0.attn_v.weight", {16, 32});
    Add("blk.0.attn_output.weight", {32, 32});
    Add("blk.0.ffn_norm.weight", {32});
    Add("blk.0.ffn_gate.weight", {64, 32});
    Add("blk.0.ffn_up.weight", {64, 32});
    Add("blk.0.ffn_down.weight", {32, 64});
    Add("output_norm.weight", {32});
    Add("output.weight", {48, 32});
  }

  static ModelConfig Config() {
    ModelConfig model;
    model.set_hidden_size(32);
    model.set_intermediate_size(64);
    model.set_num_hidden_layers(1);
    model.set_num_attention_heads(4);
    model.set_num_key_value_heads(2);
    model.set_head_dim(8);
    model.set_vocab_size(48);
    model.set_rope_dimension_count(8);
    return model;
  }

  void Add(const std::string& name, std::vector<uint64_t> shape,
           float value = 0) {
    names_.push_back(name);
    shapes_.push_back(std::move(shape));
    const std::vector<uint64_t>& s = shapes_.back();
    const TensorLayout layout =
        MakeTensorLayout(LayoutOrder::kRowMajor, DType::kF32,
                         s.size() < 2 ? 1 : s[0], s.back())
            .value();
    values_.emplace_back(layout.rows * layout.columns, value);
    views_.push_back({names_.back(), DType::kF32, layout,
                      reinterpret_cast<const uint8_t*>(values_.back().data()),
                      s});
  }

  void Remove(const std::string& name) {
    for (size_t i = 0; i < views_.size(); ++i) {
      if (views_[i].name == name) views_.erase(views_.begin() + i);
    }
  }

  absl::StatusOr<ModelWeights> Find() {
    return FindModelWeights(*FindArchitecture("llama"), Config(), views_,
                            KernelTableFor(Isa::kScalar), false);
  }

  const std::vector<TensorView>& views() const { return views_; }

 private:
  // Deques: views refer to their elements.
  std::deque<std::string> names_;
  std::deque<std::vector<uint64_t>> shapes_;
  std::deque<std::vector<float>> values_;
  std::vector<TensorView> views_;
};

void ExpectError(const absl::StatusOr<ModelWeights>& weights,
                 absl::StatusCode code, absl::string_view text) {
  EXPECT_EQ(weights.status().code(), code);
  EXPECT_TRUE(absl::StrContains(weights.status().message(), text))
      << weights.status();
}

TEST(ModelWeightsTest, FindsEveryTensor) {
  ZeroModel model;
  const auto weights = model.Find();
  ASSERT_TRUE(weights.ok()) << weights.status();
  ASSERT_EQ(weights->layers.size(), 1u);
  const RoleWeights& layer = weights->layers[0];
  EXPECT_EQ(layer.vector(TensorRole::kAttentionNorm).size(), 32u);
  EXPECT_EQ(layer.matrix(TensorRole::kDown).columns(), 64);
  EXPECT_EQ(layer.FindMatrix(TensorRole::kRouter), nullptr);
  EXPECT_EQ(layer.matrices().size(), 7u);
  EXPECT_EQ(weights->output().view.name, "output.weight");
  EXPECT_TRUE(weights->model.vector(TensorRole::kRopeFactors).empty());
  // All matrices but the embedding, 4 bytes each.
  const uint64_t elements = 2 * 32 * 32 + 2 * 16 * 32 + 3 * 64 * 32 + 48 * 32;
  EXPECT_EQ(weights->bytes_per_token(), 4 * elements);
  EXPECT_GE(weights->scratch_bytes(), 2 * 64 * sizeof(float));
}

TEST(ModelWeightsTest, WithoutOutputTheEmbeddingServes) {
  ZeroModel model;
  model.Remove("output.weight");
  const auto weights = model.Find();
  ASSERT_TRUE(weights.ok()) << weights.status();
  EXPECT_EQ(weights->output().view.name, "token_embd.weight");
}

TEST(ModelWeightsTest, NamesTheMissingTensor) {
  const ZeroModel whole;
  for (const TensorView& view : whole.views()) {
    if (view.name == "output.weight") continue;
    ZeroModel model;
    model.Remove(std::string(view.name));
    ExpectError(model.Find(), absl::StatusCode::kDataLoss,
                absl::StrCat("'", view.name, "' is missing"));
  }
}

TEST(ModelWeightsTest, NamesBothShapes) {
  ZeroModel model;
  model.Remove("blk.0.ffn_up.weight");
  model.Add("blk.0.ffn_up.weight", {32, 64});
  ExpectError(model.Find(), absl::StatusCode::kDataLoss,
              "[32, 64], expected [64, 32]");
  ZeroModel vector;
  vector.Remove("output_norm.weight");
  vector.Add("output_norm.weight", {1, 32});
  ExpectError(vector.Find(), absl::StatusCode::kDataLoss, "output_norm.weight");
}

TEST(ModelWeightsTest, RefusesTensorsThatItWouldIgnore) {
  ZeroModel model;
  model.Add("blk.0.attn_q_norm.weight", {8});
  ExpectError(model.Find(), absl::StatusCode::kUnimplemented,
              "'blk.0.attn_q_norm.weight' has no place in a llama graph");
}

TEST(ModelWeightsTest, OptionalTensorsAreFoundWhereTheyAre) {
  ZeroModel model;
  model.Add("rope_freqs.weight", {4}, 8);
  const auto weights = model.Find();
  ASSERT_TRUE(weights.ok()) << weights.status();
  EXPECT_EQ(weights->model.vector(TensorRole::kRopeFactors),
            std::vector<float>(4, 8));
}

}  // namespace
}  // namespace tessera
