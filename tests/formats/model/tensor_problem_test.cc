#include "formats/model/tensor_problem.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "formats/model/required_tensors.h"
#include "formats/model/shape.h"
#include "formats/model/tensor_name.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using Shape = std::vector<uint64_t>;

ModelConfig SmallModel(const std::string& type) {
  ModelConfig model;
  model.set_model_type(type);
  model.set_hidden_size(64);
  model.set_vocab_size(300);
  model.set_intermediate_size(96);
  model.set_num_hidden_layers(3);
  model.set_num_attention_heads(8);
  model.set_num_key_value_heads(2);
  model.set_head_dim(16);
  model.set_rope_dimension_count(16);
  model.set_max_position_embeddings(32);
  return model;
}

ModelConfig Mixture(const std::string& type) {
  ModelConfig model = SmallModel(type);
  model.set_num_experts(4);
  model.set_moe_intermediate_size(24);
  return model;
}

// A model's tensors, to be damaged.
class Tensors {
 public:
  explicit Tensors(const ModelConfig& model)
      : model_(model), architecture_(*ArchitectureOf(model)) {
    for (const TensorSpecs specs : architecture_.tensors) {
      for (const TensorSpec& spec : specs) {
        if (!spec.optional) AddSpec(spec);
      }
    }
  }

  void Add(const std::string& name, Shape shape) {
    tensors_.push_back({name, name, std::move(shape)});
  }
  void Remove(const std::string& part) {
    std::erase_if(tensors_, [&part](const Tensor& tensor) {
      return absl::StrContains(tensor.name, part);
    });
  }
  void SetShape(const std::string& name, Shape shape) {
    for (Tensor& tensor : tensors_) {
      if (tensor.name == name) tensor.shape = shape;
    }
  }
  void Spell(const std::string& from, const std::string& to) {
    for (Tensor& tensor : tensors_) {
      tensor.source_name =
          absl::StrReplaceAll(tensor.source_name, {{from, to}});
    }
  }

  std::optional<TensorProblem> Find(bool hugging_face = false) const {
    std::vector<FoundTensor> found;
    for (const Tensor& tensor : tensors_) {
      found.push_back({tensor.name, tensor.source_name, tensor.shape});
    }
    return FindTensorProblem(
        architecture_, model_, found, hugging_face,
        [](absl::string_view field) { return std::string(field); });
  }

  std::string Message(bool hugging_face = false) const {
    const auto problem = Find(hugging_face);
    return problem.has_value() ? problem->message : "none";
  }

 private:
  struct Tensor {
    std::string name;
    std::string source_name;
    Shape shape;
  };

  void AddSpec(const TensorSpec& spec) {
    Shape shape;
    for (const ShapeDimension& dimension :
         DimensionsOf(spec.role, spec.part, &architecture_)) {
      shape.push_back(SizeOf(dimension, model_).value_or(48));
    }
    if (InfoOf(spec.role).place != TensorPlace::kLayer) {
      Add(GgufName(spec.role, spec.part), shape);
      return;
    }
    for (uint64_t i = 0; i < model_.num_hidden_layers(); ++i) {
      Add(GgufName({.role = spec.role, .part = spec.part, .layer = i}), shape);
    }
  }

  const ModelConfig model_;
  const Architecture& architecture_;
  std::vector<Tensor> tensors_;
};

// Of every architecture, what its list requires is enough.
TEST(TensorProblemTest, WholeModelsHaveNone) {
  for (const Architecture& architecture : AllArchitectures()) {
    if (architecture.mixer != MixerKind::kAttention) continue;
    ModelConfig model = SmallModel(std::string(architecture.name));
    if (architecture.feed_forward == FeedForwardKind::kExperts) {
      model = Mixture(std::string(architecture.name));
    }
    if (architecture.residual == Residual::kWithoutNorm) {
      model.set_parallel_residual(true);
    }
    EXPECT_EQ(Tensors(model).Message(), "none") << architecture.name;
  }
}

TEST(TensorProblemTest, NamesWhatIsMissing) {
  Tensors one(SmallModel("llama"));
  one.Remove("blk.1.ffn_up.weight");
  EXPECT_EQ(one.Message(), "tensor 'blk.1.ffn_up.weight' is missing");
  Tensors norm(SmallModel("llama"));
  norm.Remove("output_norm");
  EXPECT_EQ(norm.Message(), "tensor 'output_norm.weight' is missing");
  Tensors layer(SmallModel("llama"));
  layer.Remove("blk.1.");
  EXPECT_EQ(layer.Message(),
            "tensor 'blk.1.attn_norm.weight' is missing, and 8 more; "
            "num_hidden_layers is 3, and there are tensors of 2 layers (is a "
            "shard missing?)");
  EXPECT_EQ(layer.Find()->code, absl::StatusCode::kDataLoss);
  EXPECT_EQ(layer.Find()->tensor, std::nullopt);
}

TEST(TensorProblemTest, SpellsAsTheFileDoes) {
  Tensors model(SmallModel("llama"));
  model.Spell("blk.", "language_model.layers.");
  model.Spell("attn_q", "self_attn.q_proj");
  model.Remove("blk.2.attn_q.");
  model.Remove("token_embd");
  EXPECT_THAT(model.Message(true),
              HasSubstr("'model.embed_tokens.weight' is missing, and 1 more"));
  Tensors other(SmallModel("llama"));
  other.Spell("blk.", "language_model.layers.");
  other.Spell("attn_q", "self_attn.q_proj");
  other.Remove("blk.2.attn_q.");
  EXPECT_EQ(other.Message(true),
            "tensor 'language_model.layers.2.self_attn.q_proj.weight' is "
            "missing");
}

TEST(TensorProblemTest, NamesBothShapesAndWhy) {
  Tensors model(SmallModel("llama"));
  model.SetShape("blk.1.attn_k.weight", {33, 64});
  model.SetShape("blk.2.ffn_down.weight", {63});
  EXPECT_EQ(model.Message(),
            "tensor 'blk.1.attn_k.weight' has the shape [33, 64], expected "
            "[32, 64] (num_key_value_heads 2 x head_dim 16 by hidden_size 64), "
            "and 1 more");
  Tensors rank(SmallModel("phi3"));
  rank.SetShape("blk.0.ffn_up.weight", {192 * 64});
  EXPECT_THAT(rank.Message(), HasSubstr("[12288], expected [192, 64] (2 x "
                                        "intermediate_size 96 by hidden_size"));
  Tensors empty(SmallModel("llama"));
  empty.SetShape("output_norm.weight", {});
  EXPECT_THAT(empty.Message(), HasSubstr("has the shape [], expected [64]"));
}

TEST(TensorProblemTest, RowsBeyondTheVocabularyArePadding) {
  Tensors padded(SmallModel("llama"));
  padded.SetShape("token_embd.weight", {320, 64});
  padded.Add("output.weight", {304, 64});
  EXPECT_EQ(padded.Message(), "none");
  padded.SetShape("token_embd.weight", {299, 64});
  EXPECT_THAT(padded.Message(),
              HasSubstr("[299, 64], expected [300, 64] (vocab_size 300 by "
                        "hidden_size 64) or more rows"));
  padded.SetShape("token_embd.weight", {320, 63});
  EXPECT_THAT(padded.Message(), HasSubstr("'token_embd.weight'"));
}

TEST(TensorProblemTest, LayersBeyondTheLastAreNone) {
  Tensors model(SmallModel("llama"));
  model.Add("blk.3.attn_norm.weight", {64});
  model.Add("blk.4.attn_norm.weight", {64});
  EXPECT_EQ(model.Message(),
            "tensor 'blk.3.attn_norm.weight', and 1 more: num_hidden_layers is "
            "3, so there is no layer 3");
  // One that predicts further tokens is one.
  Tensors further(SmallModel("glm4"));
  further.Add("blk.3.attn_norm.weight", {64});
  further.Add("blk.3.nextn.eh_proj.weight", {64, 128});
  EXPECT_EQ(further.Message(), "none");
}

TEST(TensorProblemTest, ExpertsMayBeInSeveralForms) {
  Tensors apart(Mixture("llama"));
  apart.Remove("_exps");
  for (const char* name : {"ffn_gate", "ffn_up", "ffn_down"}) {
    for (int layer = 0; layer < 3; ++layer) {
      for (int expert = 0; expert < 4; ++expert) {
        apart.Add(
            absl::StrCat("blk.", layer, ".", name, ".", expert, ".weight"),
            {24, 64});
      }
    }
  }
  EXPECT_EQ(apart.Message(), "none");
  apart.Remove("blk.2.ffn_up.3.");
  EXPECT_EQ(apart.Message(), "tensor 'blk.2.ffn_up.3.weight' is missing");
  Tensors merged(Mixture("qwen3moe"));
  merged.Remove("ffn_up_exps");
  EXPECT_THAT(merged.Message(),
              HasSubstr("'blk.0.ffn_up_exps.weight' is missing, and 2 more"));
  // Some layers are dense.
  Tensors dense(Mixture("qwen3moe"));
  dense.Remove("blk.0.ffn_gate_inp");
  for (const char* name : {"gate", "up", "down"}) {
    dense.Remove(absl::StrCat("blk.0.ffn_", name, "_exps"));
    dense.Add(absl::StrCat("blk.0.ffn_", name, ".weight"), {96, 64});
  }
  EXPECT_EQ(dense.Message(), "none");
}

TEST(TensorProblemTest, NumberOfExpertsIsTheRouters) {
  Tensors model(Mixture("qwen3moe"));
  model.SetShape("blk.1.ffn_gate_inp.weight", {3, 64});
  // All else in the layer is as the configuration says.
  EXPECT_EQ(model.Message(),
            "tensor 'blk.1.ffn_gate_inp.weight' has the shape [3, 64], "
            "expected [4, 64] (num_experts 4 by hidden_size 64)");
  model.SetShape("blk.1.ffn_gate_exps.weight", {3, 24, 64});
  EXPECT_EQ(model.Message(),
            "tensor 'blk.1.ffn_up_exps.weight' has the shape [4, 24, 64], "
            "expected [3, 24, 64] (3 rows of the layer's router by "
            "moe_intermediate_size 24 by hidden_size 64), and 1 more");
  model.SetShape("blk.1.ffn_up_exps.weight", {3, 24, 64});
  model.SetShape("blk.1.ffn_down_exps.weight", {3, 64, 24});
  EXPECT_EQ(model.Message(), "none");
}

// Of a model of another number than its configuration says too.
TEST(TensorProblemTest, CorrectionsOfRoutersHaveTheirRows) {
  Tensors model(Mixture("deepseek2"));
  for (int layer = 0; layer < 3; ++layer) {
    const std::string prefix = absl::StrCat("blk.", layer, ".");
    model.Add(prefix + "ffn_gate_inp.weight", {4, 64});
    model.Add(prefix + "exp_probs_b.bias", {4});
    model.Add(prefix + "ffn_gate_exps.weight", {4, 24, 64});
  }
  model.SetShape("blk.1.ffn_gate_inp.weight", {1, 64});
  model.SetShape("blk.1.ffn_gate_exps.weight", {1, 24, 64});
  EXPECT_THAT(model.Message(),
              HasSubstr("'blk.1.exp_probs_b.bias' has the shape [4], expected "
                        "[1] (1 row of the layer's router)"));
  model.SetShape("blk.1.exp_probs_b.bias", {1});
  EXPECT_THAT(model.Message(), Not(HasSubstr("has the shape")));
  model.SetShape("blk.1.ffn_gate_inp.weight", {0, 64});
  EXPECT_THAT(model.Message(),
              HasSubstr("'blk.1.ffn_gate_inp.weight' has the shape [0, 64], "
                        "expected [4, 64] (num_experts 4 by hidden_size 64)"));
  model.SetShape("blk.1.ffn_gate_inp.weight", {5, 63});
  EXPECT_THAT(model.Message(),
              HasSubstr("'blk.1.ffn_gate_inp.weight' has the shape [5, 63], "
                        "expected [?, 64] (any by hidden_size 64)"));
}

TEST(TensorProblemTest, AnotherFormIsUnimplemented) {
  Tensors model(SmallModel("llama"));
  for (const char* part : {"attn_q.", "attn_k.", "attn_v."}) model.Remove(part);
  for (int layer = 0; layer < 3; ++layer) {
    model.Add(absl::StrCat("blk.", layer, ".attn_qkv.weight"), {192, 64});
  }
  EXPECT_EQ(model.Find()->code, absl::StatusCode::kUnimplemented);
  EXPECT_THAT(model.Message(), HasSubstr("'blk.0.attn_qkv.weight' has no place "
                                         "in a llama model"));
  // Where other layers have it, a tensor is missing.
  model.Add("blk.1.attn_q.weight", {128, 64});
  EXPECT_EQ(model.Find()->code, absl::StatusCode::kDataLoss);
}

TEST(TensorProblemTest, NamesThatAreAllUnknownAreAnotherForm) {
  Tensors model(SmallModel("llama"));
  model.Remove("");
  model.Add("foo.layers.0.q.weight", {64, 64});
  EXPECT_EQ(model.Find(true)->code, absl::StatusCode::kUnimplemented);
  EXPECT_THAT(model.Message(true),
              AllOf(HasSubstr("'model.embed_tokens.weight' is missing"),
                    HasSubstr("'foo.layers.0.q.weight' has no place")));
}

TEST(TensorProblemTest, RopeFactorsFollowFromTheConfiguration) {
  ModelConfig model = SmallModel("llama");
  model.mutable_rope_scaling()->set_rope_type("llama3");
  EXPECT_EQ(Tensors(model).Message(), "tensor 'rope_freqs.weight' is missing");
  Tensors one(SmallModel("phi3"));
  one.Add("rope_factors_long.weight", {8});
  EXPECT_EQ(one.Message(), "tensor 'rope_factors_short.weight' is missing");
}

TEST(TensorProblemTest, OnlyParallelLayersShareANorm) {
  ModelConfig model = SmallModel("stablelm");
  EXPECT_EQ(Tensors(model).Message(),
            "tensor 'blk.0.ffn_norm.weight' is missing, and 2 more");
  CompleteFromTensors({}, /*is_gguf=*/false, &model);
  EXPECT_FALSE(model.parallel_residual());
  CompleteFromTensors({}, /*is_gguf=*/true, &model);
  EXPECT_TRUE(model.parallel_residual());
  EXPECT_EQ(Tensors(model).Message(), "none");
}

// A Mixtral whose configuration does not count its experts is none the less
// one.
TEST(TensorProblemTest, ARouterMakesAMixture) {
  ModelConfig model = SmallModel("llama");
  const Shape shape = {4, 64};
  const FoundTensor router = {"blk.1.ffn_gate_inp.weight", "router", shape};
  CompleteFromTensors(absl::MakeConstSpan(&router, 1), false, &model);
  EXPECT_EQ(model.num_experts(), 4u);
  EXPECT_EQ(model.moe_intermediate_size(), 96u);
  model = SmallModel("qwen3");
  CompleteFromTensors(absl::MakeConstSpan(&router, 1), false, &model);
  EXPECT_EQ(model.num_experts(), 0u);
}

TEST(TensorProblemTest, UndeterminedShapesAreThoseOfOtherLayers) {
  ModelConfig config = Mixture("qwen2moe");
  Tensors model(config);
  EXPECT_EQ(model.Message(), "none");
  model.SetShape("blk.2.ffn_up_shexp.weight", {47, 64});
  EXPECT_EQ(model.Message(),
            "tensor 'blk.2.ffn_up_shexp.weight' has the shape [47, 64], "
            "expected [?, 64] (any by hidden_size 64) like [48, 64] of "
            "'blk.0.ffn_up_shexp.weight'");
}

TEST(TensorProblemTest, OneTensorIsThereOnce) {
  Tensors model(SmallModel("llama"));
  model.Add("output_norm.weight", {64});
  EXPECT_THAT(model.Message(), HasSubstr("is the same as"));
}

// What may stand in a file, however large, is answered at once and shortly.
TEST(TensorProblemTest, HostileNumbersCostNothing) {
  ModelConfig model = SmallModel("llama");
  Tensors tensors(model);
  model.set_num_hidden_layers(uint64_t{1} << 32);
  model.set_num_experts(uint64_t{1} << 32);
  std::vector<FoundTensor> found;
  const Shape shape(5000, 1);
  const std::string name =
      absl::StrCat("blk.4294967295.", std::string(5000, 'x'));
  found.push_back({name, name, shape});
  found.push_back({"token_embd.weight", "token_embd.weight", shape});
  const auto problem = FindTensorProblem(
      *ArchitectureOf(model), model, found, false,
      [](absl::string_view field) { return std::string(field); });
  ASSERT_TRUE(problem.has_value());
  EXPECT_LT(problem->message.size(), 500u);
  EXPECT_FALSE(absl::StrContains(problem->message, "xxxx"));
}

TEST(TensorProblemTest, SizesThatAreNotSaidAreNotAsked) {
  Tensors model(SmallModel("llama"));
  ModelConfig less = SmallModel("llama");
  less.clear_num_key_value_heads();
  less.clear_head_dim();
  less.clear_num_hidden_layers();
  const std::vector<FoundTensor> found;
  EXPECT_EQ(FindTensorProblem(
                *ArchitectureOf(less), less, found, false,
                [](absl::string_view field) { return std::string(field); })
                ->message,
            "tensor 'token_embd.weight' is missing, and 1 more");
}

}  // namespace
}  // namespace tessera
