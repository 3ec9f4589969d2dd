// Layouts: where the blocks of a matrix lie in its extent. docs/layouts.md has
// the pictures.
#ifndef FORMATS_LAYOUT_TENSOR_LAYOUT_H_
#define FORMATS_LAYOUT_TENSOR_LAYOUT_H_

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/block_fields.h"

namespace tessera {

// Values are frozen: they are Layout.Order of manifest.proto.
enum class LayoutOrder : uint32_t {
  kRowMajor = 1,
  kTransposed = 2,
  kInterleaved = 3,
  kSwizzled = 4,
};

// "rowmajor", "interleaved", ...
absl::string_view LayoutOrderName(LayoutOrder order);
std::optional<LayoutOrder> LayoutOrderFromName(absl::string_view name);

// Version of the byte orders below. A reader that does not know the version in
// a manifest must refuse the tensor.
inline constexpr uint32_t kKernelAbi = 1;

// The layout of one matrix of `rows` x `columns` weights. A plain value.
//
// A matrix is cut into row tiles of `tile_rows` rows each (one row for
// rowmajor). Missing rows of the last one are zero blocks. Row-major and
// interleaved row tiles follow each other: row tile t starts `t *
// row_tile_stride` bytes after the first one. Transposed and swizzled matrices
// spread the tiles of a row tile over the matrix; TileGrid knows where.
//
// An interleaved row tile is, for INT8, 64 bytes of row scales and then the
// quants; for all other types it is a sequence of tiles along K, of
// `tile_blocks` blocks each (the last tile may have fewer). A tile is a head of
// 64 bytes, with the scales of its blocks, and one body per block, with the
// rest of the block's fields, each field's bytes interleaved over the rows.
struct TensorLayout {
  LayoutOrder order = LayoutOrder::kRowMajor;
  DType type = DType::kF32;
  uint64_t rows = 0;
  uint64_t columns = 0;
  uint32_t tile_rows = 1;
  uint32_t tile_blocks = 1;
  uint32_t tile_columns = 0;      // of a tile that lies by itself; 0: none does
  uint32_t interleave_bytes = 0;  // 0: rows are not interleaved
  uint8_t value_xor = 0;          // 0x80: int8 weights are stored unsigned
  uint64_t row_bytes = 0;         // of one row-major row
  uint64_t row_tile_bytes = 0;
  uint64_t row_tile_stride = 0;

  uint64_t row_tiles() const { return (rows + tile_rows - 1) / tile_rows; }

  // False if the tiles of a row tile are spread over the matrix, whose row
  // tiles then have `row_tile_bytes` each on average.
  bool has_whole_row_tiles() const { return tile_columns == 0; }

  // Rows of row tile `row_tile` that are not padding.
  uint64_t RowsInTile(uint64_t row_tile) const {
    return std::min<uint64_t>(tile_rows, rows - row_tile * tile_rows);
  }

  // Bytes of `matrices` such matrices, one after another, from the first to the
  // last.
  uint64_t StoredBytes(uint64_t matrices = 1) const {
    const uint64_t tiles = matrices * row_tiles();
    return tiles == 0 ? 0 : (tiles - 1) * row_tile_stride + row_tile_bytes;
  }
};

// The layout of a matrix. `row_tile_stride` is set so that row tiles follow
// each other without a gap, but interleaved ones never a multiple of 4 KiB
// apart (streams that are alias in the L1 cache). InvalidArgument if `columns`
// is no multiple of the type's block; Unimplemented if the type has no such
// layout yet (then use rowmajor, which every type has).
absl::StatusOr<TensorLayout> MakeTensorLayout(LayoutOrder order, DType type,
                                              uint64_t rows, uint64_t columns);

// The fields of the layout's tiles; null for rowmajor.
const BlockFields* FieldsOf(const TensorLayout& layout);

}  // namespace tessera

#endif  // FORMATS_LAYOUT_TENSOR_LAYOUT_H_
