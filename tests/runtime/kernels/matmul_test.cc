// Every matmul kernel in the table, on every ISA of this machine.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/isa.h"
#include "gtest/gtest.h"
#include "runtime/kernels/copies_tiles.h"
#include "runtime/kernels/kernel_table.h"
#include "runtime/kernels/kernels.inc"
#include "tests/runtime/kernels/interleaved_matrix.h"

namespace tessera {
namespace {

#define TESSERA_TYPE(type) DType::k##type,
constexpr DType kTypes[] = {TESSERA_FOR_EACH_MATMUL(TESSERA_TYPE)};

constexpr float kUnwritten = -1234.5f;
constexpr int64_t kRows[] = {1, 15, 16, 17, 48};
constexpr int64_t kTokens[] = {1, 2, 3, 4, 5, 7, 8, 9, 16, 33};

bool IsFloat(DType type) {
  return type == DType::kF32 || type == DType::kF16 || type == DType::kBF16;
}

// One block, odd and even numbers of blocks, and what is no multiple of the
// unit where the type allows it.
std::vector<int64_t> Columns(DType type) {
  if (IsFloat(type)) return {1, 2, 3, 33, 64, 129};
  if (type == DType::kINT8) return {1, 31, 32, 33, 64, 100, 288};
  const int64_t block = FindDType(type)->block_elements;
  if (block == 32) return {32, 64, 96, 288};
  return {block, 2 * block, 3 * block};
}

std::vector<float> RandomVector(int64_t size, std::mt19937& random) {
  std::normal_distribution<float> normal;
  std::vector<float> x(size);
  for (float& value : x) value = normal(random);
  return x;
}

uint8_t AnyByte(std::mt19937& random) { return random() & 0xff; }

class MatmulTest : public testing::TestWithParam<std::tuple<Isa, DType>> {
 protected:
  Isa isa() const { return std::get<0>(GetParam()); }
  DType type() const { return std::get<1>(GetParam()); }
  const KernelTable& kernels() const { return KernelTableFor(isa()); }

  // [token][row], row tiles [first, last); the rest keeps kUnwritten.
  std::vector<float> Multiply(const InterleavedMatrix& matrix,
                              const Activations& x, int64_t first, int64_t last,
                              int64_t out_stride) {
    const int64_t rows = matrix.layout.rows;
    std::vector<float> out((x.tokens - 1) * out_stride + rows, kUnwritten);
    kernels().find_matmul(type())(
        {matrix.tiles.data(),
         static_cast<int64_t>(matrix.layout.row_tile_stride), first, last, rows,
         x, out.data(), out_stride});
    return out;
  }

  std::vector<float> Multiply(const InterleavedMatrix& matrix,
                              const Activations& x) {
    return Multiply(matrix, x, 0, matrix.layout.row_tiles(),
                    matrix.layout.rows);
  }

  // Expects |out - sum of w x| <= bound * sum of |w x|, with the activations
  // that the kernel sees.
  void ExpectNearReference(const InterleavedMatrix& matrix,
                           const ActivationPanel& x,
                           const std::vector<float>& out, double bound) {
    const int64_t rows = matrix.layout.rows;
    const int64_t columns = matrix.layout.columns;
    for (int64_t t = 0; t < x.args().tokens; ++t) {
      for (int64_t row = 0; row < rows; ++row) {
        double sum = 0, magnitude = 0;
        for (int64_t k = 0; k < columns; ++k) {
          const double value = IsFloat(type())
                                   ? x.args().f32[t * x.args().f32_stride + k]
                                   : x.Dequantized(t, k);
          const double product = value * matrix.values[row * columns + k];
          sum += product;
          magnitude += std::fabs(product);
        }
        ASSERT_NEAR(out[t * rows + row], sum, bound * magnitude)
            << "row " << row << " of " << rows << ", token " << t << " of "
            << x.args().tokens << ", " << columns << " columns";
      }
    }
  }
};

// Those whose weights are integers in blocks.
class IntegerMatmulTest : public MatmulTest {};

TEST_P(MatmulTest, IsWithinRoundingOfTheDoubleReference) {
  std::mt19937 random(1);
  for (int64_t rows : kRows) {
    for (int64_t columns : Columns(type())) {
      const InterleavedMatrix matrix =
          EncodeRandomMatrix(type(), rows, columns, random);
      for (int64_t tokens : kTokens) {
        const ActivationPanel x(kernels(),
                                RandomVector(tokens * columns, random), tokens,
                                columns, columns + 3);
        ExpectNearReference(matrix, x, Multiply(matrix, x.args()), 2e-6);
      }
    }
  }
}

TEST_P(IntegerMatmulTest, TakesEveryBlockBitPattern) {
  std::mt19937 random(2);
  const int64_t columns = Columns(type()).back();
  for (int i = 0; i < 8; ++i) {
    const InterleavedMatrix matrix =
        MatrixOfBytes(type(), 48, columns, 0.5f, AnyByte, random);
    const ActivationPanel x(kernels(), RandomVector(9 * columns, random), 9,
                            columns, columns);
    ExpectNearReference(matrix, x, Multiply(matrix, x.args()), 2e-6);
  }
}

// All products are integers below 2^24 here, so that every float operation is
// exact: all ISAs must give the integer itself.
TEST_P(IntegerMatmulTest, IntegerProductsAreExact) {
  std::mt19937 random(3);
  for (int64_t columns : Columns(type())) {
    const InterleavedMatrix matrix =
        MatrixOfBytes(type(), 17, columns, 1.0f, AnyByte, random);
    // One 127 per block makes the activation's scale 1.
    std::vector<float> values(9 * columns);
    for (size_t i = 0; i < values.size(); ++i) {
      values[i] = i % columns % kActivationBlock == 0
                      ? (random() % 2 ? 127.0f : -127.0f)
                      : static_cast<float>(static_cast<int>(random() % 3) - 1);
    }
    const ActivationPanel x(kernels(), values, 9, columns, columns);
    const std::vector<float> out = Multiply(matrix, x.args());
    for (int64_t t = 0; t < 9; ++t) {
      for (int64_t row = 0; row < 17; ++row) {
        double sum = 0;
        for (int64_t k = 0; k < columns; ++k) {
          sum += double{values[t * columns + k]} *
                 matrix.values[row * columns + k];
        }
        ASSERT_LT(std::fabs(sum), 1 << 24);
        ASSERT_EQ(out[t * 17 + row], sum) << "row " << row << ", token " << t;
      }
    }
  }
}

// The largest weights times the largest activations: intermediate sums must not
// saturate.
TEST_P(IntegerMatmulTest, ExtremeValuesDoNotSaturate) {
  std::mt19937 random(4);
  const int64_t columns = Columns(type()).back();
  for (auto byte : {+[](std::mt19937&) -> uint8_t { return 0xff; },
                    +[](std::mt19937&) -> uint8_t { return 0x80; },
                    +[](std::mt19937&) -> uint8_t { return 0x7f; },
                    +[](std::mt19937&) -> uint8_t { return 0x00; }}) {
    const InterleavedMatrix matrix =
        MatrixOfBytes(type(), 16, columns, 1.0f, byte, random);
    for (float value : {1.0f, -1.0f}) {
      const ActivationPanel x(kernels(), std::vector<float>(8 * columns, value),
                              8, columns, columns);
      ExpectNearReference(matrix, x, Multiply(matrix, x.args()), 1e-6);
    }
  }
}

// docs/kernels.md, "Many tokens on AMX": for quantized types a weight and an
// activation are rounded to 8 bits each; F16 and BF16 keep 15 bits or more.
TEST_P(MatmulTest, GemmStaysWithinItsBound) {
  const MatmulFn gemm = kernels().find_gemm(type());
  if (gemm == nullptr) {
    EXPECT_TRUE(isa() != Isa::kAmx || type() == DType::kF32);
    return;
  }
  std::mt19937 random(7);
  const double bound =
      (IsFloat(type()) ? 3 * std::exp2(-16) : 2 * std::exp2(-8)) + 2e-6;
  AlignedArray<uint8_t> scratch(kGemmScratchBytes);
  for (int64_t rows : {1, 16, 33, 80}) {
    for (int64_t columns : Columns(type())) {
      const InterleavedMatrix matrix =
          EncodeRandomMatrix(type(), rows, columns, random);
      for (int64_t tokens : {1, 15, 16, 17, 32, 33, 50, 64, 95}) {
        const ActivationPanel x(kernels(),
                                RandomVector(tokens * columns, random), tokens,
                                columns, columns + 3);
        std::vector<float> out(tokens * rows, kUnwritten);
        gemm({matrix.tiles.data(),
              static_cast<int64_t>(matrix.layout.row_tile_stride), 0,
              static_cast<int64_t>(matrix.layout.row_tiles()), rows, x.args(),
              out.data(), rows, scratch.data()});
        for (int64_t t = 0; t < tokens; ++t) {
          for (int64_t row = 0; row < rows; ++row) {
            double sum = 0, magnitude = 0;
            for (int64_t k = 0; k < columns; ++k) {
              const double product =
                  double{x.args().f32[t * x.args().f32_stride + k]} *
                  matrix.values[row * columns + k];
              sum += product;
              magnitude += std::fabs(product);
            }
            ASSERT_NEAR(out[t * rows + row], sum, bound * magnitude)
                << "row " << row << " of " << rows << ", token " << t << " of "
                << tokens << ", " << columns << " columns";
          }
        }
      }
    }
  }
}

// A token's results do not depend on the tokens beside it, on where the tiles
// begin, or on how many columns fit into the scratch memory at a time.
TEST_P(MatmulTest, GemmGivesTheSameBitsHoweverItIsSplit) {
  const MatmulFn gemm = kernels().find_gemm(type());
  if (gemm == nullptr) return;
  std::mt19937 random(8);
  const int64_t unit = Columns(type()).front();
  const int64_t columns = (25000 + unit - 1) / unit * unit;
  const int64_t rows = 40;
  const InterleavedMatrix matrix =
      EncodeRandomMatrix(type(), rows, columns, random);
  const std::vector<float> values = RandomVector(37 * columns, random);
  AlignedArray<uint8_t> scratch(kGemmScratchBytes);
  const auto multiply = [&](int64_t tokens, int64_t first, int64_t last) {
    const ActivationPanel x(
        kernels(), {values.data(), static_cast<size_t>(tokens * columns)},
        tokens, columns, columns);
    std::vector<float> out(tokens * rows, kUnwritten);
    gemm({matrix.tiles.data(),
          static_cast<int64_t>(matrix.layout.row_tile_stride), first, last,
          rows, x.args(), out.data(), rows, scratch.data()});
    return out;
  };
  const std::vector<float> all = multiply(37, 0, 3);
  for (int64_t tokens : {1, 9, 16, 24, 37}) {
    for (int64_t tile = 0; tile < 3; ++tile) {
      const std::vector<float> part = multiply(tokens, tile, tile + 1);
      for (int64_t t = 0; t < tokens; ++t) {
        for (int64_t row = 0; row < rows; ++row) {
          const float expected =
              row / 16 == tile ? all[t * rows + row] : kUnwritten;
          ASSERT_EQ(part[t * rows + row], expected)
              << "row " << row << ", token " << t << " of " << tokens;
        }
      }
    }
  }
}

// Neither infinities nor NaNs become plausible numbers.
TEST_P(MatmulTest, GemmShowsWhatIsNotFinite) {
  const MatmulFn gemm = kernels().find_gemm(type());
  if (gemm == nullptr) return;
  std::mt19937 random(9);
  const int64_t columns = Columns(type()).back();
  const InterleavedMatrix matrix =
      EncodeRandomMatrix(type(), 16, columns, random);
  AlignedArray<uint8_t> scratch(kGemmScratchBytes);
  uint32_t all_ones = 0x7fffffff;
  float nan;
  std::memcpy(&nan, &all_ones, sizeof(nan));
  for (float bad : {INFINITY, -INFINITY, nan}) {
    std::vector<float> values = RandomVector(32 * columns, random);
    values[5 * columns + columns / 2] = bad;
    const ActivationPanel x(kernels(), values, 32, columns, columns);
    std::vector<float> out(32 * 16);
    gemm({matrix.tiles.data(),
          static_cast<int64_t>(matrix.layout.row_tile_stride), 0, 1, 16,
          x.args(), out.data(), 16, scratch.data()});
    for (int64_t t = 0; t < 32; ++t) {
      for (int64_t row = 0; row < 16; ++row) {
        const bool zero = matrix.values[row * columns + columns / 2] == 0;
        EXPECT_EQ(std::isfinite(out[t * 16 + row]), t != 5)
            << "row " << row << ", token " << t << (zero ? ", weight 0" : "");
      }
    }
  }
}

// docs/kernels.md: the error of an activation is at most max |x| / 254 in its
// block of 32.
TEST_P(MatmulTest, ActivationQuantizationStaysWithinItsBound) {
  std::mt19937 random(5);
  const int64_t columns = Columns(type()).back();
  const InterleavedMatrix matrix =
      EncodeRandomMatrix(type(), 16, columns, random);
  const std::vector<float> values = RandomVector(4 * columns, random);
  const ActivationPanel x(kernels(), values, 4, columns, columns);
  const std::vector<float> out = Multiply(matrix, x.args());
  for (int64_t t = 0; t < 4; ++t) {
    for (int64_t row = 0; row < 16; ++row) {
      double sum = 0, bound = 0;
      for (int64_t b = 0; b < columns; b += kActivationBlock) {
        const int64_t end = std::min(b + kActivationBlock, columns);
        double weights = 0, max = 0;
        for (int64_t k = b; k < end; ++k) {
          const double w = matrix.values[row * columns + k];
          sum += w * values[t * columns + k];
          weights += std::fabs(w);
          max = std::max<double>(max, std::fabs(values[t * columns + k]));
        }
        bound += weights * max * (IsFloat(type()) ? 1e-6 : 1 / 254.0 + 1e-6);
      }
      EXPECT_NEAR(out[t * 16 + row], sum, bound);
    }
  }
}

TEST_P(MatmulTest, BitsDoNotDependOnTheGroupingOfTokens) {
  std::mt19937 random(6);
  for (int64_t columns : Columns(type())) {
    const InterleavedMatrix matrix =
        EncodeRandomMatrix(type(), 17, columns, random);
    const std::vector<float> values = RandomVector(33 * columns, random);
    const ActivationPanel all(kernels(), values, 33, columns, columns);
    const std::vector<float> together = Multiply(matrix, all.args());
    for (int64_t t = 0; t < 33; ++t) {
      const ActivationPanel one(
          kernels(), absl::MakeConstSpan(values).subspan(t * columns, columns),
          1, columns, columns);
      const std::vector<float> alone = Multiply(matrix, one.args());
      for (int64_t row = 0; row < 17; ++row) {
        ASSERT_EQ(alone[row], together[t * 17 + row])
            << "row " << row << ", token " << t << ", columns " << columns;
      }
    }
  }
}

TEST_P(MatmulTest, CopyingTilesChangesNoBit) {
  std::mt19937 random(12);
  const int64_t columns = Columns(type()).back();
  const InterleavedMatrix matrix =
      EncodeRandomMatrix(type(), 48, columns, random);
  for (int64_t tokens : {1, 2, 16}) {
    const ActivationPanel x(kernels(), RandomVector(tokens * columns, random),
                            tokens, columns, columns);
    std::vector<float> out[2];
    for (const bool on : {false, true}) {
      kernels().set_copy_tiles(on);
      out[on] = Multiply(matrix, x.args());
    }
    EXPECT_EQ(std::memcmp(out[0].data(), out[1].data(),
                          out[0].size() * sizeof(float)),
              0)
        << tokens << " tokens";
  }
  kernels().set_copy_tiles(CpuCopiesTiles());
}

TEST_P(MatmulTest, RowTileRangesPartitionTheOutputAndNothingElseIsWritten) {
  std::mt19937 random(7);
  const int64_t columns = Columns(type()).back();
  const int64_t rows = 41, stride = 50, tokens = 11;
  const InterleavedMatrix matrix =
      EncodeRandomMatrix(type(), rows, columns, random);
  const ActivationPanel x(kernels(), RandomVector(tokens * columns, random),
                          tokens, columns, columns);
  const std::vector<float> whole = Multiply(matrix, x.args(), 0, 3, stride);
  for (int64_t tile = 0; tile < 3; ++tile) {
    const std::vector<float> part =
        Multiply(matrix, x.args(), tile, tile + 1, stride);
    for (size_t i = 0; i < part.size(); ++i) {
      const int64_t row = i % stride;
      const bool mine = row < rows && row / 16 == tile;
      ASSERT_EQ(part[i], mine ? whole[i] : kUnwritten)
          << i << ", tile " << tile;
      if (row >= rows) {
        ASSERT_EQ(whole[i], kUnwritten) << i;
      }
    }
  }
  const std::vector<float> none = Multiply(matrix, x.args(), 1, 1, stride);
  for (float value : none) ASSERT_EQ(value, kUnwritten);
}

// More row tiles than one group of the L2 cache holds.
TEST_P(MatmulTest, ManyRowTiles) {
  std::mt19937 random(8);
  const int64_t columns = IsFloat(type()) ? 1024 : 2048;
  const InterleavedMatrix matrix =
      EncodeRandomMatrix(type(), 16 * 40, columns, random);
  const ActivationPanel x(kernels(), RandomVector(3 * columns, random), 3,
                          columns, columns);
  ExpectNearReference(matrix, x, Multiply(matrix, x.args()), 5e-6);
}

TEST_P(MatmulTest, NonFiniteActivationsShowInTheProduct) {
  std::mt19937 random(9);
  const int64_t columns = Columns(type()).back();
  const InterleavedMatrix matrix =
      EncodeRandomMatrix(type(), 16, columns, random);
  for (float bad : {INFINITY, -INFINITY, std::nanf("")}) {
    std::vector<float> values = RandomVector(2 * columns, random);
    values[columns / 2] = bad;
    const ActivationPanel x(kernels(), values, 2, columns, columns);
    const std::vector<float> out = Multiply(matrix, x.args());
    for (int64_t row = 0; row < 16; ++row) {
      EXPECT_FALSE(std::isfinite(out[row]));
      EXPECT_TRUE(std::isfinite(out[16 + row]));
    }
  }
}

std::vector<DType> IntegerTypes() {
  std::vector<DType> types;
  for (DType type : kTypes) {
    if (!IsFloat(type)) types.push_back(type);
  }
  return types;
}

std::string TestName(
    const testing::TestParamInfo<std::tuple<Isa, DType>>& info) {
  return absl::StrCat(IsaName(std::get<0>(info.param)), "_",
                      DTypeName(std::get<1>(info.param)));
}

INSTANTIATE_TEST_SUITE_P(AllTypes, MatmulTest,
                         testing::Combine(testing::ValuesIn(SupportedIsas()),
                                          testing::ValuesIn(kTypes)),
                         TestName);
INSTANTIATE_TEST_SUITE_P(IntegerTypes, IntegerMatmulTest,
                         testing::Combine(testing::ValuesIn(SupportedIsas()),
                                          testing::ValuesIn(IntegerTypes())),
                         TestName);

TEST(CopiesTilesTest, OnlyZen4Does) {
  EXPECT_TRUE(CopiesTiles(true, 25, 17));    // Genoa
  EXPECT_TRUE(CopiesTiles(true, 25, 0x61));  // Raphael
  EXPECT_FALSE(CopiesTiles(true, 25, 1));    // Milan, Zen 3
  EXPECT_FALSE(CopiesTiles(true, 26, 2));    // Turin, Zen 5
  EXPECT_FALSE(CopiesTiles(false, 6, 143));  // Sapphire Rapids
  EXPECT_FALSE(CopiesTiles(false, 25, 17));
}

TEST(KernelTableTest, TypesWithoutKernelHaveNone) {
  for (Isa isa : SupportedIsas()) {
    EXPECT_EQ(KernelTableFor(isa).isa, isa);
    EXPECT_EQ(KernelTableFor(isa).find_matmul(DType::kI32), nullptr);
  }
}

}  // namespace
}  // namespace tessera
