// A weight matrix and the way to multiply by it.
#ifndef RUNTIME_OPS_MATRIX_H_
#define RUNTIME_OPS_MATRIX_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "formats/layout/tensor_layout.h"
#include "formats/quant/codec.h"
#include "runtime/kernels/kernel_table.h"
#include "runtime/loader/tensor_view.h"

namespace tessera {

// A form of activations.
enum class ActivationForm : uint8_t {
  kF32,
  kInt8,  // quantized in blocks
  kBf16,  // split into two bfloat16
};

// Chosen once at load. Work is counted in output tiles of kTileRows rows,
// whatever the layout. A plain value.
struct Matrix {
  TensorView view;
  const KernelTable* kernels = nullptr;
  const Codec* codec = nullptr;
  // For whole row tiles or row-major rows. Null: rows are dequantized to
  // float32 and multiplied with dot_f32.
  MatmulFn kernel = nullptr;
  // For many tokens in bfloat16, interleaved; null: `kernel` for any number.
  MatmulFn gemm = nullptr;
  // For one token, where the tiles of a row tile are spread over the matrix:
  // at most one of the two. Without, and for more tokens, row tiles are
  // gathered `gathered_stride` bytes apart for `kernel`.
  GemvPartFn gemv_part = nullptr;
  TransposedGemvFn transposed_gemv = nullptr;
  int64_t gathered_stride = 0;

  int64_t rows() const { return static_cast<int64_t>(view.layout.rows); }
  int64_t columns() const { return static_cast<int64_t>(view.layout.columns); }
  int64_t tiles() const { return (rows() + kTileRows - 1) / kTileRows; }

  // What is read when `tokens` tokens are multiplied. Everyone asks here: who
  // fills a panel, and who chooses a kernel.
  ActivationForm InputForm(int64_t tokens) const;

  // Calls `gemm` or `kernel`, which is not null, for whole row tiles.
  void MultiplyRowTiles(const MatmulArgs& args) const {
    const ActivationForm form = InputForm(args.x.tokens);
    (form == ActivationForm::kBf16 ? gemm : kernel)(args);
  }
};

// Chooses the kernels for `view`. `exact`: always float32 arithmetic on
// dequantized rows. Unimplemented, naming the tensor, if no codec decodes its
// type.
absl::StatusOr<Matrix> MakeMatrix(const TensorView& view,
                                  const KernelTable& kernels, bool exact);

}  // namespace tessera

#endif  // RUNTIME_OPS_MATRIX_H_
