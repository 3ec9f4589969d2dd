#include "converter/quantize/quantize_recipe.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/model/tensor_name.h"
#include "gtest/gtest.h"
#include "simdjson.h"

namespace tessera {
namespace {

using Shape = std::vector<uint64_t>;

QuantizeRecipe Recipe(absl::string_view name) {
  auto recipe = QuantizeRecipe::Parse(name);
  EXPECT_TRUE(recipe.ok()) << recipe.status();
  return *recipe;
}

TensorTypeRule Rule(absl::string_view text) {
  auto rule = TensorTypeRule::Parse(text);
  EXPECT_TRUE(rule.ok()) << rule.status();
  return *rule;
}

DType TypeOf(const QuantizeRecipe& recipe, absl::string_view name, Shape shape,
             DType from = DType::kF16) {
  const TensorSummary tensors[] = {{name, from, shape}};
  return recipe.ChooseTypes(tensors, {"llama", 1, 0, 1})[0];
}

TEST(QuantizeRecipeTest, NamesOfAnyCaseAndThoseOfLlamaQuantize) {
  EXPECT_EQ(Recipe("q4_k_m").name(), "Q4_K_M");
  EXPECT_EQ(Recipe("Q4_K").name(), "Q4_K_M");
  EXPECT_EQ(Recipe("q5_k").name(), "Q5_K_M");
  EXPECT_EQ(Recipe("q6_k").name(), "Q6_K");
  EXPECT_EQ(Recipe("bf16").name(), "BF16");
  EXPECT_TRUE(Recipe("KEEP").keeps());
  EXPECT_FALSE(QuantizeRecipe::Parse("Q4").ok());
  EXPECT_FALSE(QuantizeRecipe::Parse("").ok());
}

// Some importance: of which tensor does not matter to the choice of types.
std::shared_ptr<const ImportanceMatrix> SomeImportance() {
  auto matrix =
      ImportanceMatrix::ReadFile("testdata/quantize/tiny.imatrix.dat");
  EXPECT_TRUE(matrix.ok()) << matrix.status();
  return *matrix;
}

// A model of types.json, and what llama-quantize does with it.
struct GoldenModel {
  std::string name;
  ModelSummary model;
  std::vector<std::pair<std::string, Shape>> tensors;
  std::vector<std::pair<std::string, std::string>> types;  // by mix
};

std::string Text(simdjson::dom::element element) {
  return std::string(std::string_view(element));
}

void AddTensors(simdjson::dom::element list, absl::string_view prefix,
                GoldenModel* model) {
  for (simdjson::dom::element entry : simdjson::dom::array(list)) {
    Shape shape;
    for (uint64_t size : simdjson::dom::array(entry.at(1))) {
      shape.push_back(size);
    }
    model->tensors.emplace_back(absl::StrCat(prefix, Text(entry.at(0))),
                                std::move(shape));
  }
}

GoldenModel ReadModel(simdjson::dom::element json) {
  GoldenModel model;
  model.name = Text(json["name"]);
  model.model.architecture = Text(json["architecture"]);
  model.model.layers = uint64_t(json["layers"]);
  model.model.experts = uint64_t(json["experts"]);
  model.model.heads_per_kv_head =
      uint64_t(json["heads"]) / uint64_t(json["kv_heads"]);
  AddTensors(json["outside"], "", &model);
  for (uint64_t layer = 0; layer < model.model.layers; ++layer) {
    AddTensors(json["per_layer"], absl::StrCat("blk.", layer, "."), &model);
  }
  for (auto [mix, types] : simdjson::dom::object(json["types"])) {
    model.types.emplace_back(std::string(mix), Text(types));
  }
  return model;
}

// Compares one mix with a string of one letter per tensor.
void ExpectTypes(const GoldenModel& model, absl::string_view mix,
                 const std::string& letters, simdjson::dom::element codes) {
  QuantizeRecipe recipe = Recipe(mix.substr(0, mix.find('+')));
  if (absl::StrContains(mix, "+imatrix")) recipe.importance = SomeImportance();
  std::vector<TensorSummary> summaries;
  for (const auto& [name, shape] : model.tensors) {
    const DType from = shape.size() == 1 ? DType::kF32 : DType::kF16;
    summaries.push_back({name, from, shape});
  }
  const std::vector<DType> types = recipe.ChooseTypes(summaries, model.model);
  ASSERT_EQ(types.size(), letters.size());
  for (size_t i = 0; i < types.size(); ++i) {
    EXPECT_EQ(DTypeName(types[i]), Text(codes[letters.substr(i, 1)]))
        << model.name << ", " << mix << ", " << summaries[i].name;
  }
}

TEST(QuantizeRecipeTest, ChoosesTheSameTypesAsLlamaQuantize) {
  simdjson::dom::parser parser;
  simdjson::dom::element golden;
  ASSERT_FALSE(parser.load("testdata/quantize/types.json").get(golden));
  int cases = 0;
  for (simdjson::dom::element json : simdjson::dom::array(golden["models"])) {
    const GoldenModel model = ReadModel(json);
    for (const auto& [mix, letters] : model.types) {
      ExpectTypes(model, mix, letters, golden["codes"]);
      ++cases;
    }
  }
  EXPECT_GE(cases, 12 * 22);
}

TEST(QuantizeRecipeTest, TheOrderOfTheTensorsDoesNotMatter) {
  const Shape shape = {256, 256};
  std::vector<std::string> names;
  for (int layer : {11, 2, 0, 10, 1, 9, 3, 8, 4, 7, 5, 6}) {
    names.push_back(absl::StrCat("blk.", layer, ".attn_v.weight"));
  }
  std::vector<TensorSummary> tensors;
  for (const std::string& name : names) {
    tensors.push_back({name, DType::kF16, shape});
  }
  const auto types = Recipe("Q4_K_S").ChooseTypes(tensors, {"llama", 12, 0, 1});
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(types[i], *LayerOf(names[i]) < 4 ? DType::kQ5_K : DType::kQ4_K)
        << names[i];
  }
}

TEST(QuantizeRecipeTest, KeepKeepsMatricesAndWidensVectors) {
  const QuantizeRecipe recipe = Recipe("keep");
  EXPECT_TRUE(recipe.keeps());
  EXPECT_EQ(TypeOf(recipe, "output.weight", {64, 64}, DType::kBF16),
            DType::kBF16);
  EXPECT_EQ(TypeOf(recipe, "output_norm.weight", {64}, DType::kBF16),
            DType::kF32);
  EXPECT_EQ(TypeOf(recipe, "counts", {64}, DType::kI64), DType::kI64);
}

TEST(QuantizeRecipeTest, FallsBackWhereTheBlockDoesNotDivideTheRow) {
  const absl::string_view name = "blk.0.attn_q.weight";
  EXPECT_EQ(TypeOf(Recipe("Q4_K_M"), name, {8, 96}), DType::kQ5_0);
  EXPECT_EQ(TypeOf(Recipe("Q5_K_M"), name, {8, 96}), DType::kQ5_1);
  EXPECT_EQ(TypeOf(Recipe("Q6_K"), name, {8, 96}), DType::kQ8_0);
  EXPECT_EQ(TypeOf(Recipe("Q4_K_M"), name, {8, 100}), DType::kF16);
  // llama-quantize gives up here.
  EXPECT_EQ(TypeOf(Recipe("Q4_0"), name, {8, 100}), DType::kF16);
  EXPECT_EQ(TypeOf(Recipe("Q4_0"), "output.weight", {8, 100}), DType::kF16);
  EXPECT_EQ(TypeOf(Recipe("INT8"), name, {8, 100}), DType::kINT8);
}

TEST(QuantizeRecipeTest, EmbeddingAndOutputTypesWinOverRules) {
  QuantizeRecipe recipe = Recipe("Q4_K_M");
  recipe.tensor_types = {Rule("output=Q4_0"), Rule("embd=Q4_1")};
  EXPECT_EQ(TypeOf(recipe, "output.weight", {64, 256}), DType::kQ4_0);
  EXPECT_EQ(TypeOf(recipe, "token_embd.weight", {64, 256}), DType::kQ4_1);
  EXPECT_EQ(TypeOf(recipe, "blk.0.attn_output.weight", {64, 256}),
            DType::kQ4_0);
  recipe.output_type = DType::kQ8_0;
  recipe.embedding_type = DType::kF16;
  EXPECT_EQ(TypeOf(recipe, "output.weight", {64, 256}), DType::kQ8_0);
  EXPECT_EQ(TypeOf(recipe, "token_embd.weight", {64, 256}), DType::kF16);
  EXPECT_EQ(TypeOf(recipe, "blk.0.attn_output.weight", {64, 256}),
            DType::kQ4_0);
}

TEST(QuantizeRecipeTest, TiedEmbeddingsTakeTheOutputType) {
  QuantizeRecipe recipe = Recipe("Q4_0");
  EXPECT_EQ(TypeOf(recipe, "token_embd.weight", {64, 256}), DType::kQ6_K);
  recipe.output_type = DType::kQ8_0;
  EXPECT_EQ(TypeOf(recipe, "token_embd.weight", {64, 256}), DType::kQ8_0);
  recipe.tensor_types = {Rule("embd=Q5_0")};
  EXPECT_EQ(TypeOf(recipe, "token_embd.weight", {64, 256}), DType::kQ5_0);
}

TEST(QuantizeRecipeTest, FirstRuleThatMatchesWins) {
  QuantizeRecipe recipe = Recipe("Q4_0");
  recipe.tensor_types = {Rule("ffn_down=Q8_0"), Rule("ffn=Q5_1"),
                         Rule("ffn_up=F16"), Rule("no_such=F16")};
  EXPECT_EQ(TypeOf(recipe, "blk.0.ffn_down.weight", {64, 256}), DType::kQ8_0);
  EXPECT_EQ(TypeOf(recipe, "blk.0.ffn_up.weight", {64, 256}), DType::kQ5_1);
  EXPECT_EQ(TypeOf(recipe, "blk.0.attn_q.weight", {64, 256}), DType::kQ4_0);
  // Rules do not quantize what must not be, and fall back.
  EXPECT_EQ(TypeOf(recipe, "blk.0.ffn_gate_inp.weight", {64, 256}),
            DType::kF16);
  EXPECT_EQ(TypeOf(recipe, "blk.0.ffn_up.weight", {64, 100}), DType::kF16);
  const Shape shape = {64, 256};
  const TensorSummary up = {"blk.0.ffn_up.weight", DType::kF16, shape};
  EXPECT_EQ(recipe.UnusedRules({up}),
            (std::vector<std::string>{"ffn_down=Q8_0", "no_such=F16"}));
}

TEST(QuantizeRecipeTest, RulesApplyToFloatMixesAndKeepToo) {
  for (const char* name : {"keep", "F16", "INT8"}) {
    QuantizeRecipe recipe = Recipe(name);
    recipe.tensor_types = {Rule("ffn_down=Q8_0")};
    EXPECT_EQ(TypeOf(recipe, "blk.0.ffn_down.weight", {64, 256}), DType::kQ8_0);
    EXPECT_NE(TypeOf(recipe, "blk.0.ffn_up.weight", {64, 256}), DType::kQ8_0);
  }
}

TEST(QuantizeRecipeTest, PureIsOneType) {
  QuantizeRecipe recipe = Recipe("Q4_K_M");
  recipe.pure = true;
  EXPECT_EQ(TypeOf(recipe, "output.weight", {64, 256}), DType::kQ4_K);
  EXPECT_EQ(TypeOf(recipe, "blk.0.attn_v.weight", {64, 256}), DType::kQ4_K);
  EXPECT_EQ(TypeOf(recipe, "blk.0.attn_v.weight", {64, 96}), DType::kQ5_0);
}

TEST(QuantizeRecipeTest, EffectiveOptionsAreThoseThatWereGiven) {
  using Options = std::vector<std::pair<std::string, std::string>>;
  QuantizeRecipe recipe = Recipe("Q4_K_M");
  EXPECT_EQ(recipe.EffectiveOptions(), (Options{{"quantize", "Q4_K_M"}}));
  recipe.output_type = DType::kQ8_0;
  recipe.embedding_type = DType::kQ4_0;
  recipe.tensor_types = {Rule("attn_v=q8_0"), Rule("ffn=Q5_1")};
  recipe.high_effort = true;
  recipe.importance = SomeImportance();
  const Options options = recipe.EffectiveOptions();
  ASSERT_EQ(options.size(), 7u);
  EXPECT_EQ(options[1], (Options::value_type{"output_type", "Q8_0"}));
  EXPECT_EQ(options[2], (Options::value_type{"embedding_type", "Q4_0"}));
  EXPECT_EQ(options[3], (Options::value_type{"tensor_type", "attn_v=q8_0"}));
  EXPECT_EQ(options[4], (Options::value_type{"tensor_type", "ffn=Q5_1"}));
  EXPECT_EQ(options[5], (Options::value_type{"effort", "high"}));
  EXPECT_EQ(options[6].first, "imatrix");
  EXPECT_TRUE(absl::StartsWith(options[6].second, "tiny.imatrix.dat sha256:"));
}

TEST(QuantizeRecipeTest, UnknownNamesAreRefusedWithTheList) {
  const auto recipe = QuantizeRecipe::Parse("Q4_K_XL");
  EXPECT_TRUE(absl::IsInvalidArgument(recipe.status()));
  EXPECT_NE(recipe.status().message().find("Q4_K_M"), absl::string_view::npos);
}

TEST(QuantizeRecipeTest, AnotherMixKeepsTheExceptions) {
  QuantizeRecipe recipe = QuantizeRecipe::Parse("Q4_K_M").value();
  recipe.output_type = DType::kF16;
  recipe.high_effort = true;
  const QuantizeRecipe other = recipe.WithMix("Q8_0").value();
  EXPECT_EQ(other.name(), "Q8_0");
  EXPECT_EQ(other.output_type, DType::kF16);
  EXPECT_TRUE(other.high_effort);
  recipe.set_budget({"target_bpw", "5", {}});
  EXPECT_FALSE(recipe.WithMix("keep").value().budget().has_value());
  EXPECT_FALSE(recipe.WithMix("Q9").ok());
}

}  // namespace
}  // namespace tessera
