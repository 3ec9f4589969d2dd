#include "converter/quantize/type_budget.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "converter/quantize/sensitivity.h"
#include "converter/quantize/type_errors.h"
#include "converter/source/open_source.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr uint64_t kTinyWeights = 2295552;
constexpr uint64_t kTinyAllQ4 = 1297408;  // bytes with all matrices in 4.5 bits

WeightSource Tiny() {
  auto source = OpenWeightSource("testdata/tiny/model.safetensors");
  EXPECT_TRUE(source.ok()) << source.status();
  return *std::move(source);
}

SizeTarget Bpw(absl::string_view text) {
  return *SizeTarget::ParseBitsPerWeight(text);
}

std::vector<DType> TypesOf(const WeightSource& source,
                           const QuantizeRecipe& recipe) {
  return recipe.ChooseTypes(SummarizeTensors(source), SummarizeModel(source));
}

uint64_t BytesOf(const WeightSource& source, const std::vector<DType>& types) {
  uint64_t bytes = 0;
  for (size_t i = 0; i < types.size(); ++i) {
    bytes += *TensorBytes(types[i], source.tensors[i].shape);
  }
  return bytes;
}

// The sum that a choice is to minimize.
double LossOf(const WeightSource& source, const std::vector<DType>& types,
              ThreadPool& pool) {
  std::vector<TypeTrial> trials;
  std::vector<double> weights;
  for (size_t i = 0; i < types.size(); ++i) {
    const SourceTensor& tensor = source.tensors[i];
    if (tensor.shape.size() < 2) continue;
    trials.push_back({&tensor, {types[i]}});
    weights.push_back(SensitivityOf(tensor.name, 3));
  }
  const auto errors = MeasureTypeErrors(source, trials, nullptr, false, pool);
  double loss = 0;
  for (size_t i = 0; i < trials.size(); ++i) loss += weights[i] * errors[i][0];
  return loss;
}

TEST(TypeBudgetTest, StaysWithinTheBudgetAndUsesMostOfIt) {
  const WeightSource source = Tiny();
  ThreadPool pool(2);
  double last_loss = 1e9;
  for (const char* bpw : {"4.6", "5.5", "8", "16"}) {
    QuantizeRecipe recipe;
    const auto report = ChooseTypesForTarget(source, Bpw(bpw), pool, &recipe);
    ASSERT_TRUE(report.ok()) << report.status();
    const std::vector<DType> types = TypesOf(source, recipe);
    EXPECT_EQ(report->weights, kTinyWeights);
    EXPECT_EQ(report->bytes, BytesOf(source, types));
    EXPECT_LE(report->bytes, Bpw(bpw).BytesFor(kTinyWeights));
    EXPECT_GE(report->bytes, Bpw(bpw).BytesFor(kTinyWeights) * 0.97) << bpw;
    EXPECT_LT(report->loss, last_loss);
    last_loss = report->loss;
    EXPECT_EQ(types[0] == DType::kF32, source.tensors[0].shape.size() == 1);
  }
}

TEST(TypeBudgetTest, BeatsTheMixesOfTheSameSize) {
  const WeightSource source = Tiny();
  ThreadPool pool(2);
  for (const char* mix : {"Q4_0", "Q4_K_M"}) {
    const std::vector<DType> mixed =
        TypesOf(source, *QuantizeRecipe::Parse(mix));
    const auto target =
        SizeTarget::ParseBytes(std::to_string(BytesOf(source, mixed)));
    ASSERT_TRUE(target.ok());
    QuantizeRecipe recipe;
    const auto report = ChooseTypesForTarget(source, *target, pool, &recipe);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_LT(report->loss, 0.9 * LossOf(source, mixed, pool)) << mix;
    EXPECT_NEAR(report->loss, LossOf(source, TypesOf(source, recipe), pool),
                1e-9);
  }
}

// Norms, which stay F32, are not counted against 4.5 bits; anything less is
// refused, and so is a size in bytes.
TEST(TypeBudgetTest, TooSmallTargetsSayWhatIsPossible) {
  const WeightSource source = Tiny();
  ThreadPool pool(2);
  QuantizeRecipe recipe;
  const auto report = ChooseTypesForTarget(source, Bpw("4.5"), pool, &recipe);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->bytes, kTinyAllQ4);
  for (const SizeTarget& target :
       {Bpw("4.49"), *SizeTarget::ParseBytes("1297407")}) {
    QuantizeRecipe other;
    const auto refused = ChooseTypesForTarget(source, target, pool, &other);
    EXPECT_TRUE(absl::IsInvalidArgument(refused.status()));
    EXPECT_TRUE(absl::StrContains(refused.status().message(),
                                  "at least 1297408 bytes, 4.5215 bits"))
        << refused.status();
  }
}

TEST(TypeBudgetTest, DoesNotDependOnThreads) {
  const WeightSource source = Tiny();
  ThreadPool one(1), three(3);
  QuantizeRecipe a, b;
  const auto report_a = ChooseTypesForTarget(source, Bpw("5.2"), one, &a);
  const auto report_b = ChooseTypesForTarget(source, Bpw("5.2"), three, &b);
  ASSERT_TRUE(report_a.ok() && report_b.ok());
  EXPECT_EQ(report_a->text, report_b->text);
  EXPECT_EQ(a.EffectiveOptions(), b.EffectiveOptions());
}

TEST(TypeBudgetTest, TheUsersTypesStay) {
  const WeightSource source = Tiny();
  ThreadPool pool(2);
  QuantizeRecipe recipe;
  recipe.output_type = DType::kQ8_0;
  recipe.tensor_types = {*TensorTypeRule::Parse("ffn_up=Q5_1")};
  const auto report = ChooseTypesForTarget(source, Bpw("5.6"), pool, &recipe);
  ASSERT_TRUE(report.ok()) << report.status();
  const std::vector<DType> types = TypesOf(source, recipe);
  EXPECT_LE(BytesOf(source, types), Bpw("5.6").BytesFor(kTinyWeights));
  for (size_t i = 0; i < types.size(); ++i) {
    const std::string& name = source.tensors[i].name;
    if (name == "output.weight") {
      EXPECT_EQ(types[i], DType::kQ8_0);
    } else if (absl::StrContains(name, "ffn_up")) {
      EXPECT_EQ(types[i], DType::kQ5_1);
    }
  }
}

// What the user asked for is not left out of the budget.
TEST(TypeBudgetTest, TheUsersTypesCount) {
  const WeightSource source = Tiny();
  ThreadPool pool(2);
  QuantizeRecipe recipe;
  recipe.tensor_types = {*TensorTypeRule::Parse("ffn_up|output=Q8_0")};
  const auto report = ChooseTypesForTarget(source, Bpw("5"), pool, &recipe);
  EXPECT_TRUE(absl::IsInvalidArgument(report.status())) << report.status();
}

TEST(TypeBudgetTest, RecordsTheChoice) {
  const WeightSource source = Tiny();
  ThreadPool pool(2);
  QuantizeRecipe recipe;
  const auto report = ChooseTypesForTarget(source, Bpw("4.8"), pool, &recipe);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(recipe.name(), "target_bpw");
  EXPECT_FALSE(recipe.keeps());
  const auto options = recipe.EffectiveOptions();
  ASSERT_EQ(options.size(), 2u);
  EXPECT_EQ(options[0].first, "target_bpw");
  EXPECT_EQ(options[0].second, "4.8");
  EXPECT_EQ(options[1].first, "chosen_types");
  EXPECT_TRUE(absl::StartsWith(options[1].second, "blk.0.attn_k.weight=Q"));
  EXPECT_EQ(std::count(options[1].second.begin(), options[1].second.end(), ','),
            22);
  EXPECT_TRUE(absl::StrContains(report->text, "chosen for target_bpw=4.8: "));
}

}  // namespace
}  // namespace tessera
