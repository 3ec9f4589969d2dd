#include "converter/quantize/row_misfits.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

// A model whose matrices have rows of `columns` values, with norms.
class RowMisfitsTest : public testing::Test {
 protected:
  void Add(const std::string& name, std::vector<uint64_t> shape) {
    names_.push_back(name);
    shapes_.push_back(std::move(shape));
  }

  void AddLayers(uint64_t layers, uint64_t columns) {
    for (uint64_t i = 0; i < layers; ++i) {
      const std::string layer = absl::StrCat("blk.", i, ".");
      Add(layer + "attn_norm.weight", {columns});
      Add(layer + "attn_q.weight", {columns, columns});
      Add(layer + "attn_k.weight", {columns, columns});
      Add(layer + "ffn_up.weight", {64, columns});
    }
  }

  std::string Note(const QuantizeRecipe& recipe) const {
    std::vector<TensorSummary> tensors;
    for (size_t i = 0; i < names_.size(); ++i) {
      tensors.push_back({names_[i], DType::kF16, shapes_[i]});
    }
    return RowMisfitsNote(recipe, tensors, {"llama", 2, 0, 1});
  }

  std::string Note(absl::string_view mix) const {
    return Note(*QuantizeRecipe::Parse(mix));
  }

 private:
  std::vector<std::string> names_;
  std::vector<std::vector<uint64_t>> shapes_;
};

TEST_F(RowMisfitsTest, NothingToSayWhereRowsFit) {
  AddLayers(2, 256);
  Add("output.weight", {100, 256});
  for (const char* mix :
       {"keep", "Q4_K_M", "Q5_K_S", "Q6_K", "Q4_0", "F16", "INT8", "IQ4_NL"}) {
    EXPECT_EQ(Note(mix), "") << mix;
  }
}

TEST_F(RowMisfitsTest, CountsMatricesByWhatBecameOfThem) {
  AddLayers(8, 96);
  EXPECT_EQ(Note("Q4_K_M"),
            "24 matrices have rows of 96 values, which Q4_K (blocks of 256) "
            "cannot hold: they are stored as Q5_0");
  EXPECT_EQ(Note("Q5_K_M"),
            "24 matrices have rows of 96 values, which Q5_K (blocks of 256) "
            "cannot hold: they are stored as Q5_1");
  EXPECT_EQ(Note("Q8_0"), "");
  EXPECT_EQ(Note("keep"), "");
  Add("output.weight", {100, 96});
  EXPECT_EQ(Note("Q4_K_M"),
            "24 matrices have rows of 96 values, which Q4_K (blocks of 256) "
            "cannot hold: they are stored as Q5_0; 1 matrix has rows of 96 "
            "values, which Q6_K (blocks of 256) cannot hold: it is stored as "
            "Q8_0");
  // Q6_K is wanted for the output there too.
  EXPECT_EQ(Note("Q4_0"),
            "1 matrix has rows of 96 values, which Q6_K (blocks of 256) cannot "
            "hold: it is stored as Q8_0");
}

TEST_F(RowMisfitsTest, RowsThatNoBlockDividesBecomeFloats) {
  AddLayers(1, 50);
  EXPECT_EQ(Note("Q4_0"),
            "3 matrices have rows of 50 values, which Q4_0 (blocks of 32) "
            "cannot hold: they are stored as F16");
  EXPECT_EQ(Note("Q4_K_M"),
            "3 matrices have rows of 50 values, which Q4_K (blocks of 256) "
            "cannot hold: they are stored as F16");
  EXPECT_EQ(Note("INT8"), "");
}

TEST_F(RowMisfitsTest, TypesOfTheUserCountToo) {
  AddLayers(1, 96);
  Add("output.weight", {100, 96});
  QuantizeRecipe recipe = *QuantizeRecipe::Parse("Q8_0");
  recipe.output_type = DType::kQ4_K;
  EXPECT_EQ(Note(recipe),
            "1 matrix has rows of 96 values, which Q4_K (blocks of 256) cannot "
            "hold: it is stored as Q5_0");
}

TEST_F(RowMisfitsTest, BudgetsHaveFewerTypesToChooseFrom) {
  AddLayers(1, 96);
  Add("blk.0.attn_output.weight", {96, 50});
  QuantizeRecipe recipe = *QuantizeRecipe::Parse("keep");
  recipe.set_budget({"target_bpw", "4.5", {}});
  EXPECT_EQ(Note(recipe), "");  // nothing was chosen
  QuantizeRecipe::Budget budget = {"target_bpw", "4.5", {}};
  for (const char* name : {"attn_q", "attn_k", "ffn_up"}) {
    budget.types[absl::StrCat("blk.0.", name, ".weight")] = DType::kQ5_0;
  }
  budget.types["blk.0.attn_output.weight"] = DType::kF16;
  recipe.set_budget(budget);
  EXPECT_EQ(Note(recipe),
            "3 matrices have rows of 96 values, which Q4_K, Q5_K and Q6_K "
            "(blocks of 256) cannot hold: they have other types; 1 matrix has "
            "rows of 50 values, which no quantized type (blocks of 32 or 256) "
            "can hold: it is stored as floats");
}

TEST_F(RowMisfitsTest, WidthsOfOneKindAreToldTogether) {
  AddLayers(1, 96);
  AddLayers(1, 64);
  EXPECT_EQ(Note("Q4_K_M"),
            "6 matrices have rows of 64 and 96 values, which Q4_K (blocks of "
            "256) cannot hold: they are stored as Q5_0");
  AddLayers(1, 320);
  EXPECT_EQ(Note("Q4_K_M"),
            "9 matrices have rows of 64, 96 and 320 values, which Q4_K (blocks "
            "of 256) cannot hold: they are stored as Q5_0");
}

TEST_F(RowMisfitsTest, ManyWidthsMakeNoLongMessage) {
  for (uint64_t i = 0; i < 500; ++i) {
    Add(absl::StrCat("blk.", i, ".attn_q.weight"), {64, 257 + 2 * i});
  }
  const std::string note = Note("Q4_K_M");
  EXPECT_LT(note.size(), 300u);
  EXPECT_EQ(note,
            "500 matrices have rows of 257, 259, 261 and other numbers of "
            "values, which Q4_K (blocks of 256) cannot hold: they are stored "
            "as F16");
}

}  // namespace
}  // namespace tessera
