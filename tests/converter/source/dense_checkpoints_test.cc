// A checkpoint of each dense model_type, made of what its architecture lists.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "converter/source/safetensors_source.h"
#include "formats/model/architecture.h"
#include "formats/model/hugging_face_config.h"
#include "formats/model/shape.h"
#include "formats/model/tensor_name.h"
#include "gtest/gtest.h"
#include "tests/testing/safetensors_builder.h"

namespace tessera {
namespace {

// Under all the names that models have for the same.
std::string Config(absl::string_view type) {
  return absl::StrCat(R"({"model_type": ")", type, R"(", "hidden_size": 8,
      "intermediate_size": 12, "num_hidden_layers": 1, "head_dim": 4,
      "num_attention_heads": 2, "num_key_value_heads": )",
                      type == "gpt2" || type == "gpt_neox" ? 2 : 1,
                      R"(, "vocab_size": 16, "max_position_embeddings": 32,
      "partial_rotary_factor": 1, "tie_word_embeddings": false})");
}

// Rope factors are no tensors there, and stay as they are anywhere.
bool IsInCheckpoints(const TensorSpec& spec) {
  return spec.role != TensorRole::kRopeFactors &&
         spec.role != TensorRole::kRopeFactorsLong &&
         spec.role != TensorRole::kRopeFactorsShort;
}

std::string ModuleOf(const Architecture& architecture, TensorRole role) {
  for (const HuggingFaceName& name : architecture.hugging_face_names) {
    if (name.role == role) return std::string(name.module);
  }
  return std::string(InfoOf(role).hugging_face_name);
}

// A tensor of a checkpoint, of zeros.
TestSafetensor Zeros(const std::string& name, std::vector<uint64_t> shape) {
  uint64_t elements = 1;
  for (const uint64_t size : shape) elements *= size;
  return {name, "BF16", std::move(shape), std::string(elements * 2, '\0')};
}

// Adds what a checkpoint has for `spec`, whose shape in GGUF is `shape`.
void AddTensors(const Architecture& architecture, const TensorSpec& spec,
                std::vector<uint64_t> shape,
                std::vector<TestSafetensor>* tensors) {
  const bool in_layer = InfoOf(spec.role).place == TensorPlace::kLayer;
  const std::string name = absl::StrCat(
      in_layer ? absl::StrCat(architecture.hugging_face_layers, "0.") : "",
      ModuleOf(architecture, spec.role),
      spec.part == TensorPart::kBias ? ".bias" : ".weight");
  if (!absl::StrContains(name, '*')) {
    if (architecture.hugging_face_matrices == MatrixForm::kTransposed &&
        in_layer && shape.size() == 2) {
      std::swap(shape[0], shape[1]);
    }
    tensors->push_back(Zeros(name, std::move(shape)));
    return;
  }
  for (uint64_t head = 0; head < shape[0]; ++head) {
    tensors->push_back(Zeros(
        absl::StrReplaceAll(name, {{"*", absl::StrCat(head)}}), {shape[1]}));
  }
}

const SourceTensor* Find(const WeightSource& source, const TensorSpec& spec) {
  TensorName name = {.role = spec.role, .part = spec.part};
  if (InfoOf(spec.role).place == TensorPlace::kLayer) name.layer = 0;
  for (const SourceTensor& tensor : source.tensors) {
    if (tensor.name == GgufName(name)) return &tensor;
  }
  ADD_FAILURE() << "no " << GgufName(name);
  return nullptr;
}

std::string WriteFolder(const std::string& config,
                        const std::vector<TestSafetensor>& tensors) {
  const std::string folder = absl::StrCat(testing::TempDir(), "/dense");
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/config.json") << config;
  std::ofstream(folder + "/model.safetensors", std::ios::binary)
      << BuildSafetensors(tensors);
  return folder;
}

void CheckFamily(const Architecture& architecture, absl::string_view type) {
  const auto config = ParseHuggingFaceConfig(Config(type));
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_EQ(config->architecture, &architecture);
  EXPECT_EQ(config->model.not_understood_size(), 0);
  std::vector<std::pair<TensorSpec, std::vector<uint64_t>>> expected;
  std::vector<TestSafetensor> tensors;
  for (const TensorSpecs specs : architecture.tensors) {
    for (const TensorSpec& spec : specs) {
      if (!IsInCheckpoints(spec)) continue;
      const auto shape = ShapeOf(spec.role, spec.part, config->model);
      ASSERT_TRUE(shape.has_value()) << InfoOf(spec.role).gguf_name;
      expected.emplace_back(spec, *shape);
      AddTensors(architecture, spec, *shape, &tensors);
    }
  }
  const auto source = OpenHuggingFaceFolder(WriteFolder(Config(type), tensors));
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(source->tensors.size(), expected.size());
  for (const auto& [spec, shape] : expected) {
    const SourceTensor* tensor = Find(*source, spec);
    if (tensor == nullptr) continue;
    EXPECT_FALSE(tensor->unmapped) << tensor->name;
    EXPECT_EQ(tensor->shape, shape) << tensor->name;
    std::vector<uint8_t> rows(*TensorBytes(tensor->type, tensor->shape));
    source->ReadRows(*tensor, 0, tensor->rows(), rows.data());
  }
}

TEST(DenseCheckpointsTest, EveryTensorGetsGgufsNameAndShape) {
  for (const Architecture& architecture : AllArchitectures()) {
    if (architecture.feed_forward == FeedForwardKind::kExperts) continue;
    for (const absl::string_view type : architecture.hugging_face_types) {
      SCOPED_TRACE(std::string(type));
      CheckFamily(architecture, type);
    }
  }
}

}  // namespace
}  // namespace tessera
