#include "converter/pack/convert_rows.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/mapped_file.h"
#include "converter/pack/arena_plan.h"
#include "converter/quantize/importance_matrix.h"
#include "converter/source/float8_scales.h"
#include "converter/source/open_source.h"
#include "converter/source/weight_source.h"
#include "formats/dtype/dtype.h"

namespace tessera {
namespace {

// A row's blocks depend on nothing but the row, whatever is converted with it.
TEST(ConvertRowsTest, RowsDoNotDependOnTheirNeighbours) {
  const WeightSource source = OpenWeightSource("testdata/tiny").value();
  const auto importance =
      ImportanceMatrix::ReadFile("testdata/quantize/tiny.imatrix.gguf").value();
  for (const bool high_effort : {false, true}) {
    for (const bool weighed : {false, true}) {
      PlanOptions options;
      options.recipe = QuantizeRecipe::Parse("Q4_K_M").value();
      options.recipe.high_effort = high_effort;
      if (weighed) options.recipe.importance = importance;
      const ArenaPlan plan = PlanArena(source, options).value();
      for (size_t i = 0; i < source.tensors.size(); ++i) {
        const SourceTensor& tensor = source.tensors[i];
        if (plan.tensors[i].type == tensor.type || tensor.rows() < 4) continue;
        const uint64_t bytes = plan.tensors[i].layout.row_bytes;
        std::vector<uint8_t> together(4 * bytes);
        std::vector<uint8_t> alone(4 * bytes);
        RowFindings findings;
        ConvertRows(source, plan, i, 0, 4, together.data(), &findings);
        for (uint64_t row = 0; row < 4; ++row) {
          ConvertRows(source, plan, i, row, 1, alone.data() + row * bytes,
                      &findings);
        }
        EXPECT_EQ(together, alone) << tensor.name;
      }
    }
  }
}

// A source of one matrix of `type`, 2 x 256, that a file of `bytes` has.
WeightSource MatrixOf(DType type, const std::string& bytes) {
  const std::string path = testing::TempDir() + "/matrix";
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary) << bytes;
  WeightSource source;
  source.format = "gguf";
  source.files.push_back(MappedFile::Open(path).value());
  SourceTensor& tensor = source.tensors.emplace_back();
  tensor.name = "blk.0.ffn_down.weight";
  tensor.source_name = tensor.name;
  tensor.type = type;
  tensor.shape = {2, 256};
  tensor.parts = {{0, 0}};
  tensor.size = bytes.size();
  return source;
}

// Bytes may be nonzero where all values are zero, and so they are told.
TEST(ConvertRowsTest, ValuesOfZeroAreFound) {
  struct Case {
    DType type;
    std::string bytes;
    bool zero;
  };
  std::string minus_zeros;
  for (int i = 0; i < 512; ++i) minus_zeros += std::string("\0\x80", 2);
  std::string one_weight = minus_zeros;
  one_weight[2 * 300] = 1;
  // The scale, then the quants.
  const std::string block = std::string(2, '\0') + std::string(32, '\5');
  std::string no_scales;
  for (int i = 0; i < 16; ++i) no_scales += block;
  std::string one_scale = no_scales;
  one_scale[15 * 34 + 1] = 0x3c;
  for (const Case& c : {Case{DType::kF16, std::string(1024, '\0'), true},
                        Case{DType::kF16, minus_zeros, true},
                        Case{DType::kBF16, minus_zeros, true},
                        Case{DType::kF16, one_weight, false},
                        Case{DType::kBF16, one_weight, false},
                        Case{DType::kQ8_0, no_scales, true},
                        Case{DType::kQ8_0, one_scale, false}}) {
    const WeightSource source = MatrixOf(c.type, c.bytes);
    for (const char* to : {"keep", "F32"}) {
      PlanOptions options;
      options.recipe = QuantizeRecipe::Parse(to).value();
      const ArenaPlan plan = PlanArena(source, options).value();
      std::vector<uint8_t> rows(2 * plan.tensors[0].layout.row_bytes);
      RowFindings findings;
      ConvertRows(source, plan, 0, 0, 2, rows.data(), &findings);
      EXPECT_EQ(findings.zero, c.zero) << DTypeName(c.type) << " " << to;
    }
  }
}

// Ones of F8, some of them negative, times the scale at their end.
TEST(ConvertRowsTest, ScalesOfZeroLeaveZeros) {
  for (const float scale : {0.0f, 1.0f}) {
    std::string bytes(512, '\x38');
    bytes[0] = bytes[300] = '\xb8';
    bytes.append(sizeof(scale), '\0');
    std::memcpy(bytes.data() + 512, &scale, sizeof(scale));
    WeightSource source = MatrixOf(DType::kBF16, bytes);
    source.tensors[0].size = 512;
    Float8Scales& scales = source.tensors[0].scales.emplace();
    scales.block_rows = 2;
    scales.block_columns = 256;
    scales.grid_columns = 1;
    scales.parts = {{0, 512}};
    for (const char* to : {"keep", "F32"}) {
      PlanOptions options;
      options.recipe = QuantizeRecipe::Parse(to).value();
      const ArenaPlan plan = PlanArena(source, options).value();
      std::vector<uint8_t> rows(2 * plan.tensors[0].layout.row_bytes);
      RowFindings findings;
      ConvertRows(source, plan, 0, 0, 2, rows.data(), &findings);
      EXPECT_EQ(findings.zero, scale == 0) << to;
    }
  }
}

TEST(ConvertRowsTest, NumbersThatF32DoesNotHoldAreFound) {
  std::vector<double> values(512, 1);
  values[300] = 1e300;
  std::string bytes(values.size() * sizeof(double), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  const WeightSource source = MatrixOf(DType::kF64, bytes);
  PlanOptions options;
  options.recipe = QuantizeRecipe::Parse("keep").value();
  const ArenaPlan plan = PlanArena(source, options).value();
  std::vector<uint8_t> rows(2 * plan.tensors[0].layout.row_bytes);
  RowFindings findings;
  ConvertRows(source, plan, 0, 0, 2, rows.data(), &findings);
  EXPECT_EQ(findings.nonfinite, 1u);
  ASSERT_TRUE(findings.first_nonfinite.has_value());
  EXPECT_EQ(findings.first_nonfinite->row, 1u);
  EXPECT_EQ(findings.first_nonfinite->column, 44u);
}

}  // namespace
}  // namespace tessera
