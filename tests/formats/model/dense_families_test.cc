// What is particular about the configurations of dense models, from config.json
// and from GGUF's metadata.
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "formats/model/activation.h"
#include "formats/model/gguf_config.h"
#include "formats/model/hugging_face_config.h"
#include "formats/model/layer_config.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Layer = ModelConfig::Layer;

// Sizes that most have, and `members`.
std::string Config(absl::string_view type, absl::string_view members = "") {
  return absl::StrCat(R"({"model_type": ")", type, R"(", "hidden_size": 64,
      "intermediate_size": 96, "num_hidden_layers": 6, "num_attention_heads": 4,
      "num_key_value_heads": 2, "vocab_size": 100,
      "max_position_embeddings": 512)",
                      members.empty() ? "" : ", ", members, "}");
}

ModelConfig FromJson(const std::string& json) {
  const auto config = ParseHuggingFaceConfig(json);
  EXPECT_TRUE(config.ok()) << config.status();
  if (!config.ok()) return ModelConfig();
  EXPECT_NE(config->architecture, nullptr) << json;
  EXPECT_THAT(config->model.not_understood(), IsEmpty()) << json;
  return config->model;
}

GgufMetadata MetadataOf(const ModelConfig& model) {
  GgufMetadata metadata;
  AppendModelConfig(model, &metadata);
  return metadata;
}

// What a GGUF file of the model says.
ModelConfig ThroughGguf(const ModelConfig& model) {
  const auto back = ModelConfigFromGguf(MetadataOf(model));
  EXPECT_TRUE(back.ok()) << back.status();
  return back.ok() ? *back : ModelConfig();
}

std::vector<uint64_t> Windows(const ModelConfig& model) {
  std::vector<uint64_t> windows;
  for (const Layer& layer : model.layers()) windows.push_back(layer.window());
  return windows;
}

std::vector<Layer::Rope> Ropes(const ModelConfig& model) {
  std::vector<Layer::Rope> ropes;
  for (const Layer& layer : model.layers()) ropes.push_back(layer.rope());
  return ropes;
}

constexpr char kGemma2[] = R"("head_dim": 24, "sliding_window": 12,
    "attn_logit_softcapping": 2.0, "final_logit_softcapping": 7.0,
    "query_pre_attn_scalar": 24, "hidden_act": "gelu_pytorch_tanh",
    "hidden_activation": "gelu_pytorch_tanh")";
constexpr char kGemma3[] = R"("head_dim": 24, "sliding_window": 12,
    "query_pre_attn_scalar": 24, "rope_theta": 1000000.0,
    "rope_local_base_freq": 10000.0, "sliding_window_pattern": 6,
    "rope_scaling": {"factor": 8.0, "rope_type": "linear"})";
constexpr char kPhi3Long[] = R"("original_max_position_embeddings": 256,
    "partial_rotary_factor": 0.75, "sliding_window": 300,
    "rope_scaling": {"type": "longrope", "long_factor": [1, 2, 3, 4, 5, 6],
                     "short_factor": [1, 1, 1, 1.5, 1, 1]})";
constexpr char kYarn[] = R"("rope_theta": 500000.0, "rope_scaling":
    {"factor": 4.0, "original_max_position_embeddings": 128,
     "rope_type": "yarn"})";
constexpr char kGranite[] = R"("attention_multiplier": 0.25,
    "embedding_multiplier": 3.0, "residual_multiplier": 0.6,
    "logits_scaling": 3.0)";
constexpr char kCohere2[] = R"("head_dim": 16, "layer_norm_eps": 0.001,
    "logit_scale": 0.25, "rotary_pct": 1.0, "sliding_window": 12,
    "sliding_window_pattern": 4, "use_parallel_block": true)";
constexpr char kOlmo3[] = R"("sliding_window": 12, "layer_types":
    ["sliding_attention", "sliding_attention", "full_attention",
     "full_attention", "sliding_attention", "sliding_attention"])";

// Nothing is lost on the way to a GGUF file, but for what it does not say.
TEST(DenseFamiliesTest, GgufSaysTheSameAsConfigJson) {
  for (const auto& [type, members] :
       std::vector<std::pair<std::string, std::string>>{
           {"llama", kYarn},
           {"mistral", "\"sliding_window\": 12"},
           {"qwen2",
            "\"sliding_window\": 12, \"use_sliding_window\": true, "
            "\"max_window_layers\": 2"},
           {"qwen3", kYarn},
           {"gemma", "\"hidden_act\": \"gelu\", \"hidden_activation\": null"},
           {"gemma2", kGemma2},
           {"gemma3_text", kGemma3},
           {"phi3", "\"original_max_position_embeddings\": 512"},
           {"phi3", kPhi3Long},
           {"smollm3", "\"no_rope_layer_interval\": 4"},
           {"granite", kGranite},
           {"olmo", "\"clip_qkv\": 8.0"},
           {"olmo2", ""},
           {"olmo3", kOlmo3},
           {"glm4", "\"head_dim\": 16"},
           {"cohere", "\"layer_norm_eps\": 1e-5"},
           {"cohere2", kCohere2},
           {"starcoder2",
            "\"norm_epsilon\": 0.001, "
            "\"hidden_act\": \"gelu_pytorch_tanh\""},
           {"stablelm", "\"use_parallel_residual\": false"},
           {"gpt_neox",
            "\"rotary_pct\": 0.5, \"hidden_act\": \"gelu_pytorch_tanh\""},
           {"seed_oss", "\"head_dim\": 16"},
           {"exaone4", "\"sliding_window\": 12"}}) {
    SCOPED_TRACE(type);
    ModelConfig model = FromJson(Config(type, members));
    model.clear_tie_word_embeddings();  // a matter of tensors
    ModelConfig back = ThroughGguf(model);
    // Computed anew from float32.
    EXPECT_NEAR(back.rope_scaling().attention_factor(),
                model.rope_scaling().attention_factor(), 1e-6);
    if (back.has_rope_scaling()) {
      back.mutable_rope_scaling()->set_attention_factor(
          model.rope_scaling().attention_factor());
    }
    EXPECT_EQ(back.DebugString(), model.DebugString());
  }
}

TEST(DenseFamiliesTest, AllLayersOfAMistralHaveItsWindow) {
  const ModelConfig model =
      FromJson(Config("mistral", "\"sliding_window\": 12"));
  EXPECT_THAT(Windows(model), ElementsAre(12, 12, 12, 12, 12, 12));
  EXPECT_EQ(LayerConfigOf(model, 5).window(), 12u);
  const ModelConfig none =
      FromJson(Config("mistral", "\"sliding_window\": null"));
  EXPECT_THAT(none.layers(), IsEmpty());
  EXPECT_EQ(LayerConfigOf(none, 5).window(), 0u);
  EXPECT_EQ(LayerConfigOf(none, 5).rope(), Layer::GLOBAL);
}

TEST(DenseFamiliesTest, LaterLayersOfAQwenHaveAWindowIfItIsUsed) {
  const std::string window = "\"sliding_window\": 12, \"max_window_layers\": 4";
  EXPECT_THAT(FromJson(Config("qwen2", window)).layers(), IsEmpty());
  EXPECT_THAT(
      Windows(FromJson(Config(
          "qwen2", absl::StrCat(window, ", \"use_sliding_window\": true")))),
      ElementsAre(0, 0, 0, 0, 12, 12));
}

TEST(DenseFamiliesTest, Gemma2) {
  const ModelConfig model = FromJson(Config("gemma2", kGemma2));
  EXPECT_THAT(Windows(model), ElementsAre(12, 0, 12, 0, 12, 0));
  EXPECT_THAT(Ropes(model), testing::Each(Layer::GLOBAL));
  EXPECT_EQ(model.attn_logit_softcapping(), 2.0f);
  EXPECT_EQ(model.final_logit_softcapping(), 7.0f);
  EXPECT_EQ(model.embedding_scale(), 8.0f);
  EXPECT_EQ(model.attention_scale(), 0.0f);  // what head_dim gives
  EXPECT_EQ(model.hidden_act(), "");
  EXPECT_TRUE(model.tie_word_embeddings());
  // What is missing has a value; what is null is not there.
  const ModelConfig bare =
      FromJson(Config("gemma2",
                      "\"query_pre_attn_scalar\": 144, \"head_dim\": 24, "
                      "\"final_logit_softcapping\": null"));
  EXPECT_EQ(bare.attn_logit_softcapping(), 50.0f);
  EXPECT_EQ(bare.final_logit_softcapping(), 0.0f);
  EXPECT_EQ(bare.sliding_window(), 4096u);
  EXPECT_EQ(bare.attention_scale(), 1.0f / 12);
}

TEST(DenseFamiliesTest, Gemma3OfBothSpellings) {
  const ModelConfig model = FromJson(Config("gemma3_text", kGemma3));
  EXPECT_THAT(Windows(model), ElementsAre(12, 12, 12, 12, 12, 0));
  EXPECT_THAT(Ropes(model),
              ElementsAre(Layer::LOCAL, Layer::LOCAL, Layer::LOCAL,
                          Layer::LOCAL, Layer::LOCAL, Layer::GLOBAL));
  EXPECT_EQ(model.rope_theta(), 1e6f);
  EXPECT_EQ(model.rope_local_theta(), 10000.0f);
  EXPECT_EQ(model.rope_scaling().factor(), 8.0f);
  const ModelConfig newer = FromJson(Config("gemma3_text", R"("head_dim": 24,
      "sliding_window": 12, "query_pre_attn_scalar": 24, "layer_types":
      ["sliding_attention", "sliding_attention", "sliding_attention",
       "sliding_attention", "sliding_attention", "full_attention"],
      "rope_parameters": {
        "full_attention": {"rope_type": "linear", "factor": 8.0,
                           "rope_theta": 1000000.0},
        "sliding_attention": {"rope_type": "default",
                              "rope_theta": 10000.0}})"));
  EXPECT_EQ(newer.DebugString(), model.DebugString());
}

TEST(DenseFamiliesTest, FullLayersOfSomeDoNotRotate) {
  const ModelConfig cohere = FromJson(Config("cohere2", kCohere2));
  EXPECT_THAT(Windows(cohere), ElementsAre(12, 12, 12, 0, 12, 12));
  EXPECT_THAT(Ropes(cohere),
              ElementsAre(Layer::GLOBAL, Layer::GLOBAL, Layer::GLOBAL,
                          Layer::NONE, Layer::GLOBAL, Layer::GLOBAL));
  EXPECT_TRUE(cohere.parallel_residual());
  EXPECT_EQ(cohere.logit_scale(), 0.25f);
  EXPECT_EQ(cohere.layer_norm_eps(), 0.001f);
  EXPECT_EQ(cohere.rms_norm_eps(), 0.0f);
  const ModelConfig smol =
      FromJson(Config("smollm3", "\"no_rope_layers\": [1, 0, 1, 1, 0, 1]"));
  EXPECT_THAT(Windows(smol), testing::Each(0));
  EXPECT_THAT(Ropes(smol),
              ElementsAre(Layer::GLOBAL, Layer::NONE, Layer::GLOBAL,
                          Layer::GLOBAL, Layer::NONE, Layer::GLOBAL));
  // Without windows, all layers are alike.
  EXPECT_THAT(FromJson(Config("exaone4", "\"sliding_window\": null")).layers(),
              IsEmpty());
}

// GGUF files of the large one leave its window out.
TEST(DenseFamiliesTest, Exaone4Of64Layers) {
  for (const auto& [layers, window] : {std::pair(64, 4096u), {30, 0u}}) {
    ModelConfig model = FromJson(Config("exaone4", "\"sliding_window\": null"));
    model.set_num_hidden_layers(static_cast<uint64_t>(layers));
    const ModelConfig back = ThroughGguf(model);
    EXPECT_EQ(LayerConfigOf(back, 0).window(), window);
    EXPECT_EQ(LayerConfigOf(back, 3).window(), 0u);
    EXPECT_EQ(LayerConfigOf(back, 3).rope(),
              window == 0 ? Layer::GLOBAL : Layer::NONE);
  }
}

TEST(DenseFamiliesTest, WindowsOfOlmo3) {
  const ModelConfig model = FromJson(Config("olmo3", kOlmo3));
  EXPECT_EQ(model.model_type(), "olmo2");
  EXPECT_THAT(Windows(model), ElementsAre(12, 12, 0, 0, 12, 12));
  EXPECT_EQ(model.rope_local_theta(), model.rope_theta());
  EXPECT_THAT(FromJson(Config("olmo2")).layers(), IsEmpty());
}

TEST(DenseFamiliesTest, Yarn) {
  const ModelConfig model = FromJson(Config("llama", kYarn));
  const ModelConfig::RopeScaling& yarn = model.rope_scaling();
  EXPECT_EQ(yarn.rope_type(), "yarn");
  EXPECT_EQ(yarn.factor(), 4.0f);
  EXPECT_EQ(yarn.original_max_position_embeddings(), 128u);
  EXPECT_EQ(yarn.beta_fast(), 32.0f);
  EXPECT_EQ(yarn.beta_slow(), 1.0f);
  EXPECT_FLOAT_EQ(yarn.attention_factor(), 1 + 0.1f * std::log(4.0f));
  EXPECT_FALSE(yarn.untruncated());
  const ModelConfig other = FromJson(Config("llama", R"("rope_parameters":
      {"rope_type": "yarn", "rope_theta": 5.0, "beta_fast": 8, "mscale": 0.5,
       "original_max_position_embeddings": 64, "mscale_all_dim": 1.0,
       "truncate": false})"));
  EXPECT_EQ(other.rope_theta(), 5.0f);
  EXPECT_EQ(other.rope_scaling().factor(), 8.0f);  // 512 of 64
  EXPECT_EQ(other.rope_scaling().beta_fast(), 8.0f);
  EXPECT_TRUE(other.rope_scaling().untruncated());
  const double log = 0.1 * std::log(8.0);
  EXPECT_FLOAT_EQ(other.rope_scaling().attention_factor(),
                  static_cast<float>((1 + 0.5 * log) / (1 + log)));
}

TEST(DenseFamiliesTest, LongRope) {
  const auto config = ParseHuggingFaceConfig(Config("phi3", kPhi3Long));
  ASSERT_TRUE(config.ok()) << config.status();
  const ModelConfig& model = config->model;
  EXPECT_EQ(model.rope_dimension_count(), 12u);
  EXPECT_EQ(model.rope_scaling().rope_type(), "longrope");
  EXPECT_EQ(model.rope_scaling().original_max_position_embeddings(), 256u);
  EXPECT_FLOAT_EQ(model.rope_scaling().attention_factor(), 1.0606601f);
  EXPECT_THAT(config->long_rope_factors.beyond, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(config->long_rope_factors.within,
              ElementsAre(1, 1, 1, 1.5, 1, 1));
  EXPECT_THAT(Windows(model), testing::Each(300));
}

TEST(DenseFamiliesTest, ScalesOfGranite) {
  const ModelConfig model = FromJson(Config("granite", kGranite));
  EXPECT_EQ(model.attention_scale(), 0.25f);
  EXPECT_EQ(model.embedding_scale(), 3.0f);
  EXPECT_EQ(model.residual_scale(), 0.6f);
  EXPECT_EQ(model.logit_scale(), 3.0f);
  EXPECT_TRUE(FindArchitecture("granite")->divides_logits);
}

TEST(DenseFamiliesTest, Gpt2HasNamesOfItsOwn) {
  const ModelConfig model = FromJson(R"({"model_type": "gpt2",
      "activation_function": "gelu_new", "layer_norm_epsilon": 0.001,
      "n_ctx": 128, "n_embd": 32, "n_head": 4, "n_inner": null, "n_layer": 4,
      "n_positions": 128, "scale_attn_weights": true, "vocab_size": 1024})");
  EXPECT_EQ(model.hidden_size(), 32u);
  EXPECT_EQ(model.intermediate_size(), 128u);
  EXPECT_EQ(model.num_hidden_layers(), 4u);
  EXPECT_EQ(model.head_dim(), 8u);
  EXPECT_EQ(model.max_position_embeddings(), 128u);
  EXPECT_EQ(model.rope_dimension_count(), 0u);
  EXPECT_EQ(model.rope_theta(), 0.0f);
  EXPECT_EQ(model.layer_norm_eps(), 0.001f);
  EXPECT_TRUE(model.tie_word_embeddings());
  EXPECT_EQ(ActivationOf(model, *FindArchitecture("gpt2")), Activation::kGelu);
}

TEST(DenseFamiliesTest, ResidualsThatMayBeParallel) {
  EXPECT_TRUE(FromJson(Config("gpt_neox")).parallel_residual());
  EXPECT_FALSE(FromJson(Config("gpt_neox", "\"use_parallel_residual\": false"))
                   .parallel_residual());
  EXPECT_FALSE(FromJson(Config("stablelm")).parallel_residual());
  // Of these, files are often wrong, and tensors are not.
  ModelConfig model = FromJson(Config("stablelm"));
  model.set_parallel_residual(true);
  EXPECT_FALSE(ThroughGguf(model).parallel_residual());
}

TEST(DenseFamiliesTest, ActivationsThatDifferAreNamed) {
  const ModelConfig neox =
      FromJson(Config("gpt_neox", "\"hidden_act\": \"gelu\""));
  EXPECT_EQ(neox.hidden_act(), "gelu");
  EXPECT_EQ(ActivationOf(neox, *FindArchitecture("gptneox")),
            Activation::kGeluErf);
  ModelConfig unknown;
  unknown.set_hidden_act("mish");
  EXPECT_EQ(ActivationOf(unknown, *FindArchitecture("llama")), std::nullopt);
}

// Sizes that a checkpoint of several modalities leaves out, too.
TEST(DenseFamiliesTest, TextOfSeveralModalities) {
  const auto config = ParseHuggingFaceConfig(R"({"model_type": "gemma3",
      "eos_token_id": [1, 106], "vision_config": {"hidden_size": 1152},
      "text_config": {"model_type": "gemma3_text", "hidden_size": 2560,
        "intermediate_size": 10240, "num_hidden_layers": 34,
        "rope_scaling": {"factor": 8.0, "rope_type": "linear"},
        "sliding_window": 1024}})");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_TRUE(config->multimodal);
  const ModelConfig& model = config->model;
  EXPECT_THAT(model.not_understood(), IsEmpty());
  EXPECT_EQ(model.model_type(), "gemma3");
  EXPECT_EQ(model.hidden_size(), 2560u);
  EXPECT_EQ(model.num_attention_heads(), 8u);
  EXPECT_EQ(model.num_key_value_heads(), 4u);
  EXPECT_EQ(model.head_dim(), 256u);
  EXPECT_EQ(model.vocab_size(), 262208u);
  EXPECT_EQ(model.rope_theta(), 1e6f);
  EXPECT_TRUE(model.tie_word_embeddings());
  EXPECT_EQ(config->eos_token_ids, (std::vector<uint32_t>{1, 106}));
}

TEST(DenseFamiliesTest, RefusesImpossibleValues) {
  for (const auto& [type, members] :
       std::vector<std::pair<std::string, std::string>>{
           {"smollm3", "\"no_rope_layers\": [1, 0]"},
           {"smollm3", "\"no_rope_layer_interval\": 0"},
           {"gemma3_text", "\"sliding_window_pattern\": -1"},
           {"stablelm", "\"partial_rotary_factor\": 1.5"},
           {"stablelm", "\"partial_rotary_factor\": 1e-9"},
           {"stablelm", "\"partial_rotary_factor\": 0.2"},  // of 16: odd
           {"granite", "\"residual_multiplier\": -1"},
           {"granite", "\"residual_multiplier\": \"1\""},
           {"phi3", "\"rope_scaling\": {\"type\": \"longrope\"}"},
           {"phi3",
            "\"rope_scaling\": {\"type\": \"longrope\", \"short_factor\": [1], "
            "\"long_factor\": [1]}"},
           {"phi3", "\"original_max_position_embeddings\": 0"},
           {"llama",
            "\"rope_scaling\": {\"type\": \"yarn\", \"factor\": \"4\"}"},
           {"llama",
            "\"rope_scaling\": {\"type\": \"yarn\", \"truncate\": 1}"}}) {
    const auto config = ParseHuggingFaceConfig(Config(type, members));
    EXPECT_TRUE(absl::IsDataLoss(config.status()))
        << type << " " << members << ": " << config.status();
  }
  std::string many = Config("mistral", "\"sliding_window\": 12");
  many.replace(many.find("\"num_hidden_layers\": 6"), 22,
               "\"num_hidden_layers\": 4000000000");
  EXPECT_TRUE(absl::IsDataLoss(ParseHuggingFaceConfig(many).status()));
}

TEST(DenseFamiliesTest, ListsOfWindowsInGguf) {
  const ModelConfig gemma = FromJson(Config("gemma2", kGemma2));
  const auto with = [&](GgufValue value) {
    GgufMetadata metadata;
    metadata.Append("gemma2.attention.sliding_window_pattern",
                    std::move(value));
    AppendModelConfig(gemma, &metadata);
    return ModelConfigFromGguf(metadata);
  };
  EXPECT_THAT(Windows(*with(GgufValue::Scalar<uint32_t>(3))),
              ElementsAre(12, 12, 0, 12, 12, 0));
  EXPECT_THAT(with(GgufValue::Scalar<uint32_t>(1))->layers(), IsEmpty());
  const int32_t list[] = {0, 0, 1, 0, 0, 1};
  EXPECT_THAT(Windows(*with(GgufValue::Array<int32_t>(list))),
              ElementsAre(0, 0, 12, 0, 0, 12));
  const int32_t short_list[] = {0, 1};
  EXPECT_TRUE(
      absl::IsDataLoss(with(GgufValue::Array<int32_t>(short_list)).status()));
  EXPECT_TRUE(absl::IsDataLoss(with(GgufValue::String("LLLG")).status()));
}

// Which layers have the window of a Qwen, GGUF does not say.
TEST(DenseFamiliesTest, WindowsWithoutARuleAreNotUnderstood) {
  GgufMetadata metadata;
  metadata.Append("qwen2.attention.sliding_window",
                  GgufValue::Scalar<uint32_t>(12));
  AppendModelConfig(FromJson(Config("qwen2")), &metadata);
  const auto model = ModelConfigFromGguf(metadata);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(
      model->not_understood(),
      ElementsAre("qwen2.attention.sliding_window: 12 is not understood"));
}

TEST(DenseFamiliesTest, GgufsRulesBySize) {
  ModelConfig model = FromJson(Config("gemma2", kGemma2));
  model.clear_layers();
  model.set_num_hidden_layers(46);
  EXPECT_EQ(ThroughGguf(model).attention_scale(), 0.25f);  // 64 / 4 wide
  model.set_num_hidden_layers(42);
  EXPECT_EQ(ThroughGguf(model).attention_scale(), 0.0f);
}

}  // namespace
}  // namespace tessera
