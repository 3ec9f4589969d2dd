#include "converter/source/safetensors_source.h"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "converter/source/checkpoint_name.h"
#include "converter/source/merge_experts.h"
#include "formats/arena/attachment.h"
#include "formats/dtype/bfloat16.h"
#include "formats/dtype/float8.h"
#include "formats/model/architecture.h"
#include "gtest/gtest.h"
#include "tests/testing/safetensors_builder.h"

namespace tessera {
namespace {

// Of a model_type; heads are of 4 rows.
std::string Config(absl::string_view type, absl::string_view members = "") {
  return absl::StrCat(
      R"({"model_type": ")", type,
      R"(", "hidden_size": 8, "intermediate_size": 4, "num_hidden_layers": 1,
          "num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 16)",
      members, "}");
}

const std::string& kMixtral =
    *new std::string(Config("mixtral", ", \"num_local_experts\": 2"));

// A folder with these files, and no others.
std::string Folder(const std::map<std::string, std::string>& files) {
  const std::string folder = absl::StrCat(testing::TempDir(), "/checkpoint");
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  for (const auto& [name, bytes] : files) {
    std::ofstream(absl::StrCat(folder, "/", name), std::ios::binary) << bytes;
  }
  return folder;
}

absl::StatusOr<WeightSource> Open(const std::vector<TestSafetensor>& tensors,
                                  const std::string& config = "") {
  std::map<std::string, std::string> files = {
      {"model.safetensors", BuildSafetensors(tensors)}};
  if (!config.empty()) files["config.json"] = config;
  return OpenHuggingFaceFolder(Folder(files));
}

template <typename T>
std::string Bytes(const std::vector<T>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()),
                     values.size() * sizeof(T));
}

// Bytes first, first + step, ...
std::string Counting(uint64_t count, uint8_t first, uint8_t step) {
  std::string bytes;
  for (uint64_t i = 0; i < count; ++i) {
    bytes += static_cast<char>(first + i * step);
  }
  return bytes;
}

const SourceTensor* Find(const WeightSource& source, absl::string_view name) {
  for (const SourceTensor& tensor : source.tensors) {
    if (tensor.name == name) return &tensor;
  }
  ADD_FAILURE() << "no " << name;
  return nullptr;
}

bool HasNote(const WeightSource& source, absl::string_view text) {
  for (const std::string& note : source.notes) {
    if (absl::StrContains(note, text)) return true;
  }
  return false;
}

std::string ReadAll(const WeightSource& source, const SourceTensor& tensor) {
  std::string bytes(*TensorBytes(tensor.type, tensor.shape), 'x');
  source.ReadRows(tensor, 0, tensor.rows(),
                  reinterpret_cast<uint8_t*>(bytes.data()));
  return bytes;
}

uint16_t Bf16At(const std::string& bytes, uint64_t index) {
  uint16_t bits;
  std::memcpy(&bits, bytes.data() + index * 2, 2);
  return bits;
}

std::vector<float> Scales(uint64_t count) {
  std::vector<float> scales;
  for (uint64_t i = 0; i < count; ++i) {
    scales.push_back(0.37f + static_cast<float>(i) * 0.011f);
  }
  return scales;
}

// Expects the product of weights and the scales of their blocks.
void ExpectScaled(const WeightSource& source, const SourceTensor& tensor,
                  const std::string& weights, const std::vector<float>& scales,
                  uint64_t block_rows, uint64_t block_columns) {
  ASSERT_EQ(tensor.type, DType::kBF16);
  const uint64_t columns = tensor.columns();
  const uint64_t grid = (columns + block_columns - 1) / block_columns;
  const std::string read = ReadAll(source, tensor);
  for (uint64_t row = 0; row < tensor.rows(); ++row) {
    for (uint64_t column = 0; column < columns; ++column) {
      const auto bits = static_cast<uint8_t>(weights[row * columns + column]);
      const float scale =
          scales[row / block_rows * grid + column / block_columns];
      const uint16_t got = Bf16At(read, row * columns + column);
      if (std::isnan(F8E4M3ToF32(bits))) {
        EXPECT_TRUE(std::isnan(BF16ToF32(got)));
      } else {
        ASSERT_EQ(got, F32ToBF16(F8E4M3ToF32(bits) * scale))
            << row << ", " << column;
      }
    }
  }
}

TEST(SafetensorsSourceTest, ScaledBlocksReadAsBf16AtRaggedEdges) {
  struct Case {
    uint64_t rows, columns, block_rows, block_columns;
    std::string config;
  };
  const Case cases[] = {
      {256, 128, 128, 128, ""},
      {130, 200, 128, 128, ""},
      {1, 129, 128, 128, Config("deepseek_v3")},
      {65, 100, 64, 32,
       Config("deepseek_v3",
              R"(, "quantization_config": {"weight_block_size": [64, 32]})")},
  };
  for (const Case& c : cases) {
    const uint64_t grid_rows = (c.rows + c.block_rows - 1) / c.block_rows;
    const uint64_t grid_columns =
        (c.columns + c.block_columns - 1) / c.block_columns;
    const std::string weights = Counting(c.rows * c.columns, 3, 7);
    const std::vector<float> scales = Scales(grid_rows * grid_columns);
    const auto source =
        Open({{"a.weight", "F8_E4M3", {c.rows, c.columns}, weights},
              {"a.weight_scale_inv",
               "F32",
               {grid_rows, grid_columns},
               Bytes(scales)}},
             c.config);
    ASSERT_TRUE(source.ok()) << source.status();
    ASSERT_EQ(source->tensors.size(), 1u);
    EXPECT_EQ(source->tensors[0].size, c.rows * c.columns);
    ExpectScaled(*source, source->tensors[0], weights, scales, c.block_rows,
                 c.block_columns);
    // Also from the middle of a block.
    const std::string all = ReadAll(*source, source->tensors[0]);
    const uint64_t row = c.rows / 2;
    std::string one(c.columns * 2, 'x');
    source->ReadRows(source->tensors[0], row, 1,
                     reinterpret_cast<uint8_t*>(one.data()));
    EXPECT_EQ(one, all.substr(row * one.size(), one.size()));
    EXPECT_TRUE(source->RowsInPlace(source->tensors[0], 0, 1).empty());
  }
}

TEST(SafetensorsSourceTest, ScalesOfTensorsAndRows) {
  const std::string weights = Counting(3 * 5, 0x20, 1);
  const std::vector<float> three = Scales(3);
  struct Case {
    std::vector<uint64_t> shape;
    uint64_t count;
  };
  for (const Case& c : {Case{{}, 1}, Case{{1}, 1}, Case{{1, 1}, 1},
                        Case{{3}, 3}, Case{{3, 1}, 3}}) {
    const std::vector<float> scales(three.begin(), three.begin() + c.count);
    const auto source = Open({{"a.weight", "F8_E4M3", {3, 5}, weights},
                              {"a.weight_scale", "F32", c.shape, Bytes(scales)},
                              {"a.input_scale", "F32", {}, Bytes(Scales(1))}});
    ASSERT_TRUE(source.ok()) << source.status();
    ASSERT_EQ(source->tensors.size(), 1u);
    ExpectScaled(*source, source->tensors[0], weights, scales,
                 c.count == 1 ? 3 : 1, 5);
  }
}

TEST(SafetensorsSourceTest, E5M2WeightsAndBf16Scales) {
  const uint16_t scale = F32ToBF16(0.75f);
  const auto source =
      Open({{"a.weight", "F8_E5M2", {1, 2}, "\x3c\xc1"},
            {"a.weight_scale", "BF16", {1}, Bytes<uint16_t>({scale})}});
  ASSERT_TRUE(source.ok()) << source.status();
  const std::string read = ReadAll(*source, source->tensors[0]);
  EXPECT_EQ(BF16ToF32(Bf16At(read, 0)), 0.75f);
  EXPECT_EQ(BF16ToF32(Bf16At(read, 1)), -2.5f * 0.75f);
}

TEST(SafetensorsSourceTest, Float8OfACheckpointWithoutScalesStaysAsItIs) {
  const auto source = Open({{"a.weight", "F8_E4M3", {2, 2}, "abcd"},
                            {"b.weight", "F32", {1}, Bytes(Scales(1))}});
  ASSERT_TRUE(source.ok()) << source.status();
  ASSERT_EQ(source->tensors.size(), 2u);
  EXPECT_EQ(source->tensors[0].type, DType::kF8_E4M3);
  EXPECT_EQ(ReadAll(*source, source->tensors[0]), "abcd");
  EXPECT_TRUE(HasNote(*source, "1 F8 tensors have no scales"));
}

TEST(SafetensorsSourceTest, ScalesByAnyOfTheirNames) {
  const std::string weights = Counting(6, 0x30, 1);
  for (const char* name : {"a.weight_scale_inv", "a.weight_scale",
                           "a.scale_weight", "a.weight.scale", "a.scale"}) {
    const auto source = Open({{"a.weight", "F8_E4M3", {2, 3}, weights},
                              {name, "F32", {}, Bytes(Scales(1))},
                              {"a.k_scale", "F32", {}, Bytes(Scales(1))},
                              {"a.v_scale", "F32", {}, Bytes(Scales(1))}});
    ASSERT_TRUE(source.ok()) << name << source.status();
    ASSERT_EQ(source->tensors.size(), 1u) << name;
    ExpectScaled(*source, source->tensors[0], weights, Scales(1), 128, 128);
    EXPECT_TRUE(HasNote(*source, "1 of k_scale, 1 of v_scale"));
  }
}

TEST(SafetensorsSourceTest, ExponentsAreScales) {
  const auto source =
      Open({{"a.weight", "F8_E4M3", {2, 4}, std::string(8, '\x38')},  // ones
            {"a.scale", "F8_E8M0", {2, 2}, std::string("\x7f\x80\x7e\xff")}});
  ASSERT_TRUE(source.ok()) << source.status();
  const std::string read = ReadAll(*source, source->tensors[0]);
  const float expected[] = {1, 1, 2, 2, 0.5f, 0.5f};
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(BF16ToF32(Bf16At(read, i)), expected[i]) << i;
  }
  EXPECT_TRUE(std::isnan(BF16ToF32(Bf16At(read, 6))));
}

TEST(SafetensorsSourceTest, Float8WithoutItsScaleIsDamage) {
  const std::string quantized =
      Config("llama", R"(, "quantization_config": {"quant_method": "fp8"})");
  const TestSafetensor a = {"a.weight", "F8_E4M3", {2, 2}, "abcd"};
  const TestSafetensor b = {"b.weight", "F8_E4M3", {2, 2}, "abcd"};
  const TestSafetensor scale = {"b.weight_scale", "F32", {}, Bytes(Scales(1))};
  const TestSafetensor other = {"a.my_scale", "F32", {}, Bytes(Scales(1))};
  struct Case {
    std::vector<TestSafetensor> tensors;
    std::string config;
    std::string says;
  };
  for (const Case& c : {Case{{a, b, scale}, "", "other tensors have one"},
                        Case{{a, other}, "", "other tensors have one"},
                        Case{{a}, quantized, "quantization_config"},
                        Case{{a, other}, quantized, "quantization_config"}}) {
    const auto source = Open(c.tensors, c.config);
    ASSERT_TRUE(absl::IsDataLoss(source.status())) << source.status();
    EXPECT_TRUE(absl::StrContains(source.status().message(), c.says))
        << source.status();
    EXPECT_TRUE(absl::StrContains(source.status().message(),
                                  "a.weight (F8_E4M3 [2, 2]) has no scale"))
        << source.status();
  }
}

TEST(SafetensorsSourceTest, ScalesOfNothingAreRefused) {
  const TestSafetensor scale = {"a.weight_scale", "F32", {}, Bytes(Scales(1))};
  const auto alone = Open({scale});
  EXPECT_TRUE(absl::IsDataLoss(alone.status())) << alone.status();
  const auto floats = Open({scale, {"a.weight", "BF16", {1, 1}, "ab"}});
  EXPECT_TRUE(absl::IsUnimplemented(floats.status())) << floats.status();
}

TEST(SafetensorsSourceTest, TensorsWithoutAPlaceAreTold) {
  const auto source =
      Open({{"model.layers.0.self_attn.sinks", "F32", {1}, "abcd"},
            {"model.layers.0.self_attn._extra_state", "U8", {1}, "a"},
            {"model.layers.0.self_attn.rotary_emb.inv_freq", "U8", {1}, "a"}},
           Config("llama"));
  ASSERT_TRUE(source.ok()) << source.status();
  ASSERT_EQ(source->tensors.size(), 1u);
  EXPECT_TRUE(HasNote(*source,
                      "1 tensor has no place in a llama model, such as "
                      "model.layers.0.self_attn.sinks"));
  EXPECT_TRUE(HasNote(*source, "2 tensors follow from the configuration"));
}

TEST(SafetensorsSourceTest, ScalesOfAnotherShapeAreDamage) {
  const std::string weights(200 * 130, '\x38');
  struct Case {
    std::vector<uint64_t> shape;
    std::string dtype;
    std::string data;
  };
  for (const Case& c :
       {Case{{2, 1}, "F32", Bytes(Scales(2))},
        Case{{130, 1}, "F32", Bytes(Scales(130))},
        Case{{2, 2, 1}, "F32", Bytes(Scales(4))},
        Case{{2, 2}, "F64", std::string(32, '\0')}, Case{{0}, "F32", ""}}) {
    const auto source =
        Open({{"a.weight", "F8_E4M3", {200, 130}, weights},
              {"a.weight_scale_inv", c.dtype, c.shape, c.data}});
    ASSERT_TRUE(absl::IsDataLoss(source.status())) << source.status();
    const absl::string_view message = source.status().message();
    EXPECT_TRUE(absl::StrContains(message, "a.weight_scale_inv (")) << message;
    EXPECT_TRUE(absl::StrContains(message, "a.weight (F8_E4M3 [200, 130])"));
    EXPECT_TRUE(absl::StrContains(message, "model.safetensors: "));
  }
}

TEST(SafetensorsSourceTest, ScalesMayLieInAnotherShard) {
  const std::string weights = Counting(6, 0x30, 1);
  const TestSafetensorsShards shards = BuildSafetensorsShards(
      {{"a.weight_scale_inv", "F32", {1, 1}, Bytes(Scales(1))},
       {"a.weight", "F8_E4M3", {2, 3}, weights}},
      2);
  std::map<std::string, std::string> files = {
      {"model.safetensors.index.json", shards.index}};
  for (const auto& file : shards.files) files[file.name] = file.bytes;
  const auto source = OpenHuggingFaceFolder(Folder(files));
  ASSERT_TRUE(source.ok()) << source.status();
  ASSERT_EQ(source->tensors.size(), 1u);
  ExpectScaled(*source, source->tensors[0], weights, Scales(1), 128, 128);
}

// Experts' matrices w1, w2 and w3 of so many experts, of distinct bytes.
std::vector<TestSafetensor> MixtralExperts(int experts) {
  std::vector<TestSafetensor> tensors;
  for (int e = experts - 1; e >= 0; --e) {  // not in order
    for (int w = 1; w <= 3; ++w) {
      const std::vector<uint64_t> shape =
          w == 2 ? std::vector<uint64_t>{2, 4} : std::vector<uint64_t>{4, 2};
      tensors.push_back(
          {absl::StrCat("model.layers.0.block_sparse_moe.experts.", e, ".w", w,
                        ".weight"),
           "F16", shape,
           Counting(16, static_cast<uint8_t>(e * 64 + w * 16), 1)});
    }
  }
  return tensors;
}

TEST(SafetensorsSourceTest, ExpertsBecomeTensorsOfThreeDimensions) {
  std::vector<TestSafetensor> tensors = MixtralExperts(2);
  tensors.push_back({"model.layers.0.block_sparse_moe.gate.weight",
                     "F32",
                     {2, 2},
                     std::string(16, 'r')});
  const auto source = Open(tensors, kMixtral);
  ASSERT_TRUE(source.ok()) << source.status();
  ASSERT_TRUE(source->model.has_value());
  EXPECT_EQ(source->model->model_type(), "llama");
  EXPECT_EQ(source->model->num_experts(), 2u);
  ASSERT_EQ(source->tensors.size(), 4u);
  const SourceTensor& gate = *Find(*source, "blk.0.ffn_gate_exps.weight");
  EXPECT_EQ(gate.shape, (std::vector<uint64_t>{2, 4, 2}));
  EXPECT_EQ(gate.size, 32u);
  EXPECT_EQ(gate.source_name,
            "model.layers.0.block_sparse_moe.experts.*.w1.weight");
  EXPECT_EQ(ReadAll(*source, gate), Counting(16, 16, 1) + Counting(16, 80, 1));
  const SourceTensor& down = *Find(*source, "blk.0.ffn_down_exps.weight");
  EXPECT_EQ(down.shape, (std::vector<uint64_t>{2, 2, 4}));
  EXPECT_EQ(ReadAll(*source, down), Counting(16, 32, 1) + Counting(16, 96, 1));
  EXPECT_EQ(ReadAll(*source, *Find(*source, "blk.0.ffn_up_exps.weight")),
            Counting(16, 48, 1) + Counting(16, 112, 1));
  Find(*source, "blk.0.ffn_gate_inp.weight");
  source->WillNeed(gate);
  source->Drop(gate);
  EXPECT_EQ(ReadAll(*source, gate), Counting(16, 16, 1) + Counting(16, 80, 1));
}

TEST(SafetensorsSourceTest, RowsInPlaceAreThoseThatAreRead) {
  std::vector<TestSafetensor> tensors = MixtralExperts(2);
  tensors.push_back({"model.layers.0.self_attn.q_proj.weight",
                     "F16",
                     {4, 2},
                     Counting(16, 1, 1)});
  tensors.push_back({"model.norm.weight", "F16", {2}, Counting(4, 1, 1)});
  const auto source = Open(tensors, kMixtral);
  ASSERT_TRUE(source.ok()) << source.status();
  const auto in_place = [&](absl::string_view name, uint64_t first,
                            uint64_t count) {
    const auto bytes = source->RowsInPlace(*Find(*source, name), first, count);
    return std::string(bytes.begin(), bytes.end());
  };
  const SourceTensor& gate = *Find(*source, "blk.0.ffn_gate_exps.weight");
  const std::string all = ReadAll(*source, gate);
  for (uint64_t first = 0; first < 8; ++first) {
    for (uint64_t count = 1; first + count <= 8; ++count) {
      std::string read(count * 4, 'x');
      source->ReadRows(gate, first, count,
                       reinterpret_cast<uint8_t*>(read.data()));
      EXPECT_EQ(read, all.substr(first * 4, count * 4));
      const bool one_expert = first / 4 == (first + count - 1) / 4;
      EXPECT_EQ(in_place("blk.0.ffn_gate_exps.weight", first, count),
                one_expert ? read : "");
    }
  }
  EXPECT_EQ(in_place("blk.0.attn_q.weight", 0, 1), "");  // permuted
  EXPECT_EQ(in_place("output_norm.weight", 0, 1), Counting(4, 1, 1));
}

TEST(SafetensorsSourceTest, MissingExpertsAreDamage) {
  std::vector<TestSafetensor> tensors = MixtralExperts(3);
  tensors.erase(tensors.begin() + 4);  // expert 1, w2
  auto source = Open(tensors, Config("mixtral"));
  ASSERT_TRUE(absl::IsDataLoss(source.status())) << source.status();
  EXPECT_TRUE(absl::StrContains(
      source.status().message(),
      "model.layers.0.block_sparse_moe.experts.1.w2.weight is missing"))
      << source.status();
  // The last ones, which only config.json knows of.
  source = Open(MixtralExperts(1), kMixtral);
  ASSERT_TRUE(absl::IsDataLoss(source.status())) << source.status();
  EXPECT_TRUE(absl::StrContains(source.status().message(),
                                "experts.1.w1.weight is missing"));
  tensors = MixtralExperts(1);
  tensors[0].name =
      "model.layers.0.block_sparse_moe.experts.4294967295.w1.weight";
  source = Open(tensors, Config("mixtral"));
  ASSERT_TRUE(absl::IsDataLoss(source.status())) << source.status();
}

TEST(SafetensorsSourceTest, ExpertsMustBeAlike) {
  std::vector<TestSafetensor> tensors = MixtralExperts(2);
  tensors[0].shape = {2, 4};
  auto source = Open(tensors, kMixtral);
  ASSERT_TRUE(absl::IsDataLoss(source.status())) << source.status();
  EXPECT_TRUE(absl::StrContains(source.status().message(),
                                "experts.1.w1.weight (F16 [2, 4]) differs"));
  tensors = MixtralExperts(2);
  tensors[0].shape = {8};
  source = Open(tensors, kMixtral);
  ASSERT_TRUE(absl::IsDataLoss(source.status())) << source.status();
  EXPECT_TRUE(
      absl::StrContains(source.status().message(), "expected 2 dimensions"));
  source = Open(MixtralExperts(1));
  ASSERT_TRUE(source.ok()) << source.status();
  source->tensors.push_back(source->tensors[0]);
  const absl::Status twice =
      MergeExperts(CheckpointNames({source->tensors[0].name},
                                   *FindHuggingFaceArchitecture("mixtral")),
                   0, &*source);
  ASSERT_TRUE(absl::IsDataLoss(twice)) << twice;
  EXPECT_TRUE(absl::StrContains(twice.message(), "the same tensor"));
}

TEST(SafetensorsSourceTest, BiasesOfExpertsBecomeOneMatrix) {
  std::vector<TestSafetensor> tensors;
  for (int e = 1; e >= 0; --e) {
    tensors.push_back(
        {absl::StrCat("model.layers.0.mlp.experts.", e, ".up_proj.bias"),
         "F16",
         {3},
         Counting(6, static_cast<uint8_t>(e * 16), 1)});
  }
  const auto source = Open(tensors, Config("qwen2_moe"));
  ASSERT_TRUE(source.ok()) << source.status();
  ASSERT_EQ(source->tensors.size(), 1u);
  const SourceTensor& bias = *Find(*source, "blk.0.ffn_up_exps.bias");
  EXPECT_EQ(bias.shape, (std::vector<uint64_t>{2, 3}));
  EXPECT_EQ(ReadAll(*source, bias), Counting(6, 0, 1) + Counting(6, 16, 1));
}

TEST(SafetensorsSourceTest, ExpertsOfScaledWeights) {
  std::vector<TestSafetensor> tensors;
  const std::vector<float> scales = {0.5f, 2.0f};
  for (int e = 0; e < 2; ++e) {
    const std::string name =
        absl::StrCat("model.layers.3.mlp.experts.", e, ".up_proj.weight");
    tensors.push_back({name, "F8_E4M3", {2, 3}, Counting(6, 0x38, 0)});
    tensors.push_back({name + "_scale_inv",
                       "F32",
                       {1, 1},
                       Bytes(std::vector<float>{scales[e]})});
  }
  const auto source = Open(tensors, Config("deepseek_v3"));
  ASSERT_TRUE(source.ok()) << source.status();
  ASSERT_EQ(source->tensors.size(), 1u);
  const SourceTensor& up = source->tensors[0];
  EXPECT_EQ(up.name, "blk.3.ffn_up_exps.weight");
  EXPECT_EQ(up.shape, (std::vector<uint64_t>{2, 2, 3}));
  const std::string read = ReadAll(*source, up);
  for (uint64_t i = 0; i < 12; ++i) {
    EXPECT_EQ(BF16ToF32(Bf16At(read, i)), scales[i / 6]);  // 0x38 is 1
  }
}

// Rows of query and key are paired in models whose GGUF form is Llama's only.
TEST(SafetensorsSourceTest, RotatedRowsArePairedAsGgufHasThem) {
  const std::vector<TestSafetensor> tensors = {
      {"model.layers.0.self_attn.q_proj.weight",
       "I8",
       {8, 1},
       Counting(8, 0, 1)},
      {"model.layers.0.self_attn.q_proj.bias", "F16", {8}, Counting(16, 0, 1)},
      {"model.layers.0.self_attn.k_proj.weight",
       "I8",
       {4, 1},
       Counting(4, 0, 1)},
      {"model.layers.0.mlp.shared_expert.up_proj.weight", "I8", {1, 1}, "x"},
      {"model.layers.0.something.else", "I8", {1, 1}, "x"}};
  auto source = Open(tensors, kMixtral);
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(ReadAll(*source, *Find(*source, "blk.0.attn_q.weight")),
            std::string("\0\2\1\3\4\6\5\7", 8));
  EXPECT_EQ(ReadAll(*source, *Find(*source, "blk.0.attn_q.bias")),
            std::string("\0\1\4\5\2\3\6\7\10\11\14\15\12\13\16\17", 16));
  EXPECT_EQ(ReadAll(*source, *Find(*source, "blk.0.attn_k.weight")),
            std::string("\0\2\1\3", 4));
  source = Open(tensors, Config("qwen2_moe"));
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(ReadAll(*source, *Find(*source, "blk.0.attn_q.weight")),
            Counting(8, 0, 1));
  Find(*source, "blk.0.ffn_up_shexp.weight");
  EXPECT_TRUE(Find(*source, "model.layers.0.something.else")->unmapped);
  EXPECT_FALSE(Find(*source, "blk.0.attn_q.weight")->unmapped);
}

TEST(SafetensorsSourceTest, TiedEmbeddingsHaveNoOutputMatrix) {
  const std::vector<TestSafetensor> tensors = {
      {"model.embed_tokens.weight", "F32", {1, 1}, "abcd"},
      {"lm_head.weight", "F32", {1, 1}, "abcd"}};
  const auto tied =
      Open(tensors, Config("qwen2", ", \"tie_word_embeddings\": true"));
  ASSERT_TRUE(tied.ok()) << tied.status();
  ASSERT_EQ(tied->tensors.size(), 1u);
  EXPECT_EQ(tied->tensors[0].name, "token_embd.weight");
  const auto untied = Open(tensors, Config("qwen2"));
  ASSERT_TRUE(untied.ok()) << untied.status();
  EXPECT_EQ(untied->tensors.size(), 2u);
}

TEST(SafetensorsSourceTest, AnOutputMatrixThatDiffersIsKept) {
  const TestSafetensor embedding = {
      "model.embed_tokens.weight", "F32", {1, 1}, Bytes(Scales(1))};
  const std::string tied = Config("qwen2", ", \"tie_word_embeddings\": true");
  const auto differs =
      Open({embedding, {"lm_head.weight", "F32", {1, 1}, "abcd"}}, tied);
  ASSERT_TRUE(differs.ok()) << differs.status();
  EXPECT_EQ(ReadAll(*differs, *Find(*differs, "output.weight")), "abcd");
  EXPECT_FALSE(differs->model->tie_word_embeddings());
  EXPECT_TRUE(HasNote(*differs,
                      "lm_head.weight differs from "
                      "model.embed_tokens.weight"));
  const auto taller =
      Open({embedding, {"lm_head.weight", "F32", {2, 1}, "abcdabcd"}}, tied);
  EXPECT_EQ(taller->tensors.size(), 2u);
  // The same values in another type.
  const float one = 1;
  const auto same =
      Open({{"model.embed_tokens.weight", "BF16", {1, 1}, "\x80\x3f"},
            {"lm_head.weight", "F32", {1, 1}, Bytes(std::vector<float>{one})}},
           tied);
  EXPECT_EQ(same->tensors.size(), 1u);
  EXPECT_TRUE(same->model->tie_word_embeddings());
}

TEST(SafetensorsSourceTest, TheOneThatIsThereIsShared) {
  for (const char* name : {"model.embed_tokens.weight", "lm_head.weight"}) {
    for (const char* tied : {"true", "false"}) {
      const auto source = Open(
          {{name, "F32", {1, 1}, "abcd"}},
          Config("qwen2", absl::StrCat(", \"tie_word_embeddings\": ", tied)));
      ASSERT_TRUE(source.ok()) << source.status();
      EXPECT_EQ(ReadAll(*source, *Find(*source, "token_embd.weight")), "abcd");
      EXPECT_TRUE(source->model->tie_word_embeddings());
      EXPECT_EQ(HasNote(*source, "is taken for both"),
                std::string(tied) == "false");
    }
  }
}

TEST(SafetensorsSourceTest, NamesFollowTheArchitecture) {
  const std::vector<TestSafetensor> tensors = {
      {"model.layers.0.post_attention_layernorm.weight", "F32", {1}, "abcd"},
      {"model.layers.0.self_attn.rotary_emb.inv_freq", "I8", {1}, "b"}};
  const auto name_in = [&](const std::string& config) {
    const auto source = Open(tensors, config);
    EXPECT_TRUE(source.ok()) << source.status();
    EXPECT_EQ(source->tensors.size(), 1u);
    return source->tensors[0].name;
  };
  EXPECT_EQ(name_in(Config("qwen2")), "blk.0.ffn_norm.weight");
  EXPECT_EQ(name_in(Config("gemma2")), "blk.0.post_attention_norm.weight");
}

// What nobody has described is stored as it is: a later version may know it.
std::string FloatBytes(const std::vector<float>& values) {
  return Bytes(values);
}

// GGUF has the sums, in F32, so that they are exact.
TEST(SafetensorsSourceTest, NormsThatLackOneGetIt) {
  std::vector<uint16_t> weights = {F32ToBF16(0.0078125f), F32ToBF16(-2)};
  const auto source = Open(
      {{"model.norm.weight", "BF16", {2}, Bytes(weights)},
       {"model.layers.0.self_attn.q_norm.weight", "F32", {1}, FloatBytes({3})},
       {"model.layers.0.mlp.up_proj.weight", "F32", {1, 1}, FloatBytes({5})}},
      Config("gemma3_text"));
  ASSERT_TRUE(source.ok()) << source.status();
  const SourceTensor& norm = *Find(*source, "output_norm.weight");
  EXPECT_EQ(norm.type, DType::kF32);
  EXPECT_EQ(ReadAll(*source, norm), FloatBytes({1.0078125f, -1}));
  EXPECT_EQ(ReadAll(*source, *Find(*source, "blk.0.attn_q_norm.weight")),
            FloatBytes({4}));
  EXPECT_EQ(ReadAll(*source, *Find(*source, "blk.0.ffn_up.weight")),
            FloatBytes({5}));
  EXPECT_TRUE(absl::IsUnimplemented(
      Open({{"model.norm.weight", "I8", {2}, "ab"}}, Config("gemma2"))
          .status()));
}

constexpr char kGpt2[] = R"({"model_type": "gpt2", "n_embd": 2, "n_head": 1,
    "n_layer": 1, "n_positions": 4, "vocab_size": 16})";

TEST(SafetensorsSourceTest, TransposedMatricesOfGpt2) {
  const auto source =
      Open({{"h.0.attn.c_attn.weight", "F16", {2, 3}, "aabbccddeeff"},
            {"h.0.attn.c_attn.bias", "F16", {3}, "112233"},
            {"h.0.attn.bias", "I8", {1, 1, 2, 2}, "mask"},
            {"wpe.weight", "I8", {2, 1}, "xy"},
            {"transformer.h.0.ln_1.weight", "I8", {1}, "n"}},
           kGpt2);
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(source->tensors.size(), 4u);
  const SourceTensor& qkv = *Find(*source, "blk.0.attn_qkv.weight");
  EXPECT_EQ(qkv.shape, (std::vector<uint64_t>{3, 2}));
  EXPECT_EQ(ReadAll(*source, qkv), "aaddbbeeccff");
  std::string row(4, 'x');
  source->ReadRows(qkv, 1, 1, reinterpret_cast<uint8_t*>(row.data()));
  EXPECT_EQ(row, "bbee");
  EXPECT_TRUE(source->RowsInPlace(qkv, 0, 1).empty());
  EXPECT_EQ(ReadAll(*source, *Find(*source, "blk.0.attn_qkv.bias")), "112233");
  EXPECT_EQ(ReadAll(*source, *Find(*source, "position_embd.weight")), "xy");
  Find(*source, "blk.0.attn_norm.weight");
  // No matrix stays as it is; converter/check_model.h refuses it.
  const auto vector = Open({{"h.0.mlp.c_fc.weight", "I8", {2}, "ab"}}, kGpt2);
  ASSERT_TRUE(vector.ok()) << vector.status();
  EXPECT_FALSE(Find(*vector, "blk.0.ffn_up.weight")->transposed);
}

// Two heads of one row each.
TEST(SafetensorsSourceTest, QueriesKeysAndValuesOfEachHeadOfGptNeoX) {
  const std::vector<TestSafetensor> tensors = {
      {"gpt_neox.layers.0.attention.query_key_value.weight",
       "I8",
       {12, 1},
       "aAbBcCdDeEfF"},
      {"gpt_neox.layers.0.attention.query_key_value.bias",
       "F16",
       {6},
       "aabbccddeeff"}};
  const auto source = Open(tensors, Config("gpt_neox", ", \"rotary_pct\": 1"));
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(ReadAll(*source, *Find(*source, "blk.0.attn_qkv.weight")),
            "aAdDbBeEcCfF");
  EXPECT_EQ(ReadAll(*source, *Find(*source, "blk.0.attn_qkv.bias")),
            "aaddbbeeccff");
  // Seven rows are no two heads of three parts.
  const auto uneven =
      Open({{"gpt_neox.layers.0.attention.query_key_value.weight",
             "I8",
             {7, 1},
             "abcdefg"}},
           Config("gpt_neox", ", \"rotary_pct\": 1"));
  ASSERT_TRUE(uneven.ok()) << uneven.status();
  EXPECT_EQ(uneven->tensors[0].qkv_heads, 0u);
}

TEST(SafetensorsSourceTest, NormsOfSingleHeadsBecomeOneTensor) {
  const std::string q = "model.layers.0.self_attn.q_layernorm.norms.";
  const std::string k = "model.layers.0.self_attn.k_layernorm.norms.";
  const auto source =
      Open({{q + "1.weight", "I8", {4}, "efgh"},
            {q + "0.weight", "I8", {4}, "abcd"},
            {k + "0.weight", "I8", {4}, "wxyz"}},
           Config("stablelm",
                  ", \"qk_layernorm\": true, \"partial_rotary_factor\": 1"));
  ASSERT_TRUE(source.ok()) << source.status();
  const SourceTensor& norm = *Find(*source, "blk.0.attn_q_norm.weight");
  EXPECT_EQ(norm.shape, (std::vector<uint64_t>{2, 4}));
  EXPECT_EQ(ReadAll(*source, norm), "abcdefgh");
  EXPECT_EQ(Find(*source, "blk.0.attn_k_norm.weight")->shape,
            (std::vector<uint64_t>{1, 4}));
}

TEST(SafetensorsSourceTest, FactorsOfConfigJsonBecomeTensors) {
  const auto source =
      Open({{"model.norm.weight", "I8", {1}, "a"}},
           Config("phi3", R"(, "max_position_embeddings": 64, "rope_scaling":
          {"type": "su", "long_factor": [2, 3], "short_factor": [1, 1.5],
           "original_max_position_embeddings": 32})"));
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(ReadAll(*source, *Find(*source, "rope_factors_long.weight")),
            FloatBytes({2, 3}));
  EXPECT_EQ(ReadAll(*source, *Find(*source, "rope_factors_short.weight")),
            FloatBytes({1, 1.5}));
}

// The text of a checkpoint of several modalities, as transformers has written
// it before and after 4.52.
TEST(SafetensorsSourceTest, OtherModalitiesAreLeftOut) {
  const std::string config = absl::StrCat(
      R"({"model_type": "mistral3", "vision_config": {}, "text_config": )",
      Config("mistral"), "}");
  for (const char* prefix :
       {"language_model.model.", "model.language_model."}) {
    const auto source =
        Open({{absl::StrCat(prefix, "layers.0.mlp.up_proj.weight"),
               "I8",
               {1, 1},
               "a"},
              {absl::StrCat(prefix, "layers.0.mlp.odd.weight"), "I8", {1}, "b"},
              {"lm_head.weight", "I8", {1, 1}, "c"},
              {"vision_tower.layers.0.mlp.up_proj.weight", "I8", {1}, "d"},
              {"model.vision_tower.norm.weight", "I8", {1}, "e"},
              {"multi_modal_projector.linear.weight", "I8", {1}, "f"}},
             config);
    ASSERT_TRUE(source.ok()) << source.status();
    EXPECT_EQ(source->tensors.size(), 3u);
    EXPECT_FALSE(Find(*source, "blk.0.ffn_up.weight")->unmapped);
    // Without an embedding it is that too.
    EXPECT_FALSE(Find(*source, "token_embd.weight")->unmapped);
    bool is_noted = false;
    for (const std::string& note : source->notes) {
      is_noted =
          is_noted || note ==
                          "only what continues a text is converted; left out "
                          "are tensors: 1 of multi_modal_projector, 2 of "
                          "vision_tower";
    }
    EXPECT_TRUE(is_noted);
  }
}

TEST(SafetensorsSourceTest, AnArchitectureThatIsNotDescribedKeepsItsNames) {
  std::vector<TestSafetensor> tensors = MixtralExperts(2);
  tensors.push_back({"lm_head.weight", "I8", {1, 1}, "a"});
  tensors.push_back(
      {"model.layers.0.self_attn.q_proj.weight", "I8", {4, 1}, "abcd"});
  tensors.push_back(
      {"model.layers.0.self_attn.rotary_emb.inv_freq", "I8", {1}, "b"});
  const auto source =
      Open(tensors,
           R"({"model_type": "unheard_of", "tie_word_embeddings": true,
               "num_attention_heads": 2, "num_experts": 8})");
  ASSERT_TRUE(source.ok()) << source.status();
  ASSERT_EQ(source->tensors.size(), tensors.size());
  for (const SourceTensor& tensor : source->tensors) {
    EXPECT_EQ(tensor.name, tensor.source_name);
  }
  EXPECT_EQ(ReadAll(*source,
                    *Find(*source, "model.layers.0.self_attn.q_proj.weight")),
            "abcd");
}

TEST(SafetensorsSourceTest, NamesOfTheCheckpointWithoutConfig) {
  const auto source = Open(MixtralExperts(1));
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(source->tensors.size(), 3u);
  EXPECT_EQ(source->tensors[0].name, source->tensors[0].source_name);
  EXPECT_TRUE(source->tensors[0].unmapped);
  EXPECT_TRUE(source->attachments.empty());
}

// Names and rows stay, every tensor too; nothing else is missing.
TEST(SafetensorsSourceTest, ArchitecturesThatAreNotDescribedStayAsTheyAre) {
  std::vector<TestSafetensor> tensors = MixtralExperts(2);
  tensors.push_back({"model.layers.0.self_attn.q_proj.weight",
                     "I8",
                     {8, 1},
                     Counting(8, 0, 1)});
  tensors.push_back({"lm_head.weight", "F32", {1, 1}, "abcd"});
  tensors.push_back(
      {"model.layers.0.self_attn.rotary_emb.inv_freq", "F32", {1}, "abcd"});
  const auto source =
      Open(tensors, Config("bloom", ", \"tie_word_embeddings\": true"));
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(source->tensors.size(), tensors.size());
  for (const SourceTensor& tensor : source->tensors) {
    EXPECT_EQ(tensor.name, tensor.source_name);
    EXPECT_TRUE(tensor.unmapped);
  }
  EXPECT_EQ(ReadAll(*source,
                    *Find(*source, "model.layers.0.self_attn.q_proj.weight")),
            Counting(8, 0, 1));
  EXPECT_EQ(source->model->model_type(), "bloom");
  EXPECT_EQ(source->notes.front(),
            "config.json: model_type: 'bloom' is not known");
}

// What this version does not understand is attached, and said.
TEST(SafetensorsSourceTest, FilesBesideTheWeightsAreKept) {
  const std::string words = R"({"model": {"type": "WordPiece"}})";
  const std::map<std::string, std::string> files = {
      {"config.json", Config("bloom")},
      {"generation_config.json", "{}"},
      {"tokenizer.json", words},
      {"tokenizer_config.json",
       R"({"model_max_length": 1000000000000000019884624838656})"},
      {"tokenizer.model", std::string("\0binary", 7)},
      {"special_tokens_map.json", "{}"},
      {"added_tokens.json", "{}"},
      {"vocab.json", "{}"},
      {"merges.txt", "a b"},
      {"chat_template.jinja", "{{ x }}"},
      {"chat_template.json", "{}"}};
  std::map<std::string, std::string> folder = files;
  folder["model.safetensors"] =
      BuildSafetensors({{"a.weight", "I8", {1, 1}, "x"}});
  folder["README.md"] = "not kept";
  const auto source = OpenHuggingFaceFolder(Folder(folder));
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_FALSE(source->tokenizer.has_value());
  ASSERT_EQ(source->notes.size(), 2u);
  EXPECT_TRUE(absl::StrContains(source->notes[1], "'WordPiece'"));
  ASSERT_EQ(source->attachments.size(), files.size());
  for (const PackedAttachment& packed : source->attachments) {
    const std::vector<uint8_t> stored(packed.stored.begin(),
                                      packed.stored.end());
    EXPECT_EQ(ReadAttachment(AttachmentProto(packed, 0), stored).value(),
              files.at(packed.name));
  }
  EXPECT_EQ(source->attachments[0].name, "config.json");
}

TEST(SafetensorsSourceTest, RefusesImpossibleConfigurations) {
  for (const char* config : {"{", R"({"model_type": "mixtral"})",
                             R"({"model_type": "x", "model_type": "y"})",
                             R"({"model_type": "x", "quantization_config":
            {"weight_block_size": [128]}})",
                             R"({"model_type": "x", "quantization_config":
            {"weight_block_size": [0, 128]}})"}) {
    const auto source = Open(MixtralExperts(1), config);
    EXPECT_TRUE(absl::IsDataLoss(source.status())) << config;
    EXPECT_TRUE(absl::StrContains(source.status().message(), "config.json"));
  }
}

}  // namespace
}  // namespace tessera
