// Transposed and swizzled matrices give the bits that interleaved ones give,
// for every type with a kernel, on every ISA of this machine.
#include "runtime/ops/spread_matmul.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/isa.h"
#include "formats/layout/pack.h"
#include "gtest/gtest.h"
#include "runtime/kernels/kernels.inc"
#include "runtime/ops/matmul.h"
#include "tests/runtime/kernels/interleaved_matrix.h"

namespace tessera {
namespace {

#define TESSERA_TYPE(type) DType::k##type,
constexpr DType kTypes[] = {TESSERA_FOR_EACH_MATMUL(TESSERA_TYPE)};

constexpr LayoutOrder kOrders[] = {LayoutOrder::kTransposed,
                                   LayoutOrder::kSwizzled};

bool IsFloat(DType type) {
  return type == DType::kF32 || type == DType::kF16 || type == DType::kBF16;
}

// A grid of several tiles both ways whose last column is shorter where it can
// be, and one of a single tile.
std::vector<int64_t> Columns(DType type) {
  if (IsFloat(type)) return {1, 701};
  if (type == DType::kINT8) return {5, 555};
  return FindDType(type)->block_elements == 32
             ? std::vector<int64_t>{32, 800}
             : std::vector<int64_t>{256, 1280};
}

// The same weights in another order.
class SpreadMatrix {
 public:
  SpreadMatrix(const InterleavedMatrix& from, LayoutOrder order)
      : layout_(*MakeTensorLayout(order, from.layout.type, from.layout.rows,
                                  from.layout.columns)),
        bytes_(layout_.StoredBytes()),
        shape_{from.layout.rows, from.layout.columns} {
    std::vector<uint8_t> rows(kTileRows * layout_.row_bytes);
    for (uint64_t t = 0; t < layout_.row_tiles(); ++t) {
      UnpackMatrixTile(from.layout, from.tiles.data(), t, rows.data());
      PackMatrixTile(layout_, t, rows.data(), bytes_.data());
    }
  }

  TensorView view() const {
    return {"weights", layout_.type, layout_, bytes_.data(), shape_};
  }

 private:
  TensorLayout layout_;
  AlignedArray<uint8_t> bytes_;
  std::vector<uint64_t> shape_;
};

TensorView ViewOf(const InterleavedMatrix& matrix,
                  const std::vector<uint64_t>& shape) {
  return {"weights", matrix.layout.type, matrix.layout, matrix.tiles.data(),
          shape};
}

// out[token][row] in pieces of `piece` tiles.
std::vector<float> Multiply(const Matrix& matrix, const Activations& x,
                            int64_t piece) {
  AlignedArray<uint8_t> scratch(ScratchBytes(matrix));
  std::vector<float> out(x.tokens * matrix.rows(), NAN);
  for (int64_t tile = 0; tile < matrix.tiles(); tile += piece) {
    MatmulTiles(matrix, x, tile, std::min(tile + piece, matrix.tiles()),
                out.data(), matrix.rows(), scratch.data());
  }
  return out;
}

// Values of which `zeros` of 100 are exactly zero, in runs of 1 to 96.
std::vector<float> SparseVector(int64_t size, int zeros, std::mt19937& random) {
  std::normal_distribution<float> normal;
  std::vector<float> x(size);
  for (int64_t i = 0; i < size;) {
    const bool zero = static_cast<int>(random() % 100) < zeros;
    const int64_t run = std::min<int64_t>(1 + random() % 96, size - i);
    for (const int64_t end = i + run; i < end; ++i) {
      x[i] = zero ? 0.0f : normal(random);
    }
  }
  return x;
}

class SpreadMatmulTest : public testing::TestWithParam<std::tuple<Isa, DType>> {
 protected:
  const KernelTable& kernels() const {
    return KernelTableFor(std::get<0>(GetParam()));
  }
  DType type() const { return std::get<1>(GetParam()); }

  // Compares all orders on activations of `tokens` tokens.
  void ExpectSameBits(const InterleavedMatrix& weights, int64_t tokens,
                      int zeros, std::mt19937& random) {
    const int64_t columns = weights.layout.columns;
    const ActivationPanel x(kernels(),
                            SparseVector(tokens * columns, zeros, random),
                            tokens, columns, columns);
    const std::vector<uint64_t> shape = {weights.layout.rows,
                                         weights.layout.columns};
    const auto expected = Multiply(
        *MakeMatrix(ViewOf(weights, shape), kernels(), false), x.args(), 1000);
    for (LayoutOrder order : kOrders) {
      const SpreadMatrix spread(weights, order);
      const auto matrix = MakeMatrix(spread.view(), kernels(), false);
      ASSERT_TRUE(matrix.ok()) << matrix.status();
      for (int64_t piece : {1, 3, 1000}) {
        EXPECT_EQ(Multiply(*matrix, x.args(), piece), expected)
            << LayoutOrderName(order) << " " << shape[0] << " x " << shape[1]
            << ", " << tokens << " tokens, " << zeros << " % zeros, pieces of "
            << piece;
      }
    }
  }
};

TEST_P(SpreadMatmulTest, GivesTheBitsOfInterleaved) {
  std::mt19937 random(3);
  for (int64_t rows : {5, 16, 87}) {
    for (int64_t columns : Columns(type())) {
      const InterleavedMatrix weights =
          EncodeRandomMatrix(type(), rows, columns, random);
      for (int64_t tokens : {1, 5}) {
        ExpectSameBits(weights, tokens, 0, random);
      }
    }
  }
}

TEST_P(SpreadMatmulTest, LeavingOutZerosDoesNotChangeABit) {
  std::mt19937 random(4);
  const InterleavedMatrix weights =
      EncodeRandomMatrix(type(), 87, Columns(type()).back(), random);
  for (int zeros : {30, 80, 100}) ExpectSameBits(weights, 1, zeros, random);
}

// More row tiles than partial sums are held for, and more than are gathered at
// a time.
TEST_P(SpreadMatmulTest, ManyRowTiles) {
  std::mt19937 random(5);
  const InterleavedMatrix weights =
      EncodeRandomMatrix(type(), 2500, Columns(type()).front(), random);
  ExpectSameBits(weights, 1, 0, random);
  ExpectSameBits(weights, 2, 0, random);
}

INSTANTIATE_TEST_SUITE_P(Kernels, SpreadMatmulTest,
                         testing::Combine(testing::ValuesIn(SupportedIsas()),
                                          testing::ValuesIn(kTypes)),
                         [](const auto& info) {
                           return absl::StrCat(
                               IsaName(std::get<0>(info.param)), "_",
                               DTypeName(std::get<1>(info.param)));
                         });

// Columns that are left out are not even read.
TEST(TransposedGemvTest, ColumnsOfZerosAreNotRead) {
  std::mt19937 random(6);
  const InterleavedMatrix weights =
      EncodeRandomMatrix(DType::kF32, 40, 64, random);
  SpreadMatrix spread(weights, LayoutOrder::kTransposed);
  TensorView view = spread.view();
  std::vector<float> x(64, 0.0f);
  x[7] = 1.0f;
  x[10] = 2.0f;
  // Whatever is in the others.
  AlignedArray<uint8_t> poisoned(view.layout.StoredBytes());
  std::fill_n(poisoned.data(), poisoned.size(), 0xff);  // NaN
  const int64_t column_bytes = 3 * 64;
  for (int64_t k : {7, 10}) {
    std::copy_n(view.data + k * column_bytes, column_bytes,
                poisoned.data() + k * column_bytes);
  }
  view.data = poisoned.data();
  for (Isa isa : SupportedIsas()) {
    const KernelTable& kernels = KernelTableFor(isa);
    const ActivationPanel panel(kernels, x, 1, 64, 64);
    const std::vector<float> out =
        Multiply(*MakeMatrix(view, kernels, false), panel.args(), 1000);
    for (int64_t row = 0; row < 40; ++row) {
      EXPECT_FLOAT_EQ(out[row], weights.values[row * 64 + 7] +
                                    2 * weights.values[row * 64 + 10]);
    }
  }
}

}  // namespace
}  // namespace tessera
