#include "formats/model/hugging_face_config.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kConfig[] = R"({
  "architectures": ["LlamaForCausalLM"], "torch_dtype": "bfloat16",
  "model_type": "llama", "hidden_act": "silu", "hidden_size": 256,
  "intermediate_size": 512, "num_hidden_layers": 3, "num_attention_heads": 8,
  "num_key_value_heads": 4, "vocab_size": 1024, "max_position_embeddings": 512,
  "rms_norm_eps": 1e-05, "rope_theta": 500000.0, "rope_scaling": null,
  "attention_bias": false, "mlp_bias": false, "pretraining_tp": 1,
  "bos_token_id": 1, "eos_token_id": [2, 3], "tie_word_embeddings": true
})";

std::string With(absl::string_view from, absl::string_view to) {
  const std::string changed = absl::StrReplaceAll(kConfig, {{from, to}});
  EXPECT_NE(changed, kConfig) << from;
  return changed;
}

// With more members.
std::string Plus(absl::string_view members) {
  return With("\"model_type\"", absl::StrCat(members, ", \"model_type\""));
}

// Of another model_type, with more members.
std::string OfType(absl::string_view type, absl::string_view members) {
  return absl::StrReplaceAll(
      Plus(members), {{"\"llama\"", absl::StrCat("\"", type, "\"")},
                      {"[\"LlamaForCausalLM\"]", "[\"ItsForCausalLM\"]"}});
}

std::string Mistral(absl::string_view members) {
  return OfType("mistral", members);
}

HuggingFaceConfig Parsed(absl::string_view json) {
  auto config = ParseHuggingFaceConfig(json);
  EXPECT_TRUE(config.ok()) << json << config.status();
  return config.ok() ? *std::move(config) : HuggingFaceConfig();
}

std::vector<std::string> NotUnderstood(absl::string_view json) {
  const HuggingFaceConfig config = Parsed(json);
  return {config.model.not_understood().begin(),
          config.model.not_understood().end()};
}

TEST(HuggingFaceConfigTest, ReadsEverything) {
  const HuggingFaceConfig config = Parsed(kConfig);
  const ModelConfig& model = config.model;
  ASSERT_NE(config.architecture, nullptr);
  EXPECT_EQ(config.architecture->name, "llama");
  EXPECT_EQ(model.model_type(), "llama");
  EXPECT_EQ(model.hidden_size(), 256u);
  EXPECT_EQ(model.intermediate_size(), 512u);
  EXPECT_EQ(model.num_hidden_layers(), 3u);
  EXPECT_EQ(model.num_attention_heads(), 8u);
  EXPECT_EQ(model.num_key_value_heads(), 4u);
  EXPECT_EQ(model.head_dim(), 32u);
  EXPECT_EQ(model.rope_dimension_count(), 32u);
  EXPECT_EQ(model.vocab_size(), 1024u);
  EXPECT_EQ(model.max_position_embeddings(), 512u);
  EXPECT_EQ(model.rms_norm_eps(), 1e-05f);
  EXPECT_EQ(model.rope_theta(), 500000.0f);
  EXPECT_TRUE(model.tie_word_embeddings());
  EXPECT_FALSE(model.has_rope_scaling());
  EXPECT_THAT(model.not_understood(), IsEmpty());
  EXPECT_EQ(config.bos_token_id, 1u);
  EXPECT_EQ(config.eos_token_ids, (std::vector<uint32_t>{2, 3}));
  EXPECT_EQ(config.float8_block_rows, 128u);
}

TEST(HuggingFaceConfigTest, EveryMissingKeyHasADefaultOrIsNamed) {
  EXPECT_EQ(Parsed(With("\"num_key_value_heads\": 4, ", ""))
                .model.num_key_value_heads(),
            8u);
  const auto no_hidden =
      ParseHuggingFaceConfig(With("\"hidden_size\": 256,", ""));
  EXPECT_EQ(no_hidden.status(),
            absl::DataLossError("config.json: hidden_size is missing"));
}

TEST(HuggingFaceConfigTest, ModelTypeIsGgufsNameOfTheArchitecture) {
  const HuggingFaceConfig mistral = Parsed(With("\"llama\"", "\"mistral\""));
  EXPECT_EQ(mistral.model.model_type(), "llama");
  const HuggingFaceConfig mixtral =
      Parsed(With("\"model_type\": \"llama\"",
                  "\"model_type\": \"mixtral\", \"num_local_experts\": 8, "
                  "\"num_experts_per_tok\": 2"));
  EXPECT_EQ(mixtral.model.model_type(), "llama");
  EXPECT_EQ(mixtral.architecture->feed_forward, FeedForwardKind::kExperts);
  EXPECT_EQ(mixtral.model.num_experts(), 8u);
  EXPECT_EQ(mixtral.model.num_experts_per_tok(), 2u);
  EXPECT_EQ(mixtral.model.moe_intermediate_size(), 512u);
  const HuggingFaceConfig qwen =
      Parsed(With("\"model_type\": \"llama\"",
                  "\"model_type\": \"qwen3_moe\", \"num_experts\": 4, "
                  "\"moe_intermediate_size\": 96"));
  EXPECT_EQ(qwen.model.model_type(), "qwen3moe");
  EXPECT_EQ(qwen.model.num_experts(), 4u);
  EXPECT_EQ(qwen.model.moe_intermediate_size(), 96u);
}

TEST(HuggingFaceConfigTest, RecordsByNameWhatItDoesNotUnderstand) {
  EXPECT_THAT(NotUnderstood(With("\"silu\"", "\"mish\"")),
              ElementsAre("config.json: hidden_act: \"mish\" is not "
                          "supported"));
  EXPECT_THAT(NotUnderstood(Plus("\"lm_head_bias\": true")),
              ElementsAre("config.json: lm_head_bias: true is not "
                          "understood"));
  EXPECT_THAT(NotUnderstood(Plus("\"query_pre_attn_scalar\": 64")),
              ElementsAre("config.json: query_pre_attn_scalar: 64 is not "
                          "understood"));
  EXPECT_THAT(NotUnderstood(Plus(R"("new_scale": {"a": [1, 2.5]})")),
              ElementsAre("config.json: new_scale: {\"a\":[1,2.5]} is not "
                          "understood"));
  EXPECT_THAT(
      NotUnderstood(Plus(R"("quantization_config": {"quant_method": "gptq"})")),
      ElementsAre("config.json: quantization_config of method 'gptq' is not "
                  "supported"));
}

TEST(HuggingFaceConfigTest, IgnoresWhatChangesNothing) {
  for (const char* members :
       {"\"new_scale\": null", "\"partial_rotary_factor\": 1.0",
        "\"dtype\": \"bfloat16\"", "\"transformers_version\": \"5.0.0\"",
        "\"use_cache\": true", "\"attention_dropout\": 0.5",
        "\"pruned_heads\": {}",
        "\"layer_types\": [\"full_attention\", \"full_attention\"]",
        R"("quantization_config": {"quant_method": "fp8"})"}) {
    EXPECT_THAT(NotUnderstood(Plus(members)), IsEmpty()) << members;
  }
}

TEST(HuggingFaceConfigTest, RopeScalingOfBothSpellings) {
  const std::string no_theta = absl::StrReplaceAll(
      kConfig, {{"\"rope_theta\": 500000.0, \"rope_scaling\": null,", ""}});
  const auto with = [&](absl::string_view member) {
    return absl::StrReplaceAll(
        no_theta,
        {{"\"model_type\"", absl::StrCat(member, ", \"model_type\"")}});
  };
  for (const char* member :
       {R"("rope_scaling": {"rope_type": "llama3", "factor": 8.0,
            "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 32}, "rope_theta": 20000.0)",
        R"("rope_parameters": {"rope_type": "llama3", "factor": 8.0,
            "low_freq_factor": 1.0, "high_freq_factor": 4.0, "rope_theta": 2e4,
            "original_max_position_embeddings": 32})"}) {
    const ModelConfig model = Parsed(with(member)).model;
    EXPECT_THAT(model.not_understood(), IsEmpty());
    EXPECT_EQ(model.rope_theta(), 20000.0f);
    EXPECT_EQ(model.rope_scaling().rope_type(), "llama3");
    EXPECT_EQ(model.rope_scaling().factor(), 8.0f);
    EXPECT_EQ(model.rope_scaling().low_freq_factor(), 1.0f);
    EXPECT_EQ(model.rope_scaling().high_freq_factor(), 4.0f);
    EXPECT_EQ(model.rope_scaling().original_max_position_embeddings(), 32u);
  }
  const ModelConfig linear =
      Parsed(with(R"("rope_scaling": {"type": "linear", "factor": 2})")).model;
  EXPECT_EQ(linear.rope_scaling().rope_type(), "linear");
  EXPECT_EQ(linear.rope_scaling().factor(), 2.0f);
  EXPECT_EQ(linear.rope_theta(), 10000.0f);
  const ModelConfig plain =
      Parsed(with(R"("rope_parameters": {"rope_theta": 7.0})")).model;
  EXPECT_FALSE(plain.has_rope_scaling());
  EXPECT_EQ(plain.rope_theta(), 7.0f);
  EXPECT_THAT(plain.not_understood(), IsEmpty());
}

TEST(HuggingFaceConfigTest, RopeThatIsNotUnderstoodIsRecordedAndNotStored) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("rope_scaling": {"rope_type": "dynamic", "factor": 4.0, "beta": 1})",
       "config.json: rope_scaling of type 'dynamic' is not supported"},
      {R"("rope_scaling": {"rope_type": "yarn", "factor": 4.0, "beta": 1})",
       "config.json: rope_scaling.beta: 1 is not understood"},
      {R"("rope_scaling": {"factor": 4.0})",
       "config.json: rope_scaling of type '' is not supported"},
      {R"("rope_scaling": {"rope_type": 3})",
       "config.json: rope_scaling of type '' is not supported"},
      {R"("rope_scaling": {"rope_type": "default", "mrope_section": [16, 8]})",
       "config.json: rope_scaling.mrope_section: [16,8] is not understood"},
      {R"("rope_scaling": {"rope_type": "linear", "factor": 2, "extra": 3})",
       "config.json: rope_scaling.extra: 3 is not understood"},
      {R"("rope_scaling": null, "rope_parameters": {"full_attention":
           {"rope_type": "default"}, "theta": 1})",
       "config.json: rope_parameters.theta: 1 is not understood"},
      {R"("rope_scaling": {"type": "linear", "factor": 2},
          "rope_parameters": {"rope_theta": 5.0})",
       "config.json: both rope_scaling and rope_parameters are not "
       "understood"}};
  for (const auto& [member, sentence] : cases) {
    const HuggingFaceConfig config =
        Parsed(With("\"rope_scaling\": null", member));
    EXPECT_THAT(config.model.not_understood(), ElementsAre(sentence));
    EXPECT_FALSE(config.model.has_rope_scaling()) << member;
  }
}

TEST(HuggingFaceConfigTest, WindowsThatAreInUse) {
  const auto window = [](absl::string_view members) {
    return Parsed(Mistral(members)).model.sliding_window();
  };
  EXPECT_EQ(window("\"sliding_window\": 64"), 64u);
  EXPECT_EQ(window("\"sliding_window\": null"), 0u);
  // The class of Mistral's models does not ask.
  EXPECT_THAT(NotUnderstood(Mistral(
                  "\"sliding_window\": 64, \"use_sliding_window\": false")),
              ElementsAre("config.json: use_sliding_window: false is not "
                          "understood"));
  EXPECT_EQ(window("\"sliding_window\": 64, \"use_sliding_window\": true"),
            64u);
  EXPECT_EQ(window("\"sliding_window\": 64, "
                   "\"layer_types\": [\"full_attention\"]"),
            0u);
  EXPECT_THAT(NotUnderstood(Mistral("\"sliding_window\": 64")), IsEmpty());
  EXPECT_THAT(NotUnderstood(Mistral("\"use_sliding_window\": false, "
                                    "\"sliding_window\": null, "
                                    "\"max_window_layers\": 28")),
              IsEmpty());
  EXPECT_THAT(
      NotUnderstood(
          Mistral("\"sliding_window\": 64, \"max_window_layers\": 28")),
      ElementsAre("config.json: max_window_layers: 28 is not understood"));
  EXPECT_THAT(NotUnderstood(Mistral(R"("sliding_window": 64,
          "layer_types": ["sliding_attention", "full_attention"])")),
              ElementsAre("config.json: layer_types: "
                          "[\"sliding_attention\",\"full_attention\"] is not "
                          "understood"));
}

// Read for some, and of others neither known nor harmless.
TEST(HuggingFaceConfigTest, KeysOfOtherModelsAreNotUnderstood) {
  for (const char* member :
       {R"("attention_multiplier": 0.5)", R"("embedding_multiplier": 12.0)",
        R"("residual_multiplier": 0.22)", R"("logits_scaling": 8.0)",
        R"("logit_scale": 0.0625)", R"("attn_logit_softcapping": 50.0)",
        R"("final_logit_softcapping": 30.0)", R"("clip_qkv": 8.0)",
        R"("use_parallel_residual": true)", R"("sliding_window": 64)",
        R"("rope_local_base_freq": 10000.0)", R"("rotary_pct": 0.25)",
        R"("rotary_emb_base": 10000)", R"("n_layer": 4)",
        R"("hidden_activation": "gelu")",
        R"("activation_function": "gelu_new")"}) {
    const std::string key(member, std::string(member).find(':'));
    const std::vector<std::string> sentences = NotUnderstood(Plus(member));
    ASSERT_EQ(sentences.size(), 1u) << member;
    EXPECT_EQ(sentences[0].find(absl::StrCat(
                  "config.json: ", key.substr(1, key.size() - 2), ": ")),
              0u)
        << sentences[0];
    const HuggingFaceConfig plain = Parsed(kConfig);
    HuggingFaceConfig config = Parsed(Plus(member));
    config.model.clear_not_understood();
    EXPECT_EQ(config.model.SerializeAsString(), plain.model.SerializeAsString())
        << member;
  }
  for (const char* member :
       {R"("residual_multiplier": 1)", R"("logits_scaling": 1.0)",
        R"("final_logit_softcapping": null)",
        R"("use_parallel_residual": false)", R"("sliding_window": null)",
        R"("rotary_pct": 1.0)", R"("n_layer": 3)",
        R"("hidden_activation": "silu")", R"("layer_norm_eps": 0.1)",
        R"("layer_norm_epsilon": 0.1)"}) {
    EXPECT_THAT(NotUnderstood(Plus(member)), IsEmpty()) << member;
  }
}

TEST(HuggingFaceConfigTest, WhatGenerationUsedToBeToldIsHarmless) {
  EXPECT_THAT(NotUnderstood(Plus(R"("num_beams": 1, "length_penalty": 1.0,
          "no_repeat_ngram_size": 0, "bad_words_ids": [[1]], "typical_p": 1.0,
          "finetuning_task": "x", "tf_legacy_loss": false, "prefix": "",
          "forced_eos_token_id": 2, "is_causal": true)")),
              IsEmpty());
  EXPECT_THAT(NotUnderstood(Plus("\"is_causal\": false")),
              ElementsAre("config.json: is_causal: false is not understood"));
}

TEST(HuggingFaceConfigTest, RotationOfEachKindOfLayer) {
  const auto parameters = [](absl::string_view object) {
    return absl::StrCat("\"rope_parameters\": ", object);
  };
  const std::string without =
      With("\"rope_theta\": 500000.0, \"rope_scaling\": null,", "");
  const auto parsed = [&](absl::string_view object) {
    return Parsed(absl::StrReplaceAll(
        without, {{"\"model_type\"",
                   absl::StrCat(parameters(object), ", \"model_type\"")}}));
  };
  const std::string one = R"({"rope_type": "linear", "factor": 4.0,
      "rope_theta": 77.0, "partial_rotary_factor": 0.5})";
  for (const std::string& object :
       {one, absl::StrCat("{\"full_attention\": ", one, "}"),
        absl::StrCat("{\"sliding_attention\": ", one, "}"),
        absl::StrCat("{\"full_attention\": ", one,
                     ", \"sliding_attention\": ", one, "}")}) {
    const ModelConfig model = parsed(object).model;
    EXPECT_THAT(model.not_understood(), IsEmpty()) << object;
    EXPECT_EQ(model.rope_theta(), 77.0f) << object;
    EXPECT_EQ(model.rope_scaling().factor(), 4.0f) << object;
    EXPECT_EQ(model.rope_dimension_count(), 16u) << object;
  }
  const std::string other = R"({"rope_type": "default", "rope_theta": 78.0})";
  EXPECT_FALSE(parsed(absl::StrCat("{\"full_attention\": ", one,
                                   ", \"sliding_attention\": ", other, "}"))
                   .model.not_understood()
                   .empty());
  EXPECT_THAT(parsed(absl::StrCat("{\"full_attention\": ", other,
                                  ", \"rope_theta\": 79.0}"))
                  .model.not_understood(),
              ElementsAre("config.json: rope_parameters.rope_theta: 79.0 is "
                          "not understood"));
}

TEST(HuggingFaceConfigTest, OneBaseOnly) {
  EXPECT_THAT(
      NotUnderstood(With("\"rope_scaling\": null",
                         R"("rope_parameters": {"rope_type": "default",
                             "rope_theta": 10000.0})")),
      ElementsAre("config.json: rope_theta: 500000.0 is not understood beside "
                  "another one of 10000.0"));
  EXPECT_THAT(NotUnderstood(With("\"rope_scaling\": null",
                                 R"("rope_parameters": {"rope_type": "default",
                             "rope_theta": 500000})")),
              IsEmpty());
}

TEST(HuggingFaceConfigTest, OnePartOfHeadsOnly) {
  const auto found = [](absl::string_view outside, absl::string_view inside) {
    return NotUnderstood(
        With("\"rope_scaling\": null",
             absl::StrCat(R"("partial_rotary_factor": )", outside,
                          R"(, "rope_parameters": )", inside)));
  };
  const std::string sentence =
      "config.json: partial_rotary_factor: 0.25 is not understood beside "
      "another one of 0.5";
  const std::string half =
      R"({"rope_type": "default", "partial_rotary_factor": 0.5})";
  EXPECT_THAT(found("0.25", half), ElementsAre(sentence));
  EXPECT_THAT(found("0.25", absl::StrCat("{\"full_attention\": ", half, "}")),
              ElementsAre(sentence));
  EXPECT_THAT(found("0.50", half), IsEmpty());
  EXPECT_THAT(
      NotUnderstood(With("\"rope_scaling\": null",
                         R"("rope_scaling": {"rope_type": "default",
                             "partial_rotary_factor": 0.5})")),
      ElementsAre("config.json: rope_scaling.partial_rotary_factor: 0.5 is "
                  "not understood"));
}

TEST(HuggingFaceConfigTest, ClassesThatPredictNoTokens) {
  const auto of_class = [](absl::string_view name) {
    return With("LlamaForCausalLM", name);
  };
  EXPECT_THAT(NotUnderstood(of_class("LlamaForSequenceClassification")),
              ElementsAre("config.json: architectures: "
                          "[\"LlamaForSequenceClassification\"] is not "
                          "understood: no class that predicts tokens"));
  // Its embedding is its output matrix.
  EXPECT_THAT(NotUnderstood(of_class("LlamaModel")), IsEmpty());
  EXPECT_EQ(NotUnderstood(absl::StrReplaceAll(
                              of_class("LlamaModel"),
                              {{"embeddings\": true", "embeddings\": false"}}))
                .size(),
            1u);
}

// Of whole models that are about more than text.
TEST(HuggingFaceConfigTest, KeysBesideThePartAboutText) {
  const auto whole = [](absl::string_view members) {
    return absl::StrCat("{\"model_type\": \"llava\", ", members,
                        "\"image_token_index\": 7, \"text_config\": ",
                        With("\"rope_theta\": 500000.0,", ""), "}");
  };
  EXPECT_THAT(NotUnderstood(whole("\"hidden_size\": 9, ")), IsEmpty());
  EXPECT_THAT(NotUnderstood(whole("\"rope_theta\": 7.0, ")),
              ElementsAre("config.json: rope_theta: 7.0 is not understood "
                          "outside of text_config"));
}

// What the class of a model_type has where its file says nothing.
TEST(HuggingFaceConfigTest, DefaultsOfClasses) {
  const ModelConfig late = Parsed(OfType("qwen2", R"("use_sliding_window": true,
                                "sliding_window": 64)"))
                               .model;
  EXPECT_THAT(late.layers(), IsEmpty());  // from layer 28 on
  EXPECT_EQ(
      Parsed(OfType("granite", "\"use_cache\": true")).model.attention_scale(),
      1.0f);
  EXPECT_EQ(
      Parsed(OfType("mistral", "\"use_cache\": true")).model.sliding_window(),
      4096u);
  EXPECT_EQ(Parsed(Mistral("\"sliding_window\": null")).model.sliding_window(),
            0u);
}

TEST(HuggingFaceConfigTest, NoExpertsAreADenseModel) {
  for (const char* none :
       {"\"num_local_experts\": 0", "\"num_experts\": 0",
        "\"n_routed_experts\": null", "\"num_experts\": [0, 0, 0]"}) {
    for (const auto& [type, name] :
         {std::pair{"llama", "llama"}, std::pair{"mistral", "llama"},
          std::pair{"granite", "granite"}, std::pair{"mixtral", "llama"},
          std::pair{"qwen2_moe", "qwen2"}, std::pair{"qwen3_moe", "qwen3"}}) {
      const HuggingFaceConfig config =
          Parsed(OfType(type, absl::StrCat(none, R"(, "num_experts_per_tok": 2,
              "moe_intermediate_size": 0, "norm_topk_prob": true,
              "mlp_only_layers": [1], "decoder_sparse_step": 2,
              "shared_expert_intermediate_size": 8)")));
      ASSERT_NE(config.architecture, nullptr);
      EXPECT_EQ(config.architecture->feed_forward, FeedForwardKind::kGated);
      EXPECT_EQ(config.model.model_type(), name);
      EXPECT_EQ(config.model.num_experts(), 0u);
      EXPECT_EQ(config.model.num_experts_per_tok(), 0u);
      EXPECT_EQ(config.model.moe_intermediate_size(), 0u);
      EXPECT_THAT(
          std::vector<std::string>(config.model.not_understood().begin(),
                                   config.model.not_understood().end()),
          IsEmpty())
          << type << " " << none;
    }
  }
  // Where one key says otherwise, there are some.
  const HuggingFaceConfig some =
      Parsed(OfType("mixtral", R"("num_local_experts": 4, "num_experts": 0)"));
  EXPECT_EQ(some.architecture->feed_forward, FeedForwardKind::kExperts);
  EXPECT_EQ(some.model.num_experts(), 4u);
  // How experts are chosen matters where there are any.
  EXPECT_THAT(
      NotUnderstood(
          OfType("qwen3_moe", R"("num_experts": 4, "norm_topk_prob": true)")),
      ElementsAre("config.json: norm_topk_prob: true is not understood"));
}

// transformers ignores the key in classes without experts.
TEST(HuggingFaceConfigTest, DenseClassesReadNoNumberOfExperts) {
  for (const char* type : {"llama", "mistral", "qwen2", "qwen3", "gemma2"}) {
    for (const char* key :
         {"num_local_experts", "num_experts", "n_routed_experts"}) {
      const std::string json = OfType(type, absl::StrCat("\"", key, "\": 8"));
      EXPECT_EQ(Parsed(json).model.num_experts(), 0u) << json;
      EXPECT_THAT(
          NotUnderstood(json),
          Contains(absl::StrCat("config.json: ", key, ": 8 is not understood")))
          << json;
    }
  }
}

TEST(HuggingFaceConfigTest, InfinityIsNoNumber) {
  EXPECT_THAT(
      std::string(
          ParseHuggingFaceConfig(OfType("llama", R"("head_dim": -Infinity)"))
              .status()
              .message()),
      HasSubstr(R"(head_dim is "-Infinity", expected a positive integer)"));
  EXPECT_THAT(
      NotUnderstood(OfType("llama", R"("a": [0.0, Infinity])")),
      ElementsAre(R"(config.json: a: [0.0,"Infinity"] is not understood)"));
}

TEST(HuggingFaceConfigTest, ExpertsOfEachLayer) {
  const HuggingFaceConfig config =
      Parsed(OfType("mixtral", R"("num_local_experts": [4, 3, 0])"));
  EXPECT_EQ(config.model.num_experts(), 4u);
  for (const char* value : {"[\"a\"]", "-1", "[-1]", "\"0\"", "{}", "[[4]]",
                            "[99999999999]", "0.5"}) {
    EXPECT_TRUE(absl::IsDataLoss(
        ParseHuggingFaceConfig(
            OfType("mixtral", absl::StrCat("\"num_local_experts\": ", value)))
            .status()))
        << value;
  }
}

TEST(HuggingFaceConfigTest, BlocksOfFloat8Scales) {
  const HuggingFaceConfig config =
      Parsed(Plus(R"("quantization_config": {"weight_block_size": [64, 32]})"));
  EXPECT_EQ(config.float8_block_rows, 64u);
  EXPECT_EQ(config.float8_block_columns, 32u);
}

// Of those only the name is recorded: nobody knows what their keys mean.
TEST(HuggingFaceConfigTest, ReadsArchitecturesThatAreNotDescribed) {
  const HuggingFaceConfig config = Parsed(
      R"({"model_type": "mamba", "hidden_size": 64, "vocab_size": 1024,
          "num_attention_heads": [1, 2], "rope_scaling": 5, "odd": true})");
  EXPECT_EQ(config.architecture, nullptr);
  EXPECT_EQ(config.model.model_type(), "mamba");
  EXPECT_EQ(config.model.hidden_size(), 64u);
  EXPECT_EQ(config.model.vocab_size(), 1024u);
  EXPECT_EQ(config.model.num_attention_heads(), 0u);
  EXPECT_THAT(config.model.not_understood(),
              ElementsAre("config.json: model_type: 'mamba' is not known"));
  EXPECT_THAT(NotUnderstood("{}"),
              ElementsAre("config.json: model_type is missing"));
}

TEST(HuggingFaceConfigTest, RefusesImpossibleValues) {
  for (const auto& [from, to] : {
           std::pair("\"num_attention_heads\": 8",
                     "\"num_attention_heads\": 0"),
           std::pair("\"num_key_value_heads\": 4",
                     "\"num_key_value_heads\": 3"),
           std::pair("\"hidden_size\": 256", "\"hidden_size\": -256"),
           std::pair("\"hidden_size\": 256", "\"hidden_size\": 1e99"),
           std::pair("\"hidden_size\": 256", "\"hidden_size\": \"256\""),
           std::pair("\"hidden_size\": 256", "\"hidden_size\": 1000"),
           std::pair("\"rope_theta\": 500000.0", "\"rope_theta\": 0"),
           std::pair("\"rope_theta\": 500000.0", "\"rope_theta\": 1e300"),
           std::pair("\"rope_scaling\": null", "\"rope_scaling\": 5"),
           std::pair("\"rope_scaling\": null",
                     "\"rope_scaling\": {\"type\": \"linear\"}"),
           std::pair("\"tie_word_embeddings\": true",
                     "\"tie_word_embeddings\": \"yes\""),
           std::pair("\"vocab_size\": 1024,",
                     "\"vocab_size\": 1024, \"vocab_size\": 2048,"),
           std::pair("\"vocab_size\": 1024,", "\"vocab_size\": 1024,,"),
       }) {
    const auto config = ParseHuggingFaceConfig(With(from, to));
    EXPECT_TRUE(absl::IsDataLoss(config.status()))
        << to << ": " << config.status();
  }
  EXPECT_TRUE(absl::IsDataLoss(ParseHuggingFaceConfig("[]").status()));
  EXPECT_TRUE(absl::IsDataLoss(ParseHuggingFaceConfig("").status()));
  EXPECT_EQ(ParseHuggingFaceConfig(
                With("\"hidden_size\": 256", "\"hidden_size\": \"256\""))
                .status(),
            absl::DataLossError("config.json: hidden_size is \"256\", expected "
                                "a positive integer"));
}

}  // namespace
}  // namespace tessera
