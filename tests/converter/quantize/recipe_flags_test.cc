#include "converter/quantize/recipe_flags.h"

#include <string>
#include <vector>

#include "absl/flags/reflection.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "base/parse_flags.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

// Flags are back to their defaults after each test, but for --tensor_type,
// which adds up: one test has it.
class RecipeFlagsTest : public testing::Test {
 protected:
  void Set(const std::vector<std::string>& arguments) {
    const auto parsed = ParseFlags(arguments);
    EXPECT_TRUE(parsed.ok()) << parsed.status();
  }

  void ExpectRefused(const std::vector<std::string>& arguments,
                     absl::string_view reason) {
    absl::FlagSaver saver;
    Set(arguments);
    const auto recipe = RecipeFromFlags();
    EXPECT_TRUE(absl::IsInvalidArgument(recipe.status()));
    EXPECT_TRUE(absl::StrContains(recipe.status().message(), reason))
        << recipe.status();
  }

 private:
  absl::FlagSaver saver_;
};

TEST_F(RecipeFlagsTest, DefaultsKeepEverything) {
  const auto recipe = RecipeFromFlags();
  ASSERT_TRUE(recipe.ok()) << recipe.status();
  EXPECT_TRUE(recipe->keeps());
  EXPECT_FALSE(SizeTargetFromFlags().has_value());
}

TEST_F(RecipeFlagsTest, ReadsTypes) {
  Set({"--quantize=Q4_K_M", "--pure", "--output_type", "q8_0",
       "--embedding_type=F16", "--effort=high"});
  const auto recipe = RecipeFromFlags();
  ASSERT_TRUE(recipe.ok()) << recipe.status();
  EXPECT_EQ(recipe->name(), "Q4_K_M");
  EXPECT_TRUE(recipe->pure);
  EXPECT_TRUE(recipe->high_effort);
  EXPECT_EQ(recipe->output_type, DType::kQ8_0);
  EXPECT_EQ(recipe->embedding_type, DType::kF16);
}

TEST_F(RecipeFlagsTest, ReadsTargets) {
  Set({"--target_bpw=4.5"});
  const auto recipe = RecipeFromFlags();
  ASSERT_TRUE(recipe.ok()) << recipe.status();
  ASSERT_TRUE(SizeTargetFromFlags().has_value());
  EXPECT_EQ(SizeTargetFromFlags()->bits_per_weight, 4.5);
}

TEST_F(RecipeFlagsTest, ReadsImportance) {
  Set({"--quantize=Q4_0", "--imatrix=testdata/quantize/tiny.imatrix.gguf"});
  auto recipe = RecipeFromFlags();
  ASSERT_TRUE(recipe.ok()) << recipe.status();
  EXPECT_EQ(recipe->importance, nullptr);
  ASSERT_TRUE(ReadImportanceFromFlags(&*recipe).ok());
  EXPECT_EQ(recipe->importance->tensors(), 21u);
}

TEST_F(RecipeFlagsTest, MistakesNameTheFlag) {
  ExpectRefused({"--quantize=Q4"}, "--quantize: no such type: Q4");
  ExpectRefused({"--quantize=Q4_0", "--output_type=Q4"}, "--output_type: ");
  ExpectRefused({"--quantize=Q4_0", "--embedding_type=x"},
                "--embedding_type: cannot quantize to 'x'");
  ExpectRefused({"--target_bpw=x"}, "--target_bpw: ");
  ExpectRefused({"--target_size=1Q"}, "--target_size: ");
  ExpectRefused({"--target_size=1G", "--target_bpw=4"}, "give one of them");
  ExpectRefused({"--target_size=1G", "--quantize=Q8_0"}, "leave out");
  ExpectRefused({"--target_size=1G", "--pure"}, "leave out");
  ExpectRefused({"--pure"}, "--pure: has a meaning with --quantize only");
  ExpectRefused({"--effort=high"}, "--effort: has a meaning with");
  ExpectRefused({"--effort=much", "--quantize=Q4_0"}, "normal or high");
  ExpectRefused({"--imatrix=x"}, "--imatrix: has a meaning with");
}

TEST_F(RecipeFlagsTest, TensorTypesAddUp) {
  Set({"--tensor_type=attn_v=Q8_0", "--tensor_type", "ffn=q5_K"});
  const auto recipe = RecipeFromFlags();
  ASSERT_TRUE(recipe.ok()) << recipe.status();
  ASSERT_EQ(recipe->tensor_types.size(), 2u);
  EXPECT_EQ(recipe->tensor_types[0].text(), "attn_v=Q8_0");
  EXPECT_EQ(recipe->tensor_types[1].type(), DType::kQ5_K);
  const auto refused = ParseFlags({"--tensor_type=attn_(=Q8_0"});
  EXPECT_EQ(refused.status().message(),
            "--tensor_type: expression 'attn_(', "
            "offset 6: missing closing parenthesis");
}

}  // namespace
}  // namespace tessera
