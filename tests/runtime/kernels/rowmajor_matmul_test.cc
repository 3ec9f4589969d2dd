// Every row-major kernel in the table, on every ISA of this machine. Rows end
// where memory does.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/isa.h"
#include "formats/layout/pack.h"
#include "gtest/gtest.h"
#include "runtime/kernels/kernel_table.h"
#include "runtime/kernels/kernels.inc"
#include "tests/runtime/kernels/interleaved_matrix.h"

namespace tessera {
namespace {

#define TESSERA_TYPE(type) DType::k##type,
constexpr DType kTypes[] = {TESSERA_FOR_EACH_ROWMAJOR(TESSERA_TYPE)};

constexpr float kUnwritten = -1234.5f;

// `size` bytes with a page before the first and behind the last one that must
// not be touched. They begin or end at it.
class GuardedBytes {
 public:
  GuardedBytes(int64_t size, bool at_begin)
      : page_(sysconf(_SC_PAGESIZE)),
        mapped_((size + page_ - 1) / page_ * page_ + 2 * page_) {
    void* memory =
        mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    begin_ = static_cast<uint8_t*>(memory);
    if (mprotect(begin_ + page_, mapped_ - 2 * page_, PROT_READ | PROT_WRITE) !=
        0) {
      std::abort();
    }
    data_ = at_begin ? begin_ + page_ : begin_ + mapped_ - page_ - size;
  }
  ~GuardedBytes() { munmap(begin_, mapped_); }
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;

  uint8_t* data() const { return data_; }

 private:
  const int64_t page_;
  const int64_t mapped_;
  uint8_t* begin_;
  uint8_t* data_;
};

// The rows of an interleaved matrix as GGUF has them, `gap` bytes apart.
class RowMajorMatrix {
 public:
  explicit RowMajorMatrix(const InterleavedMatrix& matrix, int64_t gap = 0,
                          bool at_begin = false)
      : stride_(matrix.layout.row_bytes + gap),
        rows_(matrix.layout.rows),
        bytes_((rows_ - 1) * stride_ +
                   static_cast<int64_t>(matrix.layout.row_bytes),
               at_begin) {
    const TensorLayout& layout = matrix.layout;
    std::vector<uint8_t> tile(layout.tile_rows * layout.row_bytes);
    for (uint64_t t = 0; t < layout.row_tiles(); ++t) {
      UnpackMatrixTile(layout, matrix.tiles.data(), t, tile.data());
      for (uint64_t r = 0; r < layout.RowsInTile(t); ++r) {
        std::memcpy(bytes_.data() + (t * layout.tile_rows + r) * stride_,
                    tile.data() + r * layout.row_bytes, layout.row_bytes);
      }
    }
  }

  const uint8_t* data() const { return bytes_.data(); }
  int64_t stride() const { return stride_; }
  int64_t rows() const { return rows_; }
  int64_t tiles() const { return (rows_ + 15) / 16; }

 private:
  const int64_t stride_;
  const int64_t rows_;
  const GuardedBytes bytes_;
};

std::vector<int64_t> Columns(DType type) {
  const int64_t block = FindDType(type)->block_elements;
  if (block == 32) return {32, 64, 96, 512, 544, 1120};
  return {block, 2 * block, 3 * block, 5 * block};
}

std::vector<float> RandomVector(int64_t size, std::mt19937& random) {
  std::normal_distribution<float> normal;
  std::vector<float> x(size);
  for (float& value : x) value = normal(random);
  return x;
}

class RowMajorMatmulTest
    : public testing::TestWithParam<std::tuple<Isa, DType>> {
 protected:
  Isa isa() const { return std::get<0>(GetParam()); }
  DType type() const { return std::get<1>(GetParam()); }
  const KernelTable& kernels() const { return KernelTableFor(isa()); }

  // [token][row] of row tiles [first, last); the rest keeps kUnwritten.
  std::vector<float> Multiply(const RowMajorMatrix& matrix,
                              const Activations& x, int64_t first, int64_t last,
                              int64_t out_stride) const {
    std::vector<float> out((x.tokens - 1) * out_stride + matrix.rows(),
                           kUnwritten);
    kernels().find_rowmajor(type())({matrix.data(), matrix.stride(), first,
                                     last, matrix.rows(), x, out.data(),
                                     out_stride});
    return out;
  }
  std::vector<float> Multiply(const RowMajorMatrix& matrix,
                              const Activations& x) const {
    return Multiply(matrix, x, 0, matrix.tiles(), matrix.rows());
  }
};

TEST_P(RowMajorMatmulTest, IsWithinRoundingOfTheDoubleReference) {
  std::mt19937 random(1);
  for (int64_t rows : {1, 15, 16, 17, 67}) {
    for (int64_t columns : Columns(type())) {
      const InterleavedMatrix matrix =
          EncodeRandomMatrix(type(), rows, columns, random);
      const RowMajorMatrix row_major(matrix);
      for (int64_t tokens : {1, 2, 3, 7, 8, 33}) {
        const ActivationPanel x(kernels(),
                                RandomVector(tokens * columns, random), tokens,
                                columns, columns + 3);
        const std::vector<float> out = Multiply(row_major, x.args());
        for (int64_t t = 0; t < tokens; ++t) {
          for (int64_t row = 0; row < rows; ++row) {
            double sum = 0, magnitude = 0;
            for (int64_t k = 0; k < columns; ++k) {
              const double product =
                  x.Dequantized(t, k) * matrix.values[row * columns + k];
              sum += product;
              magnitude += std::fabs(product);
            }
            ASSERT_NEAR(out[t * rows + row], sum, 2e-6 * magnitude)
                << "row " << row << " of " << rows << ", token " << t << " of "
                << tokens << ", " << columns << " columns";
          }
        }
      }
    }
  }
}

// For any bytes, any number of tokens and any distance of rows.
TEST_P(RowMajorMatmulTest, GivesTheBitsOfTheInterleavedLayout) {
  std::mt19937 random(2);
  for (int64_t rows : {1, 31, 67}) {
    for (int64_t columns : Columns(type())) {
      const InterleavedMatrix matrix = MatrixOfBytes(
          type(), rows, columns, 0.5f,
          +[](std::mt19937& r) { return static_cast<uint8_t>(r() & 0xff); },
          random);
      const bool at_begin = rows == 31;
      const RowMajorMatrix row_major(matrix, rows == 67 ? 21 : 0, at_begin);
      for (int64_t tokens : {1, 3, 8, 9, 16, 19, 300}) {
        const ActivationPanel x(kernels(),
                                RandomVector(tokens * columns, random), tokens,
                                columns, columns);
        std::vector<float> expected(tokens * rows, kUnwritten);
        kernels().find_matmul(type())(
            {matrix.tiles.data(),
             static_cast<int64_t>(matrix.layout.row_tile_stride), 0,
             static_cast<int64_t>(matrix.layout.row_tiles()), rows, x.args(),
             expected.data(), rows});
        ASSERT_EQ(Multiply(row_major, x.args()), expected)
            << rows << " x " << columns << ", " << tokens << " tokens";
      }
    }
  }
}

TEST_P(RowMajorMatmulTest, BitsDependNeitherOnTheSplitNorOnOtherTokens) {
  std::mt19937 random(3);
  constexpr int64_t kTokens = 37, kRows = 50, kStride = 53;
  const int64_t columns = Columns(type()).back();
  const RowMajorMatrix matrix(
      EncodeRandomMatrix(type(), kRows, columns, random));
  const std::vector<float> values = RandomVector(kTokens * columns, random);
  const ActivationPanel all(kernels(), values, kTokens, columns, columns);
  const std::vector<float> together =
      Multiply(matrix, all.args(), 0, matrix.tiles(), kStride);
  for (int64_t tile = 0; tile < matrix.tiles(); ++tile) {
    const std::vector<float> part =
        Multiply(matrix, all.args(), tile, tile + 1, kStride);
    for (size_t i = 0; i < part.size(); ++i) {
      const int64_t row = i % kStride;
      const bool mine = row < kRows && row / 16 == tile;
      ASSERT_EQ(part[i], mine ? together[i] : kUnwritten)
          << i << ", tile " << tile;
    }
  }
  for (int64_t tokens : {1, 5, 11, 20}) {
    for (int64_t first = 0; first + tokens <= kTokens; first += tokens) {
      const ActivationPanel some(kernels(),
                                 absl::MakeConstSpan(values).subspan(
                                     first * columns, tokens * columns),
                                 tokens, columns, columns);
      const std::vector<float> out = Multiply(matrix, some.args());
      for (int64_t i = 0; i < tokens * kRows; ++i) {
        ASSERT_EQ(out[i], together[(first + i / kRows) * kStride + i % kRows])
            << "row " << i % kRows << ", token " << first + i / kRows << " of "
            << tokens;
      }
    }
  }
}

TEST_P(RowMajorMatmulTest, NonFiniteActivationsShowInTheProduct) {
  std::mt19937 random(4);
  const int64_t columns = Columns(type()).back();
  const RowMajorMatrix matrix(EncodeRandomMatrix(type(), 16, columns, random));
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

INSTANTIATE_TEST_SUITE_P(AllTypes, RowMajorMatmulTest,
                         testing::Combine(testing::ValuesIn(SupportedIsas()),
                                          testing::ValuesIn(kTypes)),
                         [](const auto& info) {
                           return absl::StrCat(
                               IsaName(std::get<0>(info.param)), "_",
                               DTypeName(std::get<1>(info.param)));
                         });

TEST(KernelTableTest, TypesWithoutRowMajorKernelHaveNone) {
  for (Isa isa : SupportedIsas()) {
    for (DType type : {DType::kF32, DType::kQ5_K, DType::kTQ1_0}) {
      EXPECT_EQ(KernelTableFor(isa).find_rowmajor(type), nullptr);
    }
  }
}

}  // namespace
}  // namespace tessera
