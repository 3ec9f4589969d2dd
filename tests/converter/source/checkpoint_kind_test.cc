#include "converter/source/checkpoint_kind.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "converter/source/gguf_source.h"
#include "converter/source/safetensors_source.h"
#include "gtest/gtest.h"
#include "tests/testing/gguf_builder.h"
#include "tests/testing/safetensors_builder.h"

namespace tessera {
namespace {

struct Named {
  std::string name;
  std::string dtype;
  std::vector<uint64_t> shape;
};

uint64_t BytesOf(const Named& tensor) {
  const auto type = DTypeFromName(tensor.dtype);
  return *TensorBytes(*type, tensor.shape);
}

std::string Folder() {
  const std::string folder = absl::StrCat(testing::TempDir(), "/kind");
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

// Opens the tensors as a file, with config.json beside it if there is one.
absl::StatusOr<WeightSource> Open(const std::vector<Named>& tensors,
                                  const std::string& config = "",
                                  const SourceOptions& options = {}) {
  const std::string folder = Folder();
  std::vector<TestSafetensor> built;
  for (const Named& tensor : tensors) {
    built.push_back({tensor.name, tensor.dtype, tensor.shape,
                     std::string(BytesOf(tensor), '\1')});
  }
  std::ofstream(folder + "/x.safetensors", std::ios::binary)
      << BuildSafetensors(built);
  if (!config.empty()) std::ofstream(folder + "/config.json") << config;
  return OpenSafetensorsSource(folder + "/x.safetensors", options);
}

void ExpectNamed(const std::vector<Named>& tensors, absl::string_view what,
                 const std::string& config = "") {
  const auto source = Open(tensors, config);
  ASSERT_TRUE(absl::IsUnimplemented(source.status()))
      << what << ": " << source.status();
  const absl::string_view message = source.status().message();
  EXPECT_TRUE(absl::StrContains(message, "x.safetensors: this is ")) << message;
  EXPECT_TRUE(absl::StrContains(message, absl::StrCat(what, ", which is not")))
      << message;
  EXPECT_TRUE(absl::StrContains(message, "--tensors_only")) << message;
  EXPECT_LT(message.size(), 700u) << message;
  const auto as_they_are = Open(tensors, config, {.tensors_only = true});
  ASSERT_TRUE(as_they_are.ok()) << as_they_are.status();
  ASSERT_EQ(as_they_are->tensors.size(), tensors.size());
  for (const SourceTensor& tensor : as_they_are->tensors) {
    EXPECT_EQ(tensor.name, tensor.source_name);
    EXPECT_FALSE(tensor.scales.has_value());
  }
}

constexpr char kModule[] = "model.layers.0.mlp.up_proj";

Named Of(absl::string_view end, const std::string& dtype,
         std::vector<uint64_t> shape) {
  return {absl::StrCat(kModule, end), dtype, std::move(shape)};
}

TEST(CheckpointKindTest, GptqAndAwq) {
  const std::vector<Named> gptq = {Of(".qweight", "I32", {4, 32}),
                                   Of(".qzeros", "I32", {1, 4}),
                                   Of(".scales", "F16", {1, 32})};
  std::vector<Named> with_order = gptq;
  with_order.push_back(Of(".g_idx", "I32", {32}));
  ExpectNamed(with_order, "a GPTQ checkpoint");
  ExpectNamed(gptq, "a GPTQ checkpoint");
  const std::vector<Named> awq = {Of(".qweight", "I32", {32, 4}),
                                  Of(".qzeros", "I32", {1, 4}),
                                  Of(".scales", "F16", {1, 32})};
  ExpectNamed(awq, "an AWQ checkpoint");
  // What config.json says goes before what they look like.
  const auto config = [](absl::string_view method) {
    return absl::StrCat(R"({"quantization_config": {"quant_method": ")", method,
                        R"(", "bits": 4}})");
  };
  ExpectNamed(gptq, "an AutoRound checkpoint", config("auto-round"));
  ExpectNamed(gptq, "an AWQ checkpoint", config("awq"));
  ExpectNamed(gptq, "a GPTQ checkpoint", config("never heard of"));
}

TEST(CheckpointKindTest, PackedWeightsByTheirTensors) {
  struct Case {
    std::string what;
    std::vector<Named> tensors;
  };
  const Case cases[] = {
      {"a bitsandbytes checkpoint (4 bits)",
       {Of(".weight", "U8", {512, 1}), Of(".weight.absmax", "U8", {16}),
        Of(".weight.quant_state.bitsandbytes__nf4", "U8", {9})}},
      {"a bitsandbytes checkpoint (8 bits)",
       {Of(".weight", "I8", {4, 4}), Of(".SCB", "F32", {4})}},
      {"a compressed-tensors checkpoint (packed)",
       {Of(".weight_packed", "I32", {32, 4}),
        Of(".weight_scale", "BF16", {32, 1}), Of(".weight_shape", "I64", {2})}},
      {"a compressed-tensors checkpoint (NVFP4)",
       {Of(".weight_packed", "U8", {32, 16}),
        Of(".weight_scale", "F8_E4M3", {32, 2}),
        Of(".weight_global_scale", "F32", {1})}},
      {"a compressed-tensors checkpoint (sparse)",
       {Of(".compressed", "BF16", {8}), Of(".bitmask", "U8", {8})}},
      {"a checkpoint of 8-bit integers with scales",
       {Of(".weight", "I8", {4, 4}), Of(".weight_scale", "BF16", {4, 1})}},
      {"an NVFP4 checkpoint (ModelOpt)",
       {Of(".weight", "U8", {32, 16}), Of(".weight_scale", "F8_E4M3", {32, 2}),
        Of(".weight_scale_2", "F32", {})}},
      {"an MXFP8 checkpoint",
       {Of(".weight", "F8_E4M3", {32, 32}),
        Of(".weight_scale", "U8", {32, 1})}},
      {"a checkpoint of F8 weights of AMD's kind",
       {Of(".weight", "F8_E4M3FNUZ", {4, 4}), Of(".weight_scale", "F32", {1})}},
      {"an MLX checkpoint (quantized)",
       {Of(".weight", "U32", {4, 4}), Of(".scales", "F16", {4, 1}),
        Of(".biases", "F16", {4, 1})}},
      {"an HQQ checkpoint", {Of(".W_q", "U8", {4, 4})}},
      {"an EETQ checkpoint",
       {Of(".weight", "I8", {4, 4}), Of(".weight_scales", "F16", {4})}},
      {"a Quanto checkpoint",
       {Of(".weight._data", "I8", {4, 4}), Of(".weight._scale", "F32", {4})}},
      {"a Quanto checkpoint",
       {Of(".weight._data._data", "U8", {4, 4}),
        Of(".weight._scale", "BF16", {4, 1})}},
      {"a GPTQ checkpoint (Marlin)",
       {Of(".B", "I32", {2, 8}), Of(".s", "F16", {1, 4})}},
      {"a GPTQ checkpoint (Marlin)",
       {Of(".B_24", "I32", {1, 8}), Of(".B_meta", "I32", {1, 8}),
        Of(".s", "F16", {1, 4})}},
      {"a torchao checkpoint (4 bits)",
       {Of(".weight", "I32", {1, 1, 32, 4}),
        Of(".scale_and_zero", "BF16", {1, 8, 2})}},
      {"a torchao checkpoint", {Of("._weight_qdata", "I8", {4, 4})}},
      {"an AQLM checkpoint",
       {Of(".codes", "I16", {4, 4, 1}), Of(".codebooks", "F16", {1, 4, 1, 8})}},
      {"a VPTQ checkpoint",
       {Of(".indices", "I32", {1, 4, 8}),
        Of(".centroids.weight", "F16", {1, 8})}},
      {"a SpQR checkpoint",
       {Of(".dense_weights", "I64", {4}), Of(".row_offsets", "I32", {5})}},
      {"an EXL2 checkpoint",
       {Of(".q_weight", "I32", {4, 4}), Of(".q_scale", "I32", {1, 4})}},
      {"an EXL3 checkpoint",
       {Of(".trellis", "I16", {2, 2, 48}), Of(".suh", "F16", {4}),
        Of(".svh", "F16", {4})}},
      {"a QuIP# checkpoint", {Of(".Qidxs", "I64", {4, 4})}},
      {"an SVDQuant checkpoint",
       {Of(".qweight", "I8", {4, 4}), Of(".wscales", "BF16", {1, 4})}},
      {"a checkpoint with weights of 4 bits or fewer",
       {Of(".weight", "U8", {1, 4}), Of(".weight_scale", "BF16", {1})}},
  };
  for (const Case& c : cases) ExpectNamed(c.tensors, c.what);
}

// What config.json says, where it says more than tensors do.
TEST(CheckpointKindTest, ConfiguredMethodsAreNamed) {
  const auto config = [](absl::string_view members) {
    return absl::StrCat(R"({"quantization_config": {)", members, "}}");
  };
  const std::vector<Named> modelopt = {Of(".weight", "U8", {32, 16}),
                                       Of(".weight_scale", "F32", {32, 2}),
                                       Of(".weight_scale_2", "F32", {})};
  for (const char* method : {"", R"("quant_method": "modelopt", )"}) {
    const auto algorithm = [&](absl::string_view name) {
      return config(absl::StrCat(method, R"("quant_algo": ")", name, "\""));
    };
    ExpectNamed(modelopt, "a ModelOpt checkpoint (W4A8_AWQ)",
                algorithm("W4A8_AWQ"));
    ExpectNamed(modelopt, "an NVFP4 checkpoint (ModelOpt)", algorithm("NVFP4"));
    ExpectNamed({Of(".weight", "I8", {4, 4}), Of(".weight_scale", "F32", {4})},
                "a ModelOpt checkpoint (W8A8_SQ_PER_CHANNEL)",
                algorithm("W8A8_SQ_PER_CHANNEL"));
    ExpectNamed({Of(".weight", "U8", {4, 4})},
                "a ModelOpt checkpoint (MIXED_PRECISION)",
                algorithm("MIXED_PRECISION"));
    ExpectNamed(modelopt, "an NVFP4 checkpoint (ModelOpt)", algorithm("a b"));
    ExpectNamed(modelopt, "an NVFP4 checkpoint (ModelOpt)",
                algorithm(std::string(1000, 'x')));
  }
  ExpectNamed({Of(".qweight", "I8", {4, 4}), Of(".scales", "F16", {4, 1}),
               Of(".zeros", "F16", {4, 1})},
              "a BitBLAS checkpoint", config(R"("quant_method": "bitblas")"));
  ExpectNamed({Of(".B", "I32", {2, 8}), Of(".s", "F16", {1, 4})},
              "a GPTQ checkpoint (Marlin)",
              config(R"("quant_method": "gptq")"));
}

TEST(CheckpointKindTest, Adapters) {
  const std::string module = "base_model.model.model.layers.0.self_attn.q_proj";
  struct Case {
    absl::string_view what;
    std::vector<std::string> names;
  };
  const Case cases[] = {
      {"a LoRA adapter",
       {module + ".lora_A.weight", module + ".lora_B.weight"}},
      {"a LoRA adapter", {module + ".lora_A.default.weight"}},
      {"a LoRA adapter", {module + ".lora_embedding_A"}},
      {"a DoRA adapter",
       {module + ".lora_A.weight", module + ".lora_magnitude_vector"}},
      {"a LoRA adapter",
       {"lora_unet_a.lora_down.weight", "lora_unet_a.lora_up.weight"}},
      {"a LoRA adapter", {"layers.0.q_proj.lora_a", "layers.0.q_proj.lora_b"}},
      {"a LoHa adapter", {module + ".hada_w1_a"}},
      {"a LoKr adapter", {module + ".lokr_w1"}},
      {"an IA3 adapter", {module + ".ia3_l"}},
      {"a VeRA adapter", {module + ".vera_lambda_b"}},
      {"a tuned prompt", {"prompt_embeddings"}},
      {"a tuned prompt", {"prompt_embeddings", "mlp_head.0.weight"}},
      {"a model with a LoRA adapter that is not merged",
       {"model.layers.0.self_attn.q_proj.base_layer.weight",
        "model.layers.0.self_attn.q_proj.lora_A.default.weight"}},
  };
  for (const Case& c : cases) {
    std::vector<Named> tensors;
    for (const std::string& name : c.names) {
      tensors.push_back({name, "F32", {2, 2}});
    }
    ExpectNamed(tensors, c.what);
  }
}

TEST(CheckpointKindTest, MethodsOfConfigJsonNeedTensorsThatAreNotPlain) {
  const std::string config =
      R"({"quantization_config": {"quant_method": "frob"}})";
  ExpectNamed({Of(".weight", "U8", {4, 4})}, "a quantized checkpoint", config);
  ExpectNamed({Of(".weight", "I8", {4, 4})}, "a bitsandbytes checkpoint",
              R"({"quantization_config": {"load_in_8bit": true}})");
  ExpectNamed({Of(".weight", "U32", {4, 4})}, "an MLX checkpoint (quantized)",
              R"({"quantization": {"group_size": 64, "bits": 4}})");
  EXPECT_TRUE(Open({Of(".weight", "BF16", {4, 4})}, config).ok());
  EXPECT_TRUE(Open({Of(".weight", "U8", {4, 4})}).ok());
}

TEST(CheckpointKindTest, OtherTensorsMerelyConvert) {
  for (const std::vector<Named>& tensors :
       {std::vector<Named>{{"model.diffusion_model.input_blocks.0.0.weight",
                            "F16",
                            {2, 4, 3, 3}},
                           {"cond_stage_model.position_ids", "I64", {1, 4}}},
        std::vector<Named>{{"quantizer.codebook.embed", "F32", {4, 8}},
                           {"encoder.indices", "I32", {4}},
                           {"encoder.scales", "F32", {4}},
                           {"residual_blocks", "U8", {4}}},
        std::vector<Named>{{"table.weight", "I8", {4, 4}},
                           {"layers.0.attn.W_q", "F32", {4, 4}}},
        // Neural codecs, and networks that use names of others.
        std::vector<Named>{{"quantizer.codes", "F32", {4, 4}},
                           {"quantizer.codebooks", "F32", {4, 4}}},
        std::vector<Named>{{"a.weight_packed", "BF16", {4, 4}},
                           {"b.weight_packed", "F32", {4, 4}}},
        std::vector<Named>{{"a.qweight", "F32", {4, 4}},
                           {"a.scales", "F32", {4, 1}}},
        std::vector<Named>{{"a.indices", "F16", {4, 4}},
                           {"a.centroids.weight", "F16", {4, 4}}},
        std::vector<Named>{{"a.B", "F32", {4, 4}}, {"a.s", "F32", {4}}},
        std::vector<Named>{{"a.weight", "F8_E4M3", {4, 4}},
                           {"a.weight_scale", "F32", {1}}}}) {
    const auto source = Open(tensors);
    EXPECT_TRUE(source.ok()) << source.status();
  }
  // A table of prompts is a part of a network.
  std::vector<Named> network = {{"enc.prompt_embeddings", "F32", {4, 4}}};
  for (int i = 0; i < 9; ++i) {
    network.push_back({absl::StrCat("enc.", i, ".weight"), "F32", {4, 4}});
  }
  EXPECT_TRUE(Open(network).ok());
}

TEST(CheckpointKindTest, LongAndOddNamesStayShort) {
  const auto source = Open({{std::string(100'000, 'x') + ".SCB", "F32", {4}},
                            {"\\u001b[31m.lora_A.weight", "F32", {4}}});
  ASSERT_TRUE(absl::IsUnimplemented(source.status())) << source.status();
  EXPECT_LT(source.status().message().size(), 600u);
  EXPECT_FALSE(absl::StrContains(source.status().message(), "\x1b"));
}

TEST(CheckpointKindTest, GgufFilesThatAreNoModels) {
  struct Case {
    const char* key;
    const char* value;
    const char* what;
  };
  for (const Case& c :
       {Case{"general.type", "adapter", "this is a LoRA adapter, not a model"},
        Case{"general.type", "imatrix", "--imatrix"},
        Case{"general.architecture", "controlvector", "a control vector"},
        Case{"general.type", "mmproj", "GGUF file of the model itself"},
        Case{"general.architecture", "clip", "GGUF file of the model"}}) {
    GgufMetadata metadata;
    metadata.Append(c.key, GgufValue::String(c.value));
    const std::string path = Folder() + "/x.gguf";
    std::ofstream(path, std::ios::binary)
        << BuildGguf(metadata, {{"a.weight", DType::kF32, {4}, ""}});
    const auto source = OpenGgufSource(path);
    ASSERT_TRUE(absl::IsUnimplemented(source.status())) << source.status();
    EXPECT_TRUE(absl::StrContains(source.status().message(), c.what))
        << source.status();
    EXPECT_TRUE(absl::StrContains(source.status().message(), "x.gguf: "));
    EXPECT_TRUE(OpenGgufSource(path, {.tensors_only = true}).ok());
  }
  GgufMetadata model;
  model.Append("general.type", GgufValue::String("model"));
  EXPECT_TRUE(CheckGgufKind(model).ok());
  EXPECT_TRUE(CheckGgufKind({}).ok());
}

}  // namespace
}  // namespace tessera
