// Weight matrices times activations, for every layout and stored type.
#ifndef RUNTIME_OPS_MATMUL_H_
#define RUNTIME_OPS_MATMUL_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "formats/layout/tensor_layout.h"
#include "formats/quant/codec.h"
#include "runtime/kernels/kernel_table.h"
#include "runtime/loader/tensor_view.h"

namespace tessera {

// A weight matrix and the way to multiply by it, chosen once at load.
// Work is counted in output tiles of kTileRows rows, whatever the layout.
struct Matrix {
  TensorView view;
  const KernelTable* kernels = nullptr;
  const Codec* codec = nullptr;
  // Null: rows are dequantized to float32 and multiplied with dot_f32.
  MatmulFn kernel = nullptr;

  int64_t rows() const { return static_cast<int64_t>(view.layout.rows); }
  int64_t columns() const { return static_cast<int64_t>(view.layout.columns); }
  int64_t tiles() const { return (rows() + kTileRows - 1) / kTileRows; }

  // True if the activations must be quantized for it; else float32 are read.
  bool reads_quantized() const;
};

// Chooses the kernel for `view`. `exact`: always float32 arithmetic on
// dequantized rows. Unimplemented, naming the tensor, if no codec decodes its
// type.
absl::StatusOr<Matrix> MakeMatrix(const TensorView& view,
                                  const KernelTable& kernels, bool exact);

// Bytes of scratch memory that MatmulTiles and DequantizeRow need for `matrix`.
uint64_t ScratchBytes(const Matrix& matrix);

// out[t * out_stride + row] = sum over k of W[row][k] * x[t][k] for the rows of
// output tiles [first_tile, last_tile) and all tokens of `x`. `scratch` holds
// ScratchBytes(matrix), 64-byte aligned, and belongs to the calling thread.
// The bits of a result depend neither on the split into tiles nor on the other
// tokens of `x`. Allocates nothing.
void MatmulTiles(const Matrix& matrix, const Activations& x,
                 int64_t first_tile, int64_t last_tile, float* out,
                 int64_t out_stride, uint8_t* scratch);

// Row `row` of the matrix as float32, columns() values; for embeddings.
void DequantizeRow(const Matrix& matrix, int64_t row, uint8_t* scratch,
                   float* out);

}  // namespace tessera

#endif  // RUNTIME_OPS_MATMUL_H_
