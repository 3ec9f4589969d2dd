#include "converter/inspect/quality_table.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "converter/inspect/quality_report.h"
#include "formats/dtype/dtype.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using ::testing::ElementsAre;

// A tensor that was F32, with as many rows of 256 weights.
Tensor& AddTensor(absl::string_view name, DType type, uint64_t rows,
                  Manifest* manifest) {
  Tensor& tensor = *manifest->add_tensors();
  tensor.set_name(std::string(name));
  tensor.set_type(static_cast<uint32_t>(type));
  tensor.set_source_type(static_cast<uint32_t>(DType::kF32));
  tensor.add_shape(rows);
  tensor.add_shape(256);
  return tensor;
}

// As of `weights` values of mean square `signal`, with errors of mean square
// `noise`.
void SetError(double signal, double noise, double max_abs, Tensor* tensor) {
  QuantizationError& error = *tensor->mutable_error();
  error.set_rmse(std::sqrt(noise));
  error.set_snr_db(10 * std::log10(signal / noise));
  error.set_max_abs(max_abs);
}

Manifest SomeManifest() {
  Manifest manifest;
  SetError(4, 0.04, 0.5, &AddTensor("a", DType::kQ4_0, 3, &manifest));
  SetError(1, 0.0001, 0.125, &AddTensor("b", DType::kQ8_0, 1, &manifest));
  AddTensor("kept", DType::kF32, 2, &manifest);
  SetError(100, 0, 0, &AddTensor("widened", DType::kF32, 2, &manifest));
  return manifest;
}

TEST(QualityTableTest, TotalsAreThoseOfOneTensor) {
  const QualityTable table = QualityTableOf(SomeManifest());
  ASSERT_EQ(table.tensors.size(), 4u);
  EXPECT_EQ(table.tensors[0].weights, 768u);
  EXPECT_EQ(table.tensors[0].bits_per_weight(), 4.5);
  EXPECT_EQ(table.tensors[1].bits_per_weight(), 8.5);
  EXPECT_FALSE(table.tensors[2].error.has_value());
  EXPECT_EQ(table.weights, 2048u);
  EXPECT_EQ(table.bytes, 768 / 32 * 18 + 256 / 32 * 34 + 1024 * 4);
  EXPECT_DOUBLE_EQ(table.bits_per_weight(),
                   (768 * 4.5 + 256 * 8.5 + 1024 * 32) / 2048);
  EXPECT_EQ(table.quantized_weights, 1024u);
  const double noise = (3 * 0.04 + 0.0001) / 4;
  const double signal = (3 * 4.0 + 1) / 4;
  EXPECT_NEAR(table.error->rmse(), std::sqrt(noise), 1e-12);
  EXPECT_NEAR(table.error->snr_db(), 10 * std::log10(signal / noise), 1e-9);
  EXPECT_EQ(table.error->max_abs(), 0.5);
}

TEST(QualityTableTest, NothingQuantizedOrNothingLost) {
  Manifest manifest;
  QualityTable table = QualityTableOf(manifest);
  EXPECT_FALSE(table.error.has_value());
  EXPECT_EQ(table.bits_per_weight(), 0);
  AddTensor("kept", DType::kF16, 1, &manifest);
  EXPECT_FALSE(QualityTableOf(manifest).error.has_value());
  SetError(1, 0, 0, &AddTensor("widened", DType::kF32, 1, &manifest));
  table = QualityTableOf(manifest);
  ASSERT_TRUE(table.error.has_value());
  EXPECT_EQ(table.error->rmse(), 0);
  EXPECT_TRUE(std::isinf(table.error->snr_db()));
}

TEST(QualityTableTest, WhatIsNotFiniteIsNotExactAndCounts) {
  Manifest manifest = SomeManifest();
  Tensor& bad = AddTensor("bad", DType::kQ8_0, 1, &manifest);
  SetError(1, NAN, 1, &bad);
  bad.set_nonfinite_weights(3);
  AddTensor("kept_bad", DType::kF32, 1, &manifest).set_nonfinite_weights(2);
  const QualityTable table = QualityTableOf(manifest);
  EXPECT_EQ(table.nonfinite_weights, 5u);
  EXPECT_EQ(table.quantized_weights, 1024u + 256);
  EXPECT_TRUE(std::isnan(table.error->rmse()));
  const std::string text = QualityText(table, true);
  EXPECT_TRUE(absl::StrContains(text, "nan     nan")) << text;
  EXPECT_THAT(QualityRemarks(table),
              ElementsAre("5 weights are not finite: NaN, or infinite"));
  // What is no number is the worst.
  EXPECT_TRUE(absl::StrContains(QualitySummary(table), "max error\n  bad "))
      << QualitySummary(table);
}

// A row of zeros that was widened has a signal-to-noise ratio of 0 / 0.
TEST(QualityTableTest, ZerosAreExact) {
  Manifest manifest;
  SetError(0, 0, 0, &AddTensor("zeros", DType::kQ8_0, 1, &manifest));
  EXPECT_TRUE(
      absl::StrContains(QualityText(QualityTableOf(manifest), true), "exact"));
}

TEST(QualityTableTest, SaysWhatErrorsAreAgainst) {
  Manifest manifest;
  Tensor& tensor = AddTensor("a", DType::kQ8_0, 1, &manifest);
  tensor.set_source_type(static_cast<uint32_t>(DType::kQ4_0));
  SetError(1, 0.1, 1, &tensor);
  EXPECT_EQ(QualityTableOf(manifest).requantized_tensors, 1u);
  EXPECT_THAT(QualityRemarks(QualityTableOf(manifest)),
              ElementsAre("1 tensor was quantized before: its errors are "
                          "against that, not against the original weights"));
  *manifest.add_tensors() = manifest.tensors(0);
  EXPECT_THAT(QualityRemarks(QualityTableOf(manifest)),
              ElementsAre("2 tensors were quantized before: their errors are "
                          "against that, not against the original weights"));
}

TEST(QualityTableTest, NamesWeightsThatVanish) {
  Manifest manifest = SomeManifest();
  SetError(1e-18, 1e-18, 1e-9, &AddTensor("tiny", DType::kF16, 1, &manifest));
  EXPECT_THAT(QualityRemarks(QualityTableOf(manifest)),
              ElementsAre("1 tensor has lost all that it had: tiny, whose "
                          "weights are too small for its type"));
  SetError(1e-18, 1e-18, 1e-9, &AddTensor("more", DType::kF16, 1, &manifest));
  EXPECT_THAT(QualityRemarks(QualityTableOf(manifest)),
              ElementsAre("2 tensors have lost all that they had, such as "
                          "tiny: their weights are too small for their type"));
}

TEST(QualityReportTest, Text) {
  const std::string text = QualityText(QualityTableOf(SomeManifest()), true);
  EXPECT_EQ(
      text,
      "quality\n"
      "  name              type  from  weights  bits per weight    RMSE  SNR dB"
      "  max error\n"
      "  a                 Q4_0  F32       768            4.500     0.2   20.00"
      "        0.5\n"
      "  b                 Q8_0  F32       256            8.500    0.01   40.00"
      "      0.125\n"
      "  kept              F32             512           32.000\n"
      "  widened           F32             512           32.000       0   exact"
      "          0\n"
      "  2 tensors of F32                1,024           32.000\n"
      "  1 tensor of Q4_0                  768            4.500     0.2   20.00"
      "        0.5\n"
      "  1 tensor of Q8_0                  256            8.500    0.01   40.00"
      "      0.125\n"
      "  total                           2,048           18.750  0.1733   20.34"
      "        0.5\n");
  EXPECT_FALSE(absl::StrContains(
      QualityText(QualityTableOf(SomeManifest()), false), "kept"));
}

TEST(QualityReportTest, TheSummaryIsEmptyIfNothingWasLost) {
  Manifest manifest;
  EXPECT_EQ(QualitySummary(QualityTableOf(manifest)), "");
  AddTensor("kept", DType::kF16, 1, &manifest);
  SetError(1, 0, 0, &AddTensor("widened", DType::kF32, 1, &manifest));
  EXPECT_EQ(QualitySummary(QualityTableOf(manifest)), "");
}

TEST(QualityReportTest, TheSummaryFitsAScreen) {
  Manifest manifest;
  for (int i = 0; i < 300; ++i) {
    const std::string name = i == 7
                                 ? std::string(3000, '\x1b')
                                 : absl::StrCat("model.language_model.layers.",
                                                i, ".self_attn.q_proj.weight");
    const DType types[] = {DType::kQ4_0, DType::kQ8_0, DType::kQ5_0,
                           DType::kQ4_K, DType::kQ5_K, DType::kQ6_K,
                           DType::kF16,  DType::kQ4_1, DType::kINT8};
    SetError(1, 0.001 * (1 + i % 100), 1e-38,
             &AddTensor(name, types[i % 9], 1, &manifest));
  }
  const std::string text = QualitySummary(QualityTableOf(manifest));
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  EXPECT_LE(lines.size(), 22u) << text;
  for (const std::string& line : lines) {
    EXPECT_LE(line.size(), 80u) << line;
    for (const char c : line) EXPECT_GE(c, 0x20);
  }
  EXPECT_TRUE(absl::StrContains(text, "  3 more types\n")) << text;
  EXPECT_TRUE(absl::StrContains(text, "\n  total, 300 tensors ")) << text;
  EXPECT_TRUE(absl::StrContains(text, "...layers.199.self_attn.q_proj "))
      << text;
}

TEST(QualityReportTest, TheWorstComeFirst) {
  Manifest manifest;
  for (int i = 0; i < 30; ++i) {
    SetError(1, 0.001 * (i + 1), 1,
             &AddTensor(absl::StrCat("t", i), DType::kQ4_0, 1, &manifest));
  }
  const QualityTable table = QualityTableOf(manifest);
  EXPECT_THAT(WorstTensors(table, 3), ElementsAre(29, 28, 27));
  EXPECT_EQ(WorstTensors(table, 100).size(), 30u);
  const std::string text = QualitySummary(table);
  EXPECT_TRUE(absl::StrContains(text, "max error\n  t29 ")) << text;
  EXPECT_TRUE(absl::StrContains(text, "\n  t20 ")) << text;
  EXPECT_FALSE(absl::StrContains(text, "\n  t19 ")) << text;
  EXPECT_TRUE(absl::StrContains(text, "\n  30 tensors of Q4_0 ")) << text;
}

TEST(QualityReportTest, Json) {
  const auto json = QualityJson(QualityTableOf(SomeManifest()));
  ASSERT_TRUE(json.ok()) << json.status();
  for (const char* part :
       {"\"name\": \"kept\"", "\"bits_per_weight\": 18.75",
        "\"quantized_weights\": 1024", "\"types\": [", "\"snr_db\": null"}) {
    EXPECT_TRUE(absl::StrContains(*json, part)) << part << *json;
  }
}

}  // namespace
}  // namespace tessera
