// Matrices and activations for tests of kernels.
#ifndef TESTS_RUNTIME_KERNELS_INTERLEAVED_MATRIX_H_
#define TESTS_RUNTIME_KERNELS_INTERLEAVED_MATRIX_H_

#include <cstdint>
#include <memory>
#include <new>
#include <random>
#include <vector>

#include "absl/types/span.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/tensor_layout.h"
#include "runtime/kernels/kernel_args.h"
#include "runtime/kernels/kernel_table.h"

namespace tessera {

// `size` zeroed elements on a 64-byte boundary; no slack behind them, so that a
// sanitizer sees every access beyond.
template <typename T>
class AlignedArray {
 public:
  explicit AlignedArray(int64_t size)
      : data_(new (std::align_val_t{64}) T[size]()), size_(size) {}
  T* data() const { return data_.get(); }
  int64_t size() const { return size_; }

 private:
  struct Delete {
    void operator()(T* p) const { operator delete[](p, std::align_val_t{64}); }
  };
  std::unique_ptr<T[], Delete> data_;
  int64_t size_;
};

// An interleaved matrix and the values that its codec gives.
struct InterleavedMatrix {
  TensorLayout layout;
  AlignedArray<uint8_t> tiles;
  std::vector<float> values;  // [rows][columns]
};

// Row-major bytes, packed.
InterleavedMatrix PackMatrix(DType type, int64_t rows, int64_t columns,
                             const std::vector<uint8_t>& row_major);

// Normally distributed values, encoded by the type's codec; random blocks if it
// cannot encode.
InterleavedMatrix EncodeRandomMatrix(DType type, int64_t rows, int64_t columns,
                                     std::mt19937& random);

// Blocks of bytes from `next_byte`, with every scale that is a float set to
// `scale`, a power of two. For types with blocks and for INT8.
InterleavedMatrix MatrixOfBytes(DType type, int64_t rows, int64_t columns,
                                float scale,
                                uint8_t (*next_byte)(std::mt19937&),
                                std::mt19937& random);

// Activations, quantized and split by kernels. Rows are `stride` apart with NaN
// between.
class ActivationPanel {
 public:
  ActivationPanel(const KernelTable& kernels, absl::Span<const float> x,
                  int64_t tokens, int64_t columns, int64_t stride);

  const Activations& args() const { return args_; }
  // What the int8 form stands for.
  double Dequantized(int64_t token, int64_t column) const;

 private:
  int64_t blocks_;
  std::vector<float> f32_;
  AlignedArray<int8_t> q_;
  std::vector<float> scale_;
  std::vector<int32_t> sum16_;
  AlignedArray<uint16_t> bf16_;  // where there is a gemm
  AlignedArray<uint16_t> bf16_rest_;
  Activations args_;
};

}  // namespace tessera

#endif  // TESTS_RUNTIME_KERNELS_INTERLEAVED_MATRIX_H_
