#include "runtime/llm/measure_perplexity.h"

#include <cmath>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/llm/perplexity_report.h"
#include "runtime/loader/loaded_arena.h"
#include "runtime/tokenizer/tokenizer.h"
#include "tests/testing/convert_model.h"
#include "tests/testing/golden_model.h"

namespace tessera {
namespace {

constexpr char kTiny[] = "testdata/tiny";

// An arena of the tiny model.
std::string Arena(const std::string& quantize) {
  const std::string path =
      absl::StrCat(testing::TempDir(), "/", quantize, ".arena");
  ConvertModelOptions options;
  options.quantize = quantize;
  const absl::Status status = ConvertModel(kTiny, path, options);
  EXPECT_TRUE(status.ok()) << status;
  return path;
}

const GoldenModel& Golden() {
  static const GoldenModel& golden =
      *new GoldenModel(*ReadGoldenModel(absl::StrCat(kTiny, "/golden")));
  return golden;
}

// The text that the golden token ids were made from.
std::string EvalText() {
  const auto arena = LoadedArena::Open(Arena("F32"), LoadOptions());
  EXPECT_TRUE(arena.ok()) << arena.status();
  const auto tokenizer = Tokenizer::Create((*arena)->manifest().tokenizer());
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  std::string text;
  for (int32_t id : Golden().eval_ids) {
    absl::StrAppend(&text, (*tokenizer)->Decode(id));
  }
  EXPECT_EQ((*tokenizer)->Encode(text, {}), Golden().eval_ids);
  return text;
}

PerplexityOptions OptionsFor(const std::string& arena,
                             const std::string& base = "") {
  PerplexityOptions options;
  options.arena = arena;
  options.base = base;
  options.threads = 2;
  options.quiet = true;
  return options;
}

PerplexityReport Measure(const PerplexityOptions& options,
                         const std::string& text) {
  const auto report = MeasurePerplexity(options, text);
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *report : PerplexityReport();
}

TEST(MeasurePerplexityTest, ReferenceFigures) {
  const std::string text = EvalText();
  for (const char* type : {"F32", "Q8_0", "Q4_0", "Q4_K_M"}) {
    SCOPED_TRACE(type);
    const GoldenResults& golden =
        Golden().by_type.at(std::string(type) == "F32" ? "f32" : type);
    // Weights are the reference's; activations of 8 bits add a little.
    const double tolerance = std::string(type) == "F32" ? 1e-5 : 5e-4;
    PerplexityOptions options = OptionsFor(Arena(type));
    const PerplexityReport half = Measure(options, text);
    EXPECT_NEAR(half.nll().mean(), golden.nll_second_half, tolerance);
    EXPECT_DOUBLE_EQ(half.perplexity(), std::exp(half.nll().mean()));
    EXPECT_EQ(half.windows(), 8u);
    EXPECT_EQ(half.scored_tokens(), 2040u);
    EXPECT_FALSE(half.has_comparison());
    options.score_all = true;
    const PerplexityReport all = Measure(options, text);
    EXPECT_NEAR(all.nll().mean(), golden.nll, tolerance);
    EXPECT_EQ(all.scored_tokens(), 4088u);
  }
}

TEST(MeasurePerplexityTest, DivergenceGrowsAsBitsGetFewer) {
  const std::string text = EvalText();
  const std::string base = Arena("F32");
  const PerplexityReport::Comparison same =
      Measure(OptionsFor(base, base), text).comparison();
  EXPECT_NEAR(same.kl_divergence().mean(), 0, 1e-6);
  EXPECT_NEAR(same.kl_divergence_max(), 0, 1e-6);
  EXPECT_EQ(same.rms_probability_difference(), 0);
  EXPECT_EQ(same.same_top().mean(), 1);
  EXPECT_NEAR(same.base_nll().mean(),
              Golden().by_type.at("f32").nll_second_half, 1e-5);
  const auto q8 = Measure(OptionsFor(Arena("Q8_0"), base), text).comparison();
  const auto q4 = Measure(OptionsFor(Arena("Q4_0"), base), text).comparison();
  EXPECT_GT(q8.kl_divergence().mean(), 1e-7);
  EXPECT_GT(q4.kl_divergence().mean(), 10 * q8.kl_divergence().mean());
  EXPECT_GT(q4.kl_divergence_99(), q8.kl_divergence_99());
  EXPECT_GT(q4.kl_divergence_max(), q4.kl_divergence_99());
  EXPECT_GT(q4.kl_divergence_99(), q4.kl_divergence_90());
  EXPECT_GT(q4.kl_divergence_90(), q4.kl_divergence_median());
  EXPECT_GT(q4.rms_probability_difference(), q8.rms_probability_difference());
  EXPECT_LT(q4.same_top().mean(), 1);
  EXPECT_GT(q4.same_top().mean(), 0.98);
  EXPECT_EQ(q4.base_perplexity(), same.base_perplexity());
}

TEST(MeasurePerplexityTest, FiguresDoNotDependOnThreads) {
  const std::string text = EvalText();
  PerplexityOptions options = OptionsFor(Arena("Q4_0"), Arena("F32"));
  options.ctx_size = 100;  // windows that pieces do not divide
  options.max_windows = 5;
  PerplexityReport reports[2];
  for (int threads : {1, 3}) {
    options.threads = threads;
    PerplexityReport report = Measure(options, text);
    EXPECT_EQ(report.windows(), 5u);
    EXPECT_EQ(report.scored_tokens(), 5u * 49);
    report.clear_seconds();
    report.clear_tokens_per_second();
    report.clear_threads();
    reports[threads == 3] = report;
  }
  EXPECT_EQ(reports[0].SerializeAsString(), reports[1].SerializeAsString());
}

TEST(MeasurePerplexityTest, RefusesTextsAndBasesThatDoNotFit) {
  const std::string arena = Arena("Q4_0");
  auto report = MeasurePerplexity(OptionsFor(arena), "A short text.");
  EXPECT_TRUE(absl::IsInvalidArgument(report.status())) << report.status();
  EXPECT_TRUE(absl::StrContains(report.status().message(), "window of 512"));
  report = MeasurePerplexity(OptionsFor(arena), "");
  EXPECT_TRUE(absl::IsInvalidArgument(report.status())) << report.status();
  report = MeasurePerplexity(OptionsFor("missing.arena"), "x");
  EXPECT_TRUE(absl::IsNotFound(report.status()));

  const std::string vocabulary =
      absl::StrCat(testing::TempDir(), "/vocabulary.arena");
  ASSERT_TRUE(ConvertModel(absl::StrCat(kTiny, "/spm/tiny-spm-vocab.gguf"),
                           vocabulary, {})
                  .ok());
  report = MeasurePerplexity(OptionsFor(arena, vocabulary), EvalText());
  EXPECT_FALSE(report.ok());
  EXPECT_TRUE(absl::StrContains(report.status().message(), vocabulary));
}

TEST(PerplexityReportTest, TextAndJson) {
  PerplexityReport report;
  report.mutable_comparison()->set_base("base.arena");
  report.set_windows(3);
  report.set_score("half");
  ScoreStatistics scores;
  TokenScore token;
  token.nll = 1;
  token.kl_divergence = 0.5;
  scores.Add(token);
  SetScores(scores, &report);
  const std::string text = PerplexityText(report);
  for (const char* part :
       {"perplexity  2.7183", "base.arena", "KL          0.5",
        "second half of each of 3 windows"}) {
    EXPECT_TRUE(absl::StrContains(text, part)) << text;
  }
  const auto json = PerplexityJson(report);
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_TRUE(absl::StrContains(*json, "\"kl_divergence_99\":0.5")) << *json;
  EXPECT_TRUE(absl::StrContains(*json, "\"scored_tokens\":1")) << *json;
}

}  // namespace
}  // namespace tessera
