#include "converter/quantize/importance_matrix.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/testing/as_bytes.h"
#include "tests/testing/byte_mutator.h"
#include "tests/testing/gguf_builder.h"

namespace tessera {
namespace {

template <typename T>
std::string Raw(const std::vector<T>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()),
                     values.size() * sizeof(T));
}

TestGgufTensor Floats(const std::string& name, std::vector<uint64_t> shape,
                      const std::vector<float>& values) {
  return {name, DType::kF32, std::move(shape), Raw(values)};
}

std::string Gguf(const std::vector<TestGgufTensor>& tensors) {
  GgufMetadata metadata;
  metadata.Append("general.type", GgufValue::String("imatrix"));
  return BuildGguf(metadata, tensors);
}

// One entry of the older format.
std::string LegacyEntry(const std::string& name, int32_t calls,
                        const std::vector<float>& values) {
  return absl::StrCat(
      Raw<int32_t>({static_cast<int32_t>(name.size())}), name,
      Raw<int32_t>({calls, static_cast<int32_t>(values.size())}), Raw(values));
}

std::string Legacy(const std::vector<std::string>& entries) {
  std::string bytes = Raw<int32_t>({static_cast<int32_t>(entries.size())});
  for (const std::string& entry : entries) bytes += entry;
  return bytes;
}

absl::StatusOr<ImportanceMatrix> Parse(const std::string& bytes) {
  return ImportanceMatrix::Parse(AsBytes(bytes));
}

void ExpectDataLoss(const std::string& bytes, absl::string_view reason) {
  const auto matrix = Parse(bytes);
  EXPECT_TRUE(absl::IsDataLoss(matrix.status())) << matrix.status();
  EXPECT_TRUE(absl::StrContains(matrix.status().message(), reason))
      << matrix.status();
}

using Weights = std::vector<float>;

Weights Find(const ImportanceMatrix& matrix, absl::string_view tensor,
             uint64_t index, uint64_t columns) {
  const auto found = matrix.Find(tensor, index, columns);
  return {found.begin(), found.end()};
}

TEST(ImportanceMatrixTest, DividesSumsByCountsPerExpert) {
  const auto matrix =
      Parse(Gguf({Floats("a.weight.in_sum2", {1, 2}, {3, 8}),
                  Floats("a.weight.counts", {1, 1}, {2}),
                  Floats("e.weight.counts", {3, 1}, {10, 0, 4}),
                  Floats("e.weight.in_sum2", {3, 2}, {1, 2, 3, 4, 5, 6})}));
  ASSERT_TRUE(matrix.ok()) << matrix.status();
  EXPECT_EQ(matrix->tensors(), 2u);
  EXPECT_EQ(Find(*matrix, "a.weight", 0, 2), (Weights{1.5f, 4}));
  EXPECT_EQ(Find(*matrix, "e.weight", 0, 2), (Weights{1 / 10.0f, 2 / 10.0f}));
  // No text came to this expert: all columns count the same.
  EXPECT_EQ(Find(*matrix, "e.weight", 1, 2), (Weights{1, 1}));
  EXPECT_EQ(Find(*matrix, "e.weight", 2, 2), (Weights{1.25f, 1.5f}));
  EXPECT_EQ(matrix->CountOf("e.weight"), 6u);
}

TEST(ImportanceMatrixTest, FindGivesNothingThatDoesNotFit) {
  const auto matrix =
      Parse(Legacy({LegacyEntry("a.weight", 1, {1, 2, 3, 4, 5, 6})}));
  ASSERT_TRUE(matrix.ok()) << matrix.status();
  EXPECT_EQ(Find(*matrix, "a.weight", 1, 3), (Weights{4, 5, 6}));
  EXPECT_EQ(Find(*matrix, "a.weight", 2, 3), Weights());
  EXPECT_EQ(Find(*matrix, "a.weight", 0, 4), Weights());
  EXPECT_EQ(Find(*matrix, "a.weight", 0, 0), Weights());
  EXPECT_EQ(Find(*matrix, "b.weight", 0, 3), Weights());
  EXPECT_EQ(matrix->CountOf("b.weight"), 0u);
}

TEST(ImportanceMatrixTest, ReadsTheOlderFormat) {
  const std::string bytes = Legacy(
      {LegacyEntry("a.weight", 4, {1, 2}), LegacyEntry("b.weight", 0, {5})});
  // With and without what may follow: chunks and the name of the text.
  for (const std::string& rest :
       {std::string(), Raw<int32_t>({8, 3}) + "abc", std::string("x")}) {
    const auto matrix = Parse(bytes + rest);
    ASSERT_TRUE(matrix.ok()) << matrix.status();
    EXPECT_EQ(Find(*matrix, "a.weight", 0, 2), (Weights{0.25f, 0.5f}));
    EXPECT_EQ(Find(*matrix, "b.weight", 0, 1), (Weights{5}));
  }
}

// llama-imatrix wrote both from the same run.
TEST(ImportanceMatrixTest, BothFormsOfTheTinyModelAgree) {
  const auto gguf =
      ImportanceMatrix::ReadFile("testdata/quantize/tiny.imatrix.gguf");
  const auto legacy =
      ImportanceMatrix::ReadFile("testdata/quantize/tiny.imatrix.dat");
  ASSERT_TRUE(gguf.ok()) << gguf.status();
  ASSERT_TRUE(legacy.ok()) << legacy.status();
  EXPECT_EQ((*gguf)->tensors(), 21u);
  EXPECT_EQ((*legacy)->tensors(), 21u);
  const absl::string_view name = "blk.1.ffn_down.weight";
  const uint64_t columns = (*gguf)->CountOf(name);
  const Weights a = Find(**gguf, name, 0, columns);
  const Weights b = Find(**legacy, name, 0, columns);
  ASSERT_GT(a.size(), 256u);
  ASSERT_EQ(b.size(), a.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_NEAR(a[i], b[i], 1e-6f * a[i]);
  }
  EXPECT_TRUE(absl::StartsWith((*gguf)->origin(), "tiny.imatrix.gguf sha256:"));
}

TEST(ImportanceMatrixTest, RefusesValuesThatAreNoWeights) {
  for (float bad :
       {std::numeric_limits<float>::infinity(), std::nanf(""), -1.0f}) {
    ExpectDataLoss(Legacy({LegacyEntry("a.weight", 1, {1, bad})}),
                   "'a.weight', value 1");
    ExpectDataLoss(Gguf({Floats("a.weight.in_sum2", {1, 2}, {bad, 1}),
                         Floats("a.weight.counts", {1, 1}, {1})}),
                   "'a.weight', value 0");
    ExpectDataLoss(Gguf({Floats("a.weight.in_sum2", {1, 2}, {1, 1}),
                         Floats("a.weight.counts", {1, 1}, {bad})}),
                   "'a.weight', value 0");
  }
}

TEST(ImportanceMatrixTest, RefusesGgufFilesThatAreNone) {
  ExpectDataLoss(Gguf({Floats("a.weight", {2}, {1, 2})}), "found none");
  ExpectDataLoss(Gguf({Floats("a.weight.counts", {1}, {1})}),
                 "only one of them");
  ExpectDataLoss(Gguf({Floats("a.weight.in_sum2", {3}, {1, 2, 3}),
                       Floats("a.weight.counts", {2}, {1, 1})}),
                 "3 sums do not divide into 2 counts");
  ExpectDataLoss(Gguf({Floats("a.weight.in_sum2", {0}, {}),
                       Floats("a.weight.counts", {0}, {})}),
                 "do not divide");
  ExpectDataLoss(
      Gguf({{"a.weight.in_sum2", DType::kF16, {2}, Raw<uint16_t>({1, 2})},
            Floats("a.weight.counts", {1}, {1})}),
      "expected F32, found F16");
}

TEST(ImportanceMatrixTest, RefusesDamagedFilesOfTheOlderFormat) {
  ExpectDataLoss("", "no tensors");
  ExpectDataLoss(Raw<int32_t>({-5}), "no tensors");
  ExpectDataLoss(Raw<int32_t>({1, -1}), "no name");
  ExpectDataLoss(Raw<int32_t>({1, 4}) + "abc", "no name");
  ExpectDataLoss(Raw<int32_t>({1, 1}) + "a" + Raw<int32_t>({1, -1}),
                 "cut short");
  ExpectDataLoss(Raw<int32_t>({1, 1}) + "a" + Raw<int32_t>({1, 0x7fffffff}),
                 "cut short");
  ExpectDataLoss(Legacy({LegacyEntry("a", 1, {1}), LegacyEntry("a", 1, {1})}),
                 "second entry");
}

TEST(ImportanceMatrixTest, SurvivesDamage) {
  const std::string files[] = {
      Legacy({LegacyEntry("a.weight", 4, {1, 2}),
              LegacyEntry("b.weight", 0, {5})}),
      Gguf({Floats("a.weight.in_sum2", {2, 2}, {3, 8, 1, 1}),
            Floats("a.weight.counts", {2, 1}, {2, 0})})};
  for (const std::string& file : files) {
    ByteMutator mutator(file);
    for (int i = 0; i < 3000; ++i) {
      const auto matrix = Parse(mutator.Next());
      if (!matrix.ok()) continue;
      for (float weight : matrix->Find("a.weight", 0, 2)) {
        EXPECT_TRUE(std::isfinite(weight) && weight >= 0);
      }
    }
  }
}

TEST(ImportanceMatrixTest, OtherModelsAreNoticed) {
  const auto matrix = Parse(Legacy({LegacyEntry("a.weight", 1, {1, 2, 3, 4}),
                                    LegacyEntry("token_embd.weight", 1, {1})}));
  ASSERT_TRUE(matrix.ok()) << matrix.status();
  const std::vector<uint64_t> four = {7, 4}, two = {7, 2}, experts = {2, 7, 2};
  const auto check = [&](absl::string_view name, absl::Span<const uint64_t> s) {
    return matrix->CheckFits({TensorSummary{name, DType::kF16, s}});
  };
  EXPECT_TRUE(check("a.weight", four).ok());
  EXPECT_TRUE(check("a.weight", experts).ok());
  EXPECT_TRUE(check("b.weight", two).ok());
  EXPECT_TRUE(check("token_embd.weight", four).ok());
  const absl::Status status = check("a.weight", two);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(status.message(),
            "a.weight: its importance matrix has 4 values, expected 2; it was "
            "made for another model");
}

TEST(ImportanceMatrixTest, FilesAreNamed) {
  const auto missing = ImportanceMatrix::ReadFile("no/such.imatrix");
  EXPECT_TRUE(absl::IsNotFound(missing.status())) << missing.status();
  const auto wrong =
      ImportanceMatrix::ReadFile("testdata/tiny/gguf/tiny-Q8_0.gguf");
  EXPECT_TRUE(absl::IsDataLoss(wrong.status()));
  EXPECT_TRUE(absl::StartsWith(wrong.status().message(),
                               "testdata/tiny/gguf/tiny-Q8_0.gguf: "));
}

}  // namespace
}  // namespace tessera
