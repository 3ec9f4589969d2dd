#include "formats/model/layer_experts.h"

#include "absl/strings/match.h"
#include "formats/model/shape.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

ModelConfig Mixtral() {
  ModelConfig model;
  model.set_model_type("llama");
  model.set_num_hidden_layers(3);
  model.set_num_experts(4);
  model.set_hidden_size(8);
  model.set_moe_intermediate_size(16);
  return model;
}

TEST(LayerExpertsTest, ALayerHasAsManyAsItsRouterHasRows) {
  LayerExperts experts;
  experts.Add("blk.0.ffn_gate_inp.weight", {4, 8});
  experts.Add("blk.1.ffn_up_exps.weight", {4, 16, 8});
  experts.Add("blk.1.ffn_gate_inp.weight", {3, 8});
  experts.Add("blk.2.ffn_up_exps.weight", {2, 16, 8});  // without a router
  experts.Add("blk.3.ffn_gate_inp.bias", {9});
  experts.Add("output.weight", {9, 8});
  EXPECT_EQ(experts.Of(0), 4u);
  EXPECT_EQ(experts.Of(1), 3u);
  EXPECT_EQ(experts.Of(2), 2u);
  EXPECT_FALSE(experts.Of(3).has_value());
  const ModelConfig model = Mixtral();
  EXPECT_EQ(ShapeOf(TensorRole::kExpertUp, TensorPart::kWeight,
                    experts.ConfigOf(1, model)),
            (std::vector<uint64_t>{3, 16, 8}));
  EXPECT_EQ(ShapeOf(TensorRole::kRouter, TensorPart::kWeight,
                    experts.ConfigOf(1, model)),
            (std::vector<uint64_t>{3, 8}));
  EXPECT_EQ(experts.ConfigOf(0, model).num_experts(), 4u);
  EXPECT_EQ(experts.ConfigOf(7, model).num_experts(), 4u);
  EXPECT_TRUE(absl::StrContains(experts.Uneven(model), "layer 1 has 3 of 4"));
}

TEST(LayerExpertsTest, MoreThanTheConfigurationSaysIsNotBelieved) {
  LayerExperts experts;
  experts.Add("blk.0.ffn_gate_inp.weight", {5, 8});
  experts.Add("blk.1.ffn_gate_inp.weight", {0, 8});
  EXPECT_EQ(experts.ConfigOf(0, Mixtral()).num_experts(), 4u);
  EXPECT_EQ(experts.ConfigOf(1, Mixtral()).num_experts(), 4u);
}

TEST(LayerExpertsTest, EvenAndNone) {
  LayerExperts experts;
  ModelConfig model = Mixtral();
  model.set_num_hidden_layers(uint64_t{1} << 40);  // a hostile file says so
  EXPECT_EQ(experts.Uneven(model), "");
  experts.Add("blk.0.ffn_gate_inp.weight", {4, 8});
  experts.Add("blk.2.ffn_gate_inp.weight", {4, 8});
  EXPECT_EQ(experts.Uneven(model), "");
  EXPECT_EQ(experts.Uneven(ModelConfig()), "");
}

}  // namespace
}  // namespace tessera
