#include "runtime/ops/matmul.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "base/checked_math.h"
#include "formats/layout/pack.h"
#include "gtest/gtest.h"
#include "runtime/ops/panel.h"

namespace tessera {
namespace {

// 64-byte aligned bytes.
struct alignas(64) Line {
  uint8_t bytes[64];
};
using Lines = std::vector<Line>;

Lines MakeLines(uint64_t bytes) { return Lines(CeilDiv(bytes, 64)); }
uint8_t* Data(Lines& lines) { return lines.data()->bytes; }

// A matrix of random weights of about `type`'s usual size.
class RandomMatrix {
 public:
  RandomMatrix(DType type, LayoutOrder order, uint64_t rows, uint64_t columns)
      : shape_{rows, columns} {
    const TensorLayout layout =
        MakeTensorLayout(order, type, rows, columns).value();
    std::mt19937 random(rows * 31 + columns);
    std::normal_distribution<float> normal(0, 0.1f);
    std::vector<float> values(columns);
    rowmajor_.resize(rows * layout.row_bytes);
    for (uint64_t r = 0; r < rows; ++r) {
      for (float& value : values) value = normal(random);
      FindCodec(type)->quantize_row(values.data(), columns, nullptr,
                                    &rowmajor_[r * layout.row_bytes]);
    }
    lines_ = MakeLines(layout.StoredBytes());
    for (uint64_t t = 0; t < layout.row_tiles(); ++t) {
      PackMatrixTile(layout, t,
                     &rowmajor_[t * layout.tile_rows * layout.row_bytes],
                     Data(lines_));
    }
    view_ = {"weights", type, layout, Data(lines_), shape_};
  }

  const TensorView& view() const { return view_; }

  // Row `row` decoded, straight from the row-major blocks.
  std::vector<float> Row(uint64_t row) const {
    std::vector<float> values(shape_[1]);
    FindCodec(view_.type)
        ->dequantize_row(&rowmajor_[row * view_.layout.row_bytes], shape_[1],
                         values.data());
    return values;
  }

 private:
  std::vector<uint64_t> shape_;
  std::vector<uint8_t> rowmajor_;
  Lines lines_;
  TensorView view_;
};

// Activations of `tokens` tokens in both forms. Token t depends on
// `first_token` + t only.
class RandomActivations {
 public:
  RandomActivations(const KernelTable& kernels, int64_t first_token,
                    int64_t tokens, int64_t columns)
      : f32_(tokens * columns) {
    const int64_t blocks = tokens * CeilDiv(columns, kActivationBlock);
    q_ = MakeLines(blocks * kActivationBlock);
    scale_.resize(blocks);
    sum16_.resize(blocks * 2);
    for (int64_t t = 0; t < tokens; ++t) {
      std::mt19937 random(first_token + t);
      std::normal_distribution<float> normal;
      for (int64_t i = 0; i < columns; ++i) {
        f32_[t * columns + i] = normal(random);
      }
    }
    auto* q = reinterpret_cast<int8_t*>(Data(q_));
    kernels.quantize_activations({tokens, columns, 0, tokens, f32_.data(),
                                  columns, q, scale_.data(), sum16_.data()});
    x_ = {tokens, columns,       f32_.data(),  columns,
          q,      scale_.data(), sum16_.data()};
  }

  const Activations& x() const { return x_; }
  const float* Token(int64_t t) const { return x_.f32 + t * x_.f32_stride; }

 private:
  std::vector<float> f32_;
  Lines q_;
  std::vector<float> scale_;
  std::vector<int32_t> sum16_;
  Activations x_;
};

// out[token][row] for all rows, computed in pieces of `piece` tiles.
std::vector<float> Multiply(const Matrix& matrix, const Activations& x,
                            int64_t piece) {
  Lines scratch = MakeLines(ScratchBytes(matrix));
  std::vector<float> out(x.tokens * matrix.rows(), NAN);
  for (int64_t tile = 0; tile < matrix.tiles(); tile += piece) {
    MatmulTiles(matrix, x, tile, std::min(tile + piece, matrix.tiles()),
                out.data(), matrix.rows(), Data(scratch));
  }
  return out;
}

struct Case {
  DType type;
  LayoutOrder order;
  bool exact;
};

std::string CaseName(const testing::TestParamInfo<Case>& info) {
  return DTypeName(info.param.type) + "_" +
         std::string(LayoutOrderName(info.param.order)) +
         (info.param.exact ? "_exact" : "");
}

class MatmulTest : public testing::TestWithParam<Case> {
 protected:
  static constexpr uint64_t kRows = 83;  // the last tile has 3 rows
  static constexpr uint64_t kColumns = 512;

  void ForEachKernelTable(
      const std::function<void(const KernelTable&, const Matrix&)>& test) {
    const RandomMatrix weights(GetParam().type, GetParam().order, kRows,
                               kColumns);
    for (const Isa isa : SupportedIsas()) {
      SCOPED_TRACE(std::string(IsaName(isa)));
      const KernelTable& kernels = KernelTableFor(isa);
      const auto matrix = MakeMatrix(weights.view(), kernels, GetParam().exact);
      ASSERT_TRUE(matrix.ok()) << matrix.status();
      test(kernels, *matrix);
    }
  }
};

TEST_P(MatmulTest, AgreesWithADotProductInDouble) {
  const RandomMatrix weights(GetParam().type, GetParam().order, kRows,
                             kColumns);
  ForEachKernelTable([&](const KernelTable& kernels, const Matrix& matrix) {
    const RandomActivations activations(kernels, 0, 3, kColumns);
    const std::vector<float> out = Multiply(matrix, activations.x(), 2);
    // Activations in 8 bits are off by up to 1/254 of their block's largest.
    const double tolerance =
        matrix.InputForm(1) == ActivationForm::kInt8 ? 0.15 : 1e-4;
    for (uint64_t row = 0; row < kRows; ++row) {
      const std::vector<float> w = weights.Row(row);
      for (int64_t t = 0; t < 3; ++t) {
        double sum = 0;
        for (uint64_t i = 0; i < kColumns; ++i) {
          sum += double{w[i]} * activations.Token(t)[i];
        }
        ASSERT_NEAR(out[t * kRows + row], sum, tolerance)
            << "row " << row << " token " << t;
      }
    }
  });
}

TEST_P(MatmulTest, BitsDependNeitherOnTheSplitNorOnOtherTokens) {
  ForEachKernelTable([&](const KernelTable& kernels, const Matrix& matrix) {
    constexpr int64_t kTokens = 19;
    const RandomActivations all(kernels, 0, kTokens, kColumns);
    const std::vector<float> together = Multiply(matrix, all.x(), 100);
    EXPECT_EQ(together, Multiply(matrix, all.x(), 1));
    EXPECT_EQ(together, Multiply(matrix, all.x(), 4));
    for (int64_t t = 0; t < kTokens; ++t) {
      const RandomActivations one(kernels, t, 1, kColumns);
      const std::vector<float> alone = Multiply(matrix, one.x(), 2);
      EXPECT_TRUE(
          std::equal(alone.begin(), alone.end(), together.begin() + t * kRows))
          << "token " << t;
    }
  });
}

TEST_P(MatmulTest, DequantizeRowDecodesAnyRow) {
  const RandomMatrix weights(GetParam().type, GetParam().order, kRows,
                             kColumns);
  const auto matrix = MakeMatrix(weights.view(), KernelTableFor(Isa::kScalar),
                                 GetParam().exact);
  ASSERT_TRUE(matrix.ok());
  Lines scratch = MakeLines(ScratchBytes(*matrix));
  std::vector<float> row(kColumns);
  for (uint64_t r = 0; r < kRows; ++r) {
    DequantizeRow(*matrix, r, Data(scratch), row.data());
    ASSERT_EQ(row, weights.Row(r)) << r;
  }
}

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  for (const DType type :
       {DType::kF32, DType::kF16, DType::kBF16, DType::kQ8_0, DType::kINT8,
        DType::kQ4_0, DType::kQ4_K, DType::kQ5_K, DType::kQ6_K, DType::kQ4_1,
        DType::kIQ4_NL}) {
    for (const LayoutOrder order :
         {LayoutOrder::kRowMajor, LayoutOrder::kInterleaved,
          LayoutOrder::kTransposed, LayoutOrder::kSwizzled}) {
      for (const bool exact : {false, true}) {
        cases.push_back({type, order, exact});
      }
    }
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(TypesAndLayouts, MatmulTest,
                         testing::ValuesIn(AllCases()), CaseName);

TEST(MakeMatrixTest, ExactModeUsesNoKernel) {
  const RandomMatrix weights(DType::kQ4_0, LayoutOrder::kInterleaved, 16, 64);
  const KernelTable& kernels = KernelTableFor(Isa::kScalar);
  EXPECT_NE(MakeMatrix(weights.view(), kernels, false)->kernel, nullptr);
  EXPECT_EQ(MakeMatrix(weights.view(), kernels, true)->kernel, nullptr);
}

TEST(MakeMatrixTest, RowMajorGivesTheBitsOfInterleaved) {
  for (const DType type :
       {DType::kQ4_0, DType::kQ8_0, DType::kQ4_K, DType::kQ6_K}) {
    const RandomMatrix a(type, LayoutOrder::kInterleaved, 83, 512);
    const RandomMatrix b(type, LayoutOrder::kRowMajor, 83, 512);
    for (const Isa isa : SupportedIsas()) {
      const KernelTable& kernels = KernelTableFor(isa);
      const RandomActivations activations(kernels, 7, 19, 512);
      const Matrix row_major = *MakeMatrix(b.view(), kernels, false);
      EXPECT_NE(row_major.kernel, nullptr);
      EXPECT_EQ(
          Multiply(*MakeMatrix(a.view(), kernels, false), activations.x(), 1),
          Multiply(row_major, activations.x(), 2))
          << DTypeName(type) << ", " << IsaName(isa);
    }
  }
}

// A form that FormsFor leaves out is not there to be read.
TEST(PanelTest, FormsThatAreReadAreFilled) {
  constexpr int64_t kColumns = 256;
  for (const DType type : {DType::kF32, DType::kF16, DType::kQ4_0, DType::kQ8_0,
                           DType::kQ4_K, DType::kQ6_K, DType::kQ5_K}) {
    for (const LayoutOrder order :
         {LayoutOrder::kRowMajor, LayoutOrder::kInterleaved,
          LayoutOrder::kTransposed, LayoutOrder::kSwizzled}) {
      const RandomMatrix weights(type, order, 33, kColumns);
      for (const Isa isa : SupportedIsas()) {
        const KernelTable& kernels = KernelTableFor(isa);
        const Matrix matrix = *MakeMatrix(weights.view(), kernels, false);
        for (const int64_t tokens : {1, 31, 32, 50}) {
          const RandomActivations all(kernels, 0, tokens, kColumns);
          const PanelForms forms = FormsFor({&matrix}, tokens);
          Workspace workspace;
          const Panel::Size size = Panel::SizeFor(tokens, kColumns, forms);
          Panel::Allocate(workspace, size);
          ASSERT_TRUE(workspace.Reserve().ok());
          const Panel panel = Panel::Allocate(workspace, size);
          const PanelRows rows = {tokens, kColumns, all.x().f32};
          panel.Fill(kernels, rows, 0, tokens, forms);
          for (const float y : Multiply(matrix, panel.Input(rows, matrix), 2)) {
            ASSERT_TRUE(std::isfinite(y))
                << DTypeName(type) << ", " << LayoutOrderName(order) << ", "
                << IsaName(isa) << ", " << tokens << " tokens";
          }
        }
      }
    }
  }
}

TEST(MakeMatrixTest, LayoutsOfExactModeGiveTheSameBits) {
  const RandomMatrix a(DType::kQ6_K, LayoutOrder::kInterleaved, 40, 256);
  const KernelTable& kernels = KernelTableFor(SupportedIsas().back());
  const RandomActivations activations(kernels, 7, 2, 256);
  const auto expected =
      Multiply(*MakeMatrix(a.view(), kernels, true), activations.x(), 1);
  for (const LayoutOrder order :
       {LayoutOrder::kRowMajor, LayoutOrder::kTransposed,
        LayoutOrder::kSwizzled}) {
    const RandomMatrix b(DType::kQ6_K, order, 40, 256);
    EXPECT_EQ(
        Multiply(*MakeMatrix(b.view(), kernels, true), activations.x(), 2),
        expected)
        << LayoutOrderName(order);
  }
}

TEST(MakeMatrixTest, NamesWhatItCannotComputeWith) {
  TensorView view;
  view.name = "blk.0.attn_q.weight";
  view.type = DType::kIQ1_S;
  const auto type = MakeMatrix(view, KernelTableFor(Isa::kScalar), false);
  EXPECT_EQ(type.status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_TRUE(absl::StrContains(type.status().message(), "IQ1_S"));
  EXPECT_TRUE(
      absl::StrContains(type.status().message(), "blk.0.attn_q.weight"));
}

}  // namespace
}  // namespace tessera
