// Conversions that give the very blocks of llama-quantize: all mixes, with and
// without an importance matrix, and the options that change single types.

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/digest.h"
#include "base/mapped_file.h"
#include "converter/quantize/quantize_recipe.h"
#include "formats/arena/arena_reader.h"
#include "gtest/gtest.h"
#include "simdjson.h"
#include "tests/testing/convert_model.h"
#include "tests/testing/gguf_builder.h"

namespace tessera {
namespace {

constexpr char kGolden[] = "testdata/quantize";

std::string TempPath(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/", name);
}

QuantizeRecipe Recipe(absl::string_view mix, absl::string_view imatrix) {
  QuantizeRecipe recipe = *QuantizeRecipe::Parse(mix);
  if (imatrix.empty()) return recipe;
  auto matrix = ImportanceMatrix::ReadFile(absl::StrCat(kGolden, "/", imatrix));
  EXPECT_TRUE(matrix.ok()) << matrix.status();
  recipe.importance = *matrix;
  return recipe;
}

// Converts row-major and compares types and hashes of all tensors.
void ExpectBlocks(const std::string& input, const QuantizeRecipe& recipe,
                  simdjson::dom::object expected) {
  ConvertModelOptions options;
  options.layout = LayoutOrder::kRowMajor;
  options.recipe = recipe;
  options.check_model = false;
  const std::string path = TempPath("mix.arena");
  const absl::Status status = ConvertModel(input, path, options);
  ASSERT_TRUE(status.ok()) << status;
  const auto file = MappedFile::Open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  const auto arena = ParseArena(file->bytes());
  ASSERT_TRUE(arena.ok()) << arena.status();
  ASSERT_EQ(arena->tensors.size(), expected.size());
  for (auto [name, value] : expected) {
    const StoredTensor* tensor = arena->FindTensor(std::string(name));
    ASSERT_NE(tensor, nullptr) << name;
    const std::string digest = Sha256(absl::MakeConstSpan(
        tensor->Data(file->bytes().data()), tensor->RowMajorBytes()));
    EXPECT_EQ(absl::StrCat(DTypeName(tensor->type), " ",
                           absl::BytesToHexString(digest)),
              std::string(std::string_view(value)))
        << name;
  }
}

class MixesTest : public testing::Test {
 protected:
  // Calls `check` for each entry of a file of hashes.
  template <typename Check>
  void ForEach(absl::string_view file, Check check) {
    simdjson::dom::element golden;
    ASSERT_FALSE(parser_.load(absl::StrCat(kGolden, "/", file)).get(golden));
    for (auto [key, tensors] : simdjson::dom::object(golden)) {
      SCOPED_TRACE(std::string(key));
      check(std::string(key), simdjson::dom::object(tensors));
    }
  }

 private:
  simdjson::dom::parser parser_;
};

TEST_F(MixesTest, BlocksAreThoseOfLlamaQuantize) {
  int cases = 0;
  ForEach("blocks.json", [&](const std::string& key,
                             simdjson::dom::object tensors) {
    if (absl::StrContains(key, " ")) return;
    const std::vector<std::string> parts = absl::StrSplit(key, '+');
    const std::string imatrix =
        parts.size() == 1 ? "" : absl::StrCat("tiny.imatrix.", parts[1]);
    ExpectBlocks("testdata/tiny/model.safetensors", Recipe(parts[0], imatrix),
                 tensors);
    ++cases;
  });
  EXPECT_EQ(cases, 33);
}

TEST_F(MixesTest, OverridesAreThoseOfLlamaQuantize) {
  int cases = 0;
  ForEach("blocks.json",
          [&](const std::string& key, simdjson::dom::object tensors) {
            QuantizeRecipe recipe = Recipe("Q4_K_M", "");
            if (key == "Q4_K_M pure") {
              recipe.pure = true;
            } else if (key == "Q4_K_M types") {
              recipe.output_type = DType::kQ8_0;
              recipe.embedding_type = DType::kQ5_1;
            } else if (key == "Q4_K_M rules") {
              recipe.output_type = DType::kQ5_K;
              for (const char* rule :
                   {"attn_[QK]=q8_0", R"(blk\.[01]\..*=iq4_nl)", "ffn=q5_0"}) {
                recipe.tensor_types.push_back(*TensorTypeRule::Parse(rule));
              }
            } else {
              return;
            }
            ExpectBlocks("testdata/tiny/model.safetensors", recipe, tensors);
            ++cases;
          });
  EXPECT_EQ(cases, 3);
}

// `count` values from -1/8 to 1/8, those of make_golden.py.
std::string RandomFloats(uint64_t count, uint64_t seed) {
  std::string bytes;
  for (uint64_t i = 0; i < count; ++i) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    const float value =
        static_cast<float>(static_cast<int64_t>(seed >> 40) - (1 << 23)) /
        (1 << 26);
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  return bytes;
}

// Each of 3 experts has an importance of its own; the second saw no text.
TEST_F(MixesTest, ExpertsHaveTheirOwnImportance) {
  std::vector<TestGgufTensor> tensors = {
      {"token_embd.weight", DType::kF32, {32, 256}, ""},
      {"output.weight", DType::kF32, {32, 256}, ""},
      {"blk.0.attn_v.weight", DType::kF32, {64, 256}, ""},
      {"blk.0.ffn_gate_inp.weight", DType::kF32, {3, 256}, ""},
      {"blk.0.ffn_up_exps.weight", DType::kF32, {3, 16, 256}, ""},
      {"blk.0.ffn_down_exps.weight", DType::kF32, {3, 16, 256}, ""},
  };
  uint64_t seed = 0;
  for (TestGgufTensor& tensor : tensors) {
    tensor.data = RandomFloats(*ElementCount(tensor.shape), ++seed);
  }
  GgufMetadata metadata;
  metadata.Append("general.architecture", GgufValue::String("llama"));
  metadata.Append("llama.block_count", GgufValue::Scalar<uint32_t>(1));
  metadata.Append("llama.embedding_length", GgufValue::Scalar<uint32_t>(256));
  metadata.Append("llama.feed_forward_length", GgufValue::Scalar<uint32_t>(16));
  metadata.Append("llama.attention.layer_norm_rms_epsilon",
                  GgufValue::Scalar<float>(1e-5f));
  metadata.Append("llama.expert_count", GgufValue::Scalar<uint32_t>(3));
  metadata.Append("llama.attention.head_count", GgufValue::Scalar<uint32_t>(4));
  metadata.Append("llama.attention.head_count_kv",
                  GgufValue::Scalar<uint32_t>(1));
  const std::string path = TempPath("experts.gguf");
  std::ofstream(path) << BuildGguf(metadata, tensors);
  int cases = 0;
  ForEach("experts.json",
          [&](const std::string& key, simdjson::dom::object expected) {
            ExpectBlocks(path, Recipe(key, "experts.imatrix.gguf"), expected);
            ++cases;
          });
  EXPECT_EQ(cases, 3);
}

TEST_F(MixesTest, AnImportanceMatrixOfAnotherModelIsRefused) {
  const std::string path = TempPath("narrow.gguf");
  std::ofstream(path) << BuildGguf(
      {}, {{"blk.0.attn_v.weight", DType::kF32, {64, 128}, ""}});
  ConvertModelOptions options;
  options.recipe = Recipe("Q4_0", "tiny.imatrix.gguf");
  const absl::Status status =
      ConvertModel(path, TempPath("other.arena"), options);
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "another model")) << status;
}

}  // namespace
}  // namespace tessera
