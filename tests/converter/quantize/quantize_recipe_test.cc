#include "converter/quantize/quantize_recipe.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "simdjson.h"

namespace tessera {
namespace {

QuantizeRecipe Recipe(absl::string_view name) {
  auto recipe = QuantizeRecipe::Parse(name);
  EXPECT_TRUE(recipe.ok()) << recipe.status();
  return *recipe;
}

// What llama-quantize chose for each tensor of the tiny model.
class LlamaQuantizeTest : public testing::TestWithParam<const char*> {};

TEST_P(LlamaQuantizeTest, ChoosesTheSameTypes) {
  const QuantizeRecipe recipe = Recipe(GetParam());
  simdjson::dom::parser parser;
  simdjson::dom::element golden;
  ASSERT_FALSE(
      parser
          .load(absl::StrCat("testdata/tiny/golden/tensors/tiny-", GetParam(),
                             ".json"))
          .get(golden));
  const ModelSummary model = {3, false};
  int tensors = 0;
  for (auto [name, tensor] : simdjson::dom::object(golden["tensors"])) {
    std::vector<uint64_t> shape;
    for (uint64_t size : simdjson::dom::array(tensor["ne"])) {
      shape.insert(shape.begin(), size);
    }
    const std::string key(name);
    const DType type = recipe.TypeFor({key, DType::kF32, shape}, model);
    EXPECT_EQ(DTypeName(type),
              std::string(std::string_view(tensor["type"])))
        << name;
    ++tensors;
  }
  EXPECT_EQ(tensors, 30);
}

INSTANTIATE_TEST_SUITE_P(Mixes, LlamaQuantizeTest,
                         testing::Values("Q4_0", "Q4_K_S", "Q4_K_M", "Q5_K_M",
                                         "Q6_K", "Q8_0"));

TEST(QuantizeRecipeTest, KeepKeepsMatricesAndWidensVectors) {
  const QuantizeRecipe recipe = Recipe("keep");
  const uint64_t matrix[] = {64, 64};
  const uint64_t vector[] = {64};
  EXPECT_EQ(recipe.TypeFor({"output.weight", DType::kBF16, matrix}, {}),
            DType::kBF16);
  EXPECT_EQ(recipe.TypeFor({"output_norm.weight", DType::kBF16, vector}, {}),
            DType::kF32);
  EXPECT_EQ(recipe.TypeFor({"counts", DType::kI64, vector}, {}), DType::kI64);
}

TEST(QuantizeRecipeTest, FallsBackWhereTheBlockDoesNotDivideTheRow) {
  const uint64_t columns32[] = {8, 96};
  const uint64_t columns4[] = {8, 100};
  const TensorSummary narrow = {"blk.0.attn_q.weight", DType::kF32, columns32};
  const TensorSummary odd = {"blk.0.attn_q.weight", DType::kF32, columns4};
  EXPECT_EQ(Recipe("Q4_K_M").TypeFor(narrow, {1, false}), DType::kQ5_0);
  EXPECT_EQ(Recipe("Q5_K_M").TypeFor(narrow, {1, false}), DType::kQ5_1);
  EXPECT_EQ(Recipe("Q6_K").TypeFor(narrow, {1, false}), DType::kQ8_0);
  EXPECT_EQ(Recipe("Q4_K_M").TypeFor(odd, {1, false}), DType::kF16);
  EXPECT_EQ(Recipe("Q4_0").TypeFor(odd, {1, false}), DType::kF16);
  EXPECT_EQ(Recipe("INT8").TypeFor(odd, {1, false}), DType::kINT8);
}

TEST(QuantizeRecipeTest, TiedEmbeddingsAreTheOutput) {
  const uint64_t shape[] = {1024, 256};
  const TensorSummary embedding = {"token_embd.weight", DType::kF32, shape};
  EXPECT_EQ(Recipe("Q4_0").TypeFor(embedding, {3, true}), DType::kQ6_K);
  EXPECT_EQ(Recipe("Q4_0").TypeFor(embedding, {3, false}), DType::kQ4_0);
}

TEST(QuantizeRecipeTest, MoreBitsForTheFirstLastAndEveryThirdLayer) {
  // 32 layers, as in Llama 3 8B: llama-quantize's list for Q4_K_M.
  const std::vector<uint64_t> expected = {0,  1,  2,  3,  6,  9,  12, 15,
                                          18, 21, 24, 27, 28, 29, 30, 31};
  const uint64_t shape[] = {256, 256};
  std::vector<uint64_t> more;
  for (uint64_t layer = 0; layer < 32; ++layer) {
    const std::string name = absl::StrCat("blk.", layer, ".ffn_down.weight");
    if (Recipe("Q4_K_M").TypeFor({name, DType::kF16, shape}, {32, false}) ==
        DType::kQ6_K) {
      more.push_back(layer);
    }
  }
  EXPECT_EQ(more, expected);
}

TEST(QuantizeRecipeTest, UnknownNamesAreRefusedWithTheList) {
  const auto recipe = QuantizeRecipe::Parse("Q4_K_XL");
  EXPECT_TRUE(absl::IsInvalidArgument(recipe.status()));
  EXPECT_NE(recipe.status().message().find("Q4_K_M"), absl::string_view::npos);
}

}  // namespace
}  // namespace tessera
