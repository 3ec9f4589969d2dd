// Experts of a layer that are not alike, and layers that are not.
#include "converter/source/merge_experts.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "converter/source/part_form.h"
#include "converter/source/safetensors_source.h"
#include "formats/dtype/bfloat16.h"
#include "formats/dtype/float16.h"
#include "gtest/gtest.h"
#include "tests/testing/safetensors_builder.h"

namespace tessera {
namespace {

constexpr int kValues = 8;  // of a matrix of [4, 2]

float ValueOf(int expert, int index) {
  return static_cast<float>(expert * 16 + index);  // exact in all types
}

template <typename T, typename Convert>
std::string Stored(int expert, Convert convert) {
  std::string bytes;
  for (int i = 0; i < kValues; ++i) {
    const T value = convert(ValueOf(expert, i));
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  return bytes;
}

std::string StoredAs(absl::string_view dtype, int expert) {
  if (dtype == "F64") {
    return Stored<double>(expert, [](float v) { return double{v}; });
  }
  if (dtype == "F32") return Stored<float>(expert, [](float v) { return v; });
  if (dtype == "F16") return Stored<uint16_t>(expert, F32ToF16);
  if (dtype == "BF16") return Stored<uint16_t>(expert, F32ToBF16);
  return std::string(kValues, '\x38');  // F8_E4M3: 1; I8: 56
}

std::string NameOf(int layer, int expert) {
  return absl::StrCat("model.layers.", layer, ".block_sparse_moe.experts.",
                      expert, ".w1.weight");
}

// w1 of an expert of each type, in one layer.
std::vector<TestSafetensor> Experts(const std::vector<std::string>& dtypes,
                                    int layer = 0) {
  std::vector<TestSafetensor> tensors;
  for (int e = 0; e < static_cast<int>(dtypes.size()); ++e) {
    tensors.push_back(
        {NameOf(layer, e), dtypes[e], {4, 2}, StoredAs(dtypes[e], e)});
  }
  return tensors;
}

TestSafetensor Router(int layer, uint64_t rows) {
  return {absl::StrCat("model.layers.", layer, ".block_sparse_moe.gate.weight"),
          "F32",
          {rows, 2},
          std::string(rows * 8, '\0')};
}

absl::StatusOr<WeightSource> Open(const std::vector<TestSafetensor>& tensors,
                                  absl::string_view experts = "4") {
  const std::string folder = absl::StrCat(testing::TempDir(), "/experts");
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/model.safetensors", std::ios::binary)
      << BuildSafetensors(tensors);
  std::ofstream(folder + "/config.json") << absl::StrCat(
      R"({"model_type": "mixtral", "hidden_size": 2, "intermediate_size": 4,
          "num_hidden_layers": 2, "num_attention_heads": 1,
          "num_key_value_heads": 1, "head_dim": 2, "vocab_size": 4,
          "num_local_experts": )",
      experts, "}");
  return OpenHuggingFaceFolder(folder);
}

const SourceTensor& Merged(const WeightSource& source, int layer = 0) {
  const std::string name = absl::StrCat("blk.", layer, ".ffn_gate_exps.weight");
  for (const SourceTensor& tensor : source.tensors) {
    if (tensor.name == name) return tensor;
  }
  ADD_FAILURE() << "no " << name;
  return source.tensors[0];
}

// Expects the values of all experts, read as one and row by row.
void ExpectValues(const WeightSource& source, const SourceTensor& tensor) {
  std::string all(*TensorBytes(tensor.type, tensor.shape), 'x');
  source.ReadRows(tensor, 0, tensor.rows(),
                  reinterpret_cast<uint8_t*>(all.data()));
  std::string expected;
  for (int e = 0; e < static_cast<int>(tensor.shape[0]); ++e) {
    expected += StoredAs(DTypeName(tensor.type), e);
  }
  EXPECT_EQ(all, expected);
  std::string by_row;
  std::string row(*RowBytes(tensor.type, 2), 'x');
  for (uint64_t i = 0; i < tensor.rows(); ++i) {
    source.ReadRows(tensor, i, 1, reinterpret_cast<uint8_t*>(row.data()));
    by_row += row;
    EXPECT_TRUE(source.RowsInPlace(tensor, i, 1).empty());
  }
  EXPECT_EQ(by_row, expected);
}

TEST(MergeExpertsTest, TypesOfOneLayerAreWidened) {
  struct Case {
    std::vector<std::string> dtypes;
    DType expected;
  };
  for (const Case& c : {Case{{"BF16", "F32", "BF16", "BF16"}, DType::kF32},
                        Case{{"F16", "BF16", "F16", "BF16"}, DType::kF32},
                        Case{{"F64", "F32", "F16", "BF16"}, DType::kF64},
                        Case{{"F32", "F32", "F32", "BF16"}, DType::kF32}}) {
    const auto source = Open(Experts(c.dtypes));
    ASSERT_TRUE(source.ok()) << source.status();
    const SourceTensor& tensor = Merged(*source);
    EXPECT_EQ(tensor.type, c.expected);
    EXPECT_EQ(tensor.shape, (std::vector<uint64_t>{4, 4, 2}));
    uint64_t bytes = 0;
    for (size_t i = 0; i < tensor.parts.size(); ++i) {
      bytes += tensor.PartBytes(i);
    }
    EXPECT_EQ(bytes, tensor.size);
    ExpectValues(*source, tensor);
    bool is_told = false;
    for (const std::string& note : source->notes) {
      is_told = is_told || absl::StrContains(note, "as different types");
    }
    EXPECT_TRUE(is_told);
    source->WillNeed(tensor);
    source->Drop(tensor);
    ExpectValues(*source, tensor);
  }
}

TEST(MergeExpertsTest, ScaledFloat8BesideOtherFloats) {
  std::vector<TestSafetensor> tensors = Experts({"BF16", "BF16"});
  tensors[1].dtype = "F8_E4M3";
  tensors[1].data = std::string(kValues, '\x38');
  const float scale = 0.5f;
  tensors.push_back({NameOf(0, 1) + "_scale_inv",
                     "F32",
                     {1, 1},
                     std::string(reinterpret_cast<const char*>(&scale), 4)});
  const auto source = Open(tensors, "2");
  ASSERT_TRUE(source.ok()) << source.status();
  const SourceTensor& tensor = Merged(*source);
  EXPECT_EQ(tensor.type, DType::kBF16);
  std::vector<uint16_t> read(2 * kValues);
  source->ReadRows(tensor, 0, 8, reinterpret_cast<uint8_t*>(read.data()));
  for (int i = 0; i < kValues; ++i) {
    EXPECT_EQ(BF16ToF32(read[i]), ValueOf(0, i));
    EXPECT_EQ(BF16ToF32(read[kValues + i]), 0.5f);
  }
  EXPECT_EQ(tensor.PartBytes(0), 16u);
  EXPECT_EQ(tensor.PartBytes(1), 8u);
}

TEST(MergeExpertsTest, LayersOfDifferentTypesStayAsTheyAre) {
  std::vector<TestSafetensor> tensors = Experts({"BF16", "BF16"}, 0);
  for (const TestSafetensor& tensor : Experts({"F32", "F32"}, 1)) {
    tensors.push_back(tensor);
  }
  const auto source = Open(tensors, "2");
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(Merged(*source, 0).type, DType::kBF16);
  EXPECT_EQ(Merged(*source, 1).type, DType::kF32);
  EXPECT_TRUE(Merged(*source, 1).forms.empty());
}

TEST(MergeExpertsTest, IntegersDoNotBecomeFloats) {
  const auto source = Open(Experts({"BF16", "I8"}), "2");
  ASSERT_TRUE(absl::IsUnimplemented(source.status())) << source.status();
  EXPECT_TRUE(absl::StrContains(source.status().message(),
                                "experts.1.w1.weight (I8 [4, 2]) differs from"))
      << source.status();
}

TEST(MergeExpertsTest, ALayerHasAsManyAsItsRouter) {
  std::vector<TestSafetensor> tensors =
      Experts({"F32", "F32", "F32", "F32"}, 0);
  for (const TestSafetensor& tensor : Experts({"F32", "F32", "F32"}, 1)) {
    tensors.push_back(tensor);
  }
  tensors.push_back(Router(0, 4));
  tensors.push_back(Router(1, 3));
  for (const char* count : {"4", "[4, 3]"}) {
    const auto source = Open(tensors, count);
    ASSERT_TRUE(source.ok()) << source.status();
    EXPECT_EQ(Merged(*source, 0).shape[0], 4u);
    EXPECT_EQ(Merged(*source, 1).shape[0], 3u);
    EXPECT_EQ(source->model->num_experts(), 4u);
    ASSERT_EQ(source->model->not_understood_size(), 1);
    EXPECT_TRUE(absl::StrContains(source->model->not_understood(0),
                                  "layer 1 has 3 of 4"));
  }
  // A hole in the numbers is damage, and so is an expert without a row.
  auto hole = tensors;
  hole.erase(hole.begin() + 5);
  auto source = Open(hole);
  ASSERT_TRUE(absl::IsDataLoss(source.status())) << source.status();
  EXPECT_TRUE(absl::StrContains(source.status().message(),
                                "layers.1.block_sparse_moe.experts.1.w1.weight "
                                "is missing"));
  tensors.back() = Router(1, 2);
  source = Open(tensors);
  ASSERT_TRUE(absl::IsDataLoss(source.status())) << source.status();
  EXPECT_TRUE(absl::StrContains(source.status().message(),
                                "3 experts, but the layer's router has 2 rows"))
      << source.status();
  tensors.back() = Router(1, 4);
  source = Open(tensors);
  ASSERT_TRUE(absl::IsDataLoss(source.status())) << source.status();
  EXPECT_TRUE(
      absl::StrContains(source.status().message(), "experts.3.w1.weight is"));
}

TEST(PartFormTest, CommonTypes) {
  EXPECT_EQ(CommonFloatType(DType::kF16, DType::kBF16), DType::kF32);
  EXPECT_EQ(CommonFloatType(DType::kF8_E4M3, DType::kF16), DType::kF16);
  EXPECT_EQ(CommonFloatType(DType::kF8_E5M2, DType::kF8_E4M3), DType::kBF16);
  EXPECT_EQ(CommonFloatType(DType::kF64, DType::kBF16), DType::kF64);
  EXPECT_EQ(CommonFloatType(DType::kI8, DType::kI8), DType::kI8);
  EXPECT_FALSE(CommonFloatType(DType::kI8, DType::kF32).has_value());
  EXPECT_FALSE(CommonFloatType(DType::kQ8_0, DType::kF32).has_value());
  // Every F8 is exact in what holds both.
  for (const DType narrow : {DType::kF8_E4M3, DType::kF8_E5M2}) {
    for (const DType wide : {DType::kF16, DType::kBF16, DType::kF32}) {
      for (int bits = 0; bits < 256; ++bits) {
        const auto byte = static_cast<uint8_t>(bits);
        float direct = 0;
        WidenNumbers(narrow, DType::kF32, &byte, 1,
                     reinterpret_cast<uint8_t*>(&direct));
        uint8_t widened[4];
        WidenNumbers(narrow, wide, &byte, 1, widened);
        float back = 0;
        WidenNumbers(wide, DType::kF32, widened, 1,
                     reinterpret_cast<uint8_t*>(&back));
        if (direct != direct) {
          EXPECT_NE(back, back);
        } else {
          EXPECT_EQ(back, direct);
        }
      }
    }
  }
}

}  // namespace
}  // namespace tessera
