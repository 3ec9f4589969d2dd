#include "converter/source/checkpoint_name.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

const Architecture& Of(absl::string_view type) {
  return *FindHuggingFaceArchitecture(type);
}

std::vector<std::string> LlamaNames() {
  std::vector<std::string> names = {"model.embed_tokens.weight",
                                    "model.norm.weight", "lm_head.weight"};
  for (int layer = 0; layer < 3; ++layer) {
    for (const char* module : {"self_attn.q_proj", "self_attn.k_proj",
                               "mlp.up_proj", "input_layernorm"}) {
      names.push_back(
          absl::StrCat("model.layers.", layer, ".", module, ".weight"));
    }
  }
  return names;
}

// What the names are for, in their order; "?" for one that is not known.
std::vector<std::string> Parsed(const std::vector<std::string>& names,
                                const Architecture& architecture) {
  const std::vector<absl::string_view> views(names.begin(), names.end());
  const CheckpointNames parser(views, architecture);
  std::vector<std::string> result;
  for (const std::string& name : names) {
    const auto parsed = parser.Parse(name);
    result.push_back(parsed.has_value() ? GgufName(*parsed) : "?");
  }
  return result;
}

template <typename Function>
std::vector<std::string> Changed(std::vector<std::string> names,
                                 Function function) {
  for (std::string& name : names) name = function(name);
  return names;
}

TEST(CheckpointNamesTest, WrappersOfAllNames) {
  const std::vector<std::string> plain = LlamaNames();
  const std::vector<std::string> expected = Parsed(plain, Of("llama"));
  ASSERT_EQ(std::count(expected.begin(), expected.end(), "?"), 0);
  for (const char* wrapper :
       {"_orig_mod.", "module.", "base_model.model.", "language_model.",
        "_orig_mod.module.", "module._orig_mod.", "module.module.",
        "_fsdp_wrapped_module.", "_forward_module._orig_mod.", "model.",
        "base_model.model._orig_mod.", "llm.", "module.language_model.",
        "_fsdp_wrapped_module._checkpoint_wrapped_module."}) {
    const auto names = Changed(plain, [&](const std::string& name) {
      return absl::StrCat(wrapper, name);
    });
    EXPECT_EQ(Parsed(names, Of("llama")), expected) << wrapper;
  }
}

TEST(CheckpointNamesTest, OtherRoots) {
  const std::vector<std::string> plain = LlamaNames();
  const std::vector<std::string> expected = Parsed(plain, Of("llama"));
  for (const char* root :
       {"", "transformer.", "model.language_model.", "language_model.",
        "model.model.", "backbone.", "decoder.", "model.decoder.",
        "_orig_mod.transformer.", "gpt_neox.", "model.text_model.",
        "text_model."}) {
    const auto names = Changed(plain, [&](const std::string& name) {
      absl::string_view rest = name;
      return absl::ConsumePrefix(&rest, "model.") ? absl::StrCat(root, rest)
                                                  : name;
    });
    if (absl::string_view(root) == "_orig_mod.transformer.") {
      // lm_head is not wrapped: not all names begin alike.
      EXPECT_NE(Parsed(names, Of("llama")), expected);
      continue;
    }
    EXPECT_EQ(Parsed(names, Of("llama")), expected) << root;
  }
  const std::vector<std::string> gpt2 = {
      "transformer.wte.weight", "transformer.h.0.attn.c_attn.weight",
      "transformer.h.0.mlp.c_fc.weight", "transformer.ln_f.weight"};
  for (const char* root : {"", "model.", "model.transformer.", "decoder."}) {
    const auto names = Changed(gpt2, [&](const std::string& name) {
      return absl::StrReplaceAll(name, {{"transformer.", root}});
    });
    EXPECT_EQ(Parsed(names, Of("gpt2")), Parsed(gpt2, Of("gpt2"))) << root;
  }
}

TEST(CheckpointNamesTest, WrappersOfSingleModules) {
  const std::vector<std::string> plain = LlamaNames();
  for (const char* wrapper :
       {"._orig_mod.", "._checkpoint_wrapped_module.", "._fsdp_wrapped_module.",
        "._orig_mod._orig_mod.", "._fsdp_wrapped_module._orig_mod."}) {
    const auto names = Changed(plain, [&](const std::string& name) {
      return absl::StrReplaceAll(name,
                                 {{".mlp.", absl::StrCat(wrapper, "mlp.")}});
    });
    EXPECT_EQ(Parsed(names, Of("llama")), Parsed(plain, Of("llama")));
  }
}

TEST(CheckpointNamesTest, AWrongPrefixOfSomeIsNotUnderstood) {
  for (const char* wrapper : {"module.", "_orig_mod.", "transformer.", "x."}) {
    const auto names = Changed(LlamaNames(), [&](const std::string& name) {
      return name.find("layers.1.") == std::string::npos
                 ? name
                 : absl::StrCat(wrapper, name);
    });
    const std::vector<std::string> parsed = Parsed(names, Of("llama"));
    for (size_t i = 0; i < names.size(); ++i) {
      const bool is_wrong = names[i].find("layers.1.") != std::string::npos;
      EXPECT_EQ(parsed[i] == "?", is_wrong) << names[i];
    }
  }
  const auto rootless = Changed(LlamaNames(), [](const std::string& name) {
    return absl::StrReplaceAll(name, {{"model.layers.1.", "layers.1."}});
  });
  const std::vector<std::string> parsed = Parsed(rootless, Of("llama"));
  EXPECT_EQ(std::count(parsed.begin(), parsed.end(), "?"), 4);
}

// What the text model has and nobody knows is no part of another modality.
TEST(CheckpointNamesTest, UnknownTensorsOfTheTextModel) {
  const auto in_text = [](const std::string& wrapper,
                          const std::string& layers) {
    const std::vector<std::string> names = {
        wrapper + layers + "0.self_attn.q_proj.weight",
        wrapper + layers + "0.self_attn.k_proj.weight",
        wrapper + "vision_tower.layers.0.sinks"};
    const CheckpointNames of_all({names.begin(), names.end()}, Of("llama"));
    EXPECT_FALSE(of_all.IsInTextModel(names[2])) << wrapper << layers;
    return of_all.IsInTextModel(wrapper + layers + "0.self_attn.sinks");
  };
  EXPECT_TRUE(in_text("", "model.layers."));
  EXPECT_TRUE(in_text("", "language_model.model.layers."));
  EXPECT_TRUE(in_text("_orig_mod.", "language_model.model.layers."));
  EXPECT_TRUE(in_text("module.", "model.language_model.layers."));
  EXPECT_TRUE(in_text("", "text_model.layers."));
  EXPECT_TRUE(in_text("", "llm.model.layers."));
}

TEST(CheckpointNamesTest, ExpertsAndOtherModalities) {
  const std::vector<std::string> names = {
      "model.visual.blocks.0.attn.weight", "model.visual.blocks.1.attn.weight",
      "model.visual.patch_embed.weight",
      "model.language_model.layers.0.mlp.experts.7.up_proj.weight",
      "lm_head.weight"};
  EXPECT_EQ(Parsed(names, Of("qwen3_moe")),
            (std::vector<std::string>{"?", "?", "?", "blk.0.ffn_up_exps.weight",
                                      "output.weight"}));
  const CheckpointNames of_all({names.begin(), names.end()}, Of("qwen3_moe"));
  EXPECT_TRUE(of_all.IsInTextModel(names[3]));
  EXPECT_TRUE(of_all.IsInTextModel("model.language_model.layers.0.odd"));
  EXPECT_FALSE(of_all.IsInTextModel(names[0]));
  EXPECT_TRUE(Parsed({}, Of("llama")).empty());
  EXPECT_EQ(Parsed({"", "module.", "."}, Of("llama")),
            (std::vector<std::string>{"?", "?", "?"}));
}

}  // namespace
}  // namespace tessera
