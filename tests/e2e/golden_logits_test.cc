// Converts the tiny model in every type and compares what the runtime computes
// with an exact forward pass on the same weights.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/isa.h"
#include "gtest/gtest.h"
#include "tests/testing/convert_model.h"
#include "tests/testing/golden_model.h"
#include "tests/testing/model_evaluation.h"

namespace tessera {
namespace {

constexpr char kTiny[] = "testdata/tiny";

// A model to convert, and the weights that must result.
struct Case {
  std::string input;
  std::string quantize;
  std::string golden;  // key of GoldenModel::by_type
};

std::vector<Case> Cases() {
  const std::string safetensors = absl::StrCat(kTiny, "/model.safetensors");
  std::vector<Case> cases = {
      {safetensors, "keep", "bf16"},     {safetensors, "F32", "f32"},
      {safetensors, "F16", "f16"},       {safetensors, "Q8_0", "Q8_0"},
      {safetensors, "Q4_0", "Q4_0"},     {safetensors, "Q4_K_S", "Q4_K_S"},
      {safetensors, "Q4_K_M", "Q4_K_M"}, {safetensors, "Q5_K_M", "Q5_K_M"},
      {safetensors, "Q6_K", "Q6_K"},
  };
  for (const char* type :
       {"Q2_K",      "Q3_K_M",      "Q4_0",        "Q4_K_S",     "Q4_K_M",
        "Q5_K_M",    "Q6_K",        "Q8_0",        "IQ4_XS",     "Q2_K-pure",
        "Q3_K-pure", "Q4_0-pure",   "Q4_1-pure",   "Q4_K-pure",  "Q5_0-pure",
        "Q5_1-pure", "IQ4_NL-pure", "IQ4_XS-pure", "MXFP4-pure", "TQ1_0-pure",
        "TQ2_0-pure"}) {
    cases.push_back(
        {absl::StrCat(kTiny, "/gguf/tiny-", type, ".gguf"), "keep", type});
  }
  return cases;
}

std::string CaseName(const testing::TestParamInfo<Case>& info) {
  const Case& c = info.param;
  return absl::StrReplaceAll(
      absl::StrCat(absl::EndsWith(c.input, ".gguf") ? "Gguf_" : "Safetensors_",
                   c.golden),
      {{"-", "_"}});
}

// The greatest logit difference that llama.cpp stays below too.
double Tolerance(const std::string& golden) {
  if (golden == "f32") return 0.005;
  if (golden == "f16") return 0.006;
  if (golden == "bf16") return 0.04;
  return 0.25;
}

// The three-valued types destroy this model: its greedy path then hangs on
// differences below any rounding.
bool HasStableGreedyPath(const std::string& golden) {
  return !absl::StartsWith(golden, "TQ");
}

const GoldenModel& Golden() {
  static const GoldenModel* model = [] {
    auto golden = ReadGoldenModel(absl::StrCat(kTiny, "/golden"));
    EXPECT_TRUE(golden.ok()) << golden.status();
    return new GoldenModel(*std::move(golden));
  }();
  return *model;
}

class GoldenLogitsTest : public testing::TestWithParam<Case> {
 protected:
  // Converts to `layout` and returns the arena's path.
  std::string Convert(LayoutOrder layout) {
    const std::string path = absl::StrCat(testing::TempDir(), "/golden.arena");
    ConvertModelOptions options;
    options.layout = layout;
    options.quantize = GetParam().quantize;
    const absl::Status status = ConvertModel(GetParam().input, path, options);
    EXPECT_TRUE(status.ok()) << status;
    return path;
  }

  Evaluation Evaluate(const std::string& path, EvaluationOptions options,
                      ThreadPool& pool) {
    options.pool = &pool;
    auto result = EvaluateArena(path, Golden(), Expected(), options);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *result : Evaluation();
  }

  const GoldenResults& Expected() const {
    return Golden().by_type.at(GetParam().golden);
  }

  void ExpectGolden(const Evaluation& result) const {
    EXPECT_LE(result.max_logit_difference, Tolerance(GetParam().golden));
    if (!HasStableGreedyPath(GetParam().golden)) return;
    for (size_t i = 0; i < result.equal_greedy.size(); ++i) {
      EXPECT_EQ(result.equal_greedy[i], 48) << "prompt " << i;
    }
  }
};

TEST_P(GoldenLogitsTest, InterleavedOnEveryIsa) {
  const std::string path = Convert(LayoutOrder::kInterleaved);
  ThreadPool pool(2);
  for (Isa isa : SupportedIsas()) {
    SCOPED_TRACE(std::string(IsaName(isa)));
    EvaluationOptions options;
    options.isa = isa;
    options.nll = isa == SupportedIsas().back();
    const Evaluation result = Evaluate(path, options, pool);
    ExpectGolden(result);
    if (options.nll) {
      EXPECT_NEAR(result.nll, Expected().nll, 0.001);
    }
  }
}

TEST_P(GoldenLogitsTest, RowMajor) {
  const std::string path = Convert(LayoutOrder::kRowMajor);
  ThreadPool pool(2);
  EvaluationOptions options;
  options.isa = SupportedIsas().back();
  options.nll = false;
  ExpectGolden(Evaluate(path, options, pool));
}

TEST_P(GoldenLogitsTest, ExactArithmeticIsExact) {
  const std::string path = Convert(LayoutOrder::kInterleaved);
  ThreadPool pool(2);
  EvaluationOptions options;
  options.isa = SupportedIsas().back();
  options.exact = true;
  options.nll = false;
  EXPECT_LE(Evaluate(path, options, pool).max_logit_difference, 1e-4);
}

TEST_P(GoldenLogitsTest, DoesNotDependOnTheNumberOfThreads) {
  const std::string path = Convert(LayoutOrder::kInterleaved);
  EvaluationOptions options;
  options.isa = SupportedIsas().back();
  options.nll = false;
  ThreadPool one(1);
  const Evaluation reference = Evaluate(path, options, one);
  for (int threads : {2, 3}) {
    ThreadPool pool(threads);
    const Evaluation result = Evaluate(path, options, pool);
    EXPECT_EQ(result.logits, reference.logits) << threads;
    EXPECT_EQ(result.greedy_ids, reference.greedy_ids) << threads;
  }
}

// The order of the tiles does not change a bit of any logit.
class SpreadTilesTest : public GoldenLogitsTest {};

TEST_P(SpreadTilesTest, GiveTheLogitsOfInterleaved) {
  ThreadPool one(1);
  ThreadPool three(3);
  EvaluationOptions options;
  options.isa = SupportedIsas().back();
  options.nll = false;
  const Evaluation reference =
      Evaluate(Convert(LayoutOrder::kInterleaved), options, one);
  ExpectGolden(reference);
  for (LayoutOrder order : {LayoutOrder::kTransposed, LayoutOrder::kSwizzled}) {
    SCOPED_TRACE(std::string(LayoutOrderName(order)));
    const Evaluation result = Evaluate(Convert(order), options, three);
    EXPECT_EQ(result.logits, reference.logits);
    EXPECT_EQ(result.greedy_ids, reference.greedy_ids);
  }
}

// One of each kind of tile: two-byte and four-byte floats, one and two blocks,
// two super-blocks, and row scales.
INSTANTIATE_TEST_SUITE_P(
    Types, SpreadTilesTest,
    testing::Values(
        Case{absl::StrCat(kTiny, "/model.safetensors"), "keep", "bf16"},
        Case{absl::StrCat(kTiny, "/model.safetensors"), "F32", "f32"},
        Case{absl::StrCat(kTiny, "/model.safetensors"), "Q8_0", "Q8_0"},
        Case{absl::StrCat(kTiny, "/model.safetensors"), "Q4_K_M", "Q4_K_M"},
        Case{absl::StrCat(kTiny, "/gguf/tiny-Q4_0-pure.gguf"), "keep",
             "Q4_0-pure"}),
    CaseName);

INSTANTIATE_TEST_SUITE_P(Types, GoldenLogitsTest, testing::ValuesIn(Cases()),
                         CaseName);

}  // namespace
}  // namespace tessera
