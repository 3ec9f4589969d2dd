#include "runtime/ops/matrix.h"

#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

bool IsFloatType(DType type) {
  return type == DType::kF32 || type == DType::kF16 || type == DType::kBF16;
}

// Kernels for the tiles of a row tile that do not lie side by side.
absl::Status ChooseSpreadKernels(Matrix& matrix) {
  const TensorLayout& layout = matrix.view.layout;
  TESSERA_ASSIGN_OR_RETURN(
      const TensorLayout gathered,
      MakeTensorLayout(LayoutOrder::kInterleaved, layout.type, layout.rows,
                       layout.columns));
  matrix.gathered_stride = static_cast<int64_t>(gathered.row_tile_stride);
  // Transposed floats lie by column, not in the tiles of the other kernels.
  if (layout.order == LayoutOrder::kTransposed && IsFloatType(layout.type)) {
    if (layout.columns <= std::numeric_limits<int32_t>::max()) {
      matrix.transposed_gemv =
          matrix.kernels->find_transposed_gemv(layout.type);
    }
  } else {
    matrix.gemv_part = matrix.kernels->find_gemv_part(layout.type);
  }
  return absl::OkStatus();
}

}  // namespace

ActivationForm Matrix::InputForm(int64_t tokens) const {
  if (gemm != nullptr && tokens >= kernels->gemm_tokens) {
    return ActivationForm::kBf16;
  }
  return kernel != nullptr && !IsFloatType(view.type) ? ActivationForm::kInt8
                                                      : ActivationForm::kF32;
}

absl::StatusOr<Matrix> MakeMatrix(const TensorView& view,
                                  const KernelTable& kernels, bool exact) {
  const TensorLayout& layout = view.layout;
  Matrix matrix;
  matrix.view = view;
  matrix.kernels = &kernels;
  matrix.codec = FindCodec(view.type);
  const bool decodes =
      matrix.codec != nullptr && matrix.codec->dequantize_row != nullptr;
  if (!decodes) {
    return absl::UnimplementedError(
        absl::StrCat("tensor ", Quoted(view.name), " is of type ",
                     DTypeName(view.type), ", for which there is no code"));
  }
  if (kTileRows % layout.tile_rows != 0) {
    return absl::UnimplementedError(absl::StrCat(
        "tensor ", Quoted(view.name), ": cannot compute with ",
        DTypeName(view.type), " in row tiles of ", layout.tile_rows));
  }
  if (exact) return matrix;
  if (layout.order == LayoutOrder::kRowMajor) {
    // No gemm: those take interleaved tiles.
    matrix.kernel = kernels.find_rowmajor(view.type);
    return matrix;
  }
  // Kernels fit the one tile shape of this kernel ABI.
  if (layout.tile_rows != kTileRows) return matrix;
  matrix.kernel = kernels.find_matmul(view.type);
  matrix.gemm = kernels.find_gemm(view.type);
  if (matrix.kernel != nullptr && !layout.has_whole_row_tiles()) {
    TESSERA_RETURN_IF_ERROR(ChooseSpreadKernels(matrix));
  }
  return matrix;
}

}  // namespace tessera
