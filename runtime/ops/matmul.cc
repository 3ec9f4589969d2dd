#include "runtime/ops/matmul.h"

#include <algorithm>

#include "base/checked_math.h"
#include "formats/layout/pack.h"
#include "runtime/ops/spread_matmul.h"

namespace tessera {
namespace {

constexpr uint64_t kScratchAlignment = 64;

// Room for the row-major rows of one row tile.
uint64_t RowScratchBytes(const TensorLayout& layout) {
  return RoundUp(layout.tile_rows * layout.row_bytes, kScratchAlignment);
}

// Multiplies rows [first_row, last_row) without a kernel; each row is
// dequantized once for all tokens.
void MatmulRows(const Matrix& matrix, const Activations& x, int64_t first_row,
                int64_t last_row, float* out, int64_t out_stride,
                uint8_t* scratch) {
  const TensorLayout& layout = matrix.view.layout;
  const int64_t tile_rows = layout.tile_rows;
  float* values = reinterpret_cast<float*>(scratch + RowScratchBytes(layout));
  for (int64_t row = first_row; row < last_row; row += tile_rows) {
    const int64_t count = std::min(tile_rows, last_row - row);
    const uint8_t* blocks = scratch;
    if (layout.order == LayoutOrder::kRowMajor) {
      blocks = matrix.view.data + row * layout.row_tile_stride;
    } else {
      UnpackMatrixTile(layout, matrix.view.data, row / tile_rows, scratch);
    }
    for (int64_t i = 0; i < count; ++i) {
      matrix.codec->dequantize_row(blocks + i * layout.row_bytes, x.columns,
                                   values);
      for (int64_t t = 0; t < x.tokens; ++t) {
        out[t * out_stride + row + i] = matrix.kernels->dot_f32(
            values, x.f32 + t * x.f32_stride, x.columns);
      }
    }
  }
}

bool NeedsSpreadMatmul(const Matrix& matrix) {
  return matrix.kernel != nullptr && !matrix.view.layout.has_whole_row_tiles();
}

}  // namespace

uint64_t ScratchBytes(const Matrix& matrix) {
  const TensorLayout& layout = matrix.view.layout;
  const uint64_t of_rows =
      RowScratchBytes(layout) +
      RoundUp(layout.columns * sizeof(float), kScratchAlignment);
  const uint64_t of_gemm = matrix.gemm != nullptr ? kGemmScratchBytes : 0;
  return NeedsSpreadMatmul(matrix)
             ? std::max(of_rows, SpreadScratchBytes(matrix) + of_gemm)
             : std::max(of_rows, of_gemm);
}

void MatmulTiles(const Matrix& matrix, const Activations& x, int64_t first_tile,
                 int64_t last_tile, float* out, int64_t out_stride,
                 uint8_t* scratch) {
  if (matrix.kernel == nullptr) {
    MatmulRows(matrix, x, first_tile * kTileRows,
               std::min<int64_t>(last_tile * kTileRows, matrix.rows()), out,
               out_stride, scratch);
    return;
  }
  if (NeedsSpreadMatmul(matrix)) {
    MatmulSpreadTiles(matrix, x, first_tile, last_tile, out, out_stride,
                      scratch);
    return;
  }
  MatmulArgs args;
  args.tiles = matrix.view.data;
  args.row_tile_stride =
      static_cast<int64_t>(matrix.view.layout.row_tile_stride);
  args.first_tile = first_tile;
  args.last_tile = last_tile;
  args.rows = matrix.rows();
  args.x = x;
  args.out = out;
  args.out_stride = out_stride;
  args.scratch = scratch;
  matrix.MultiplyRowTiles(args);
}

void DequantizeRow(const Matrix& matrix, int64_t row, uint8_t* scratch,
                   float* out) {
  const TensorLayout& layout = matrix.view.layout;
  const uint8_t* blocks = scratch;
  if (layout.order == LayoutOrder::kRowMajor) {
    blocks = matrix.view.data + row * layout.row_tile_stride;
  } else {
    UnpackMatrixRow(layout, matrix.view.data, row, scratch);
  }
  matrix.codec->dequantize_row(blocks, matrix.columns(), out);
}

}  // namespace tessera
