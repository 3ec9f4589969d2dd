// A tensor of an arena, with its layout resolved.
#ifndef FORMATS_ARENA_STORED_TENSOR_H_
#define FORMATS_ARENA_STORED_TENSOR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "formats/arena/manifest.pb.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/tensor_layout.h"

namespace tessera {

// A tensor is `matrices` matrices of the same layout, one after another: row
// tiles, where they are whole, at the same stride. A vector is a matrix of one
// row.
struct StoredTensor {
  const Tensor* proto = nullptr;  // owned by the manifest
  DType type = DType::kF32;
  std::vector<uint64_t> shape;  // outermost dimension first
  // Product of the dimensions before the last two; 1 for up to two dimensions.
  uint64_t matrices = 1;
  TensorLayout layout;  // of one matrix
  // Of the first byte, from the start of the file; a multiple of 64.
  uint64_t file_offset = 0;

  const std::string& name() const { return proto->name(); }

  // Of all matrices.
  uint64_t row_tiles() const { return matrices * layout.row_tiles(); }

  // Of a row tile, counted over all matrices, if the layout has whole ones.
  uint64_t RowTileOffset(uint64_t row_tile) const {
    return file_offset + row_tile * layout.row_tile_stride;
  }

  // Of the first byte of a matrix.
  uint64_t MatrixOffset(uint64_t matrix) const {
    return RowTileOffset(matrix * layout.row_tiles());
  }

  // The first byte in a mapping of the file.
  const uint8_t* Data(const uint8_t* file) const { return file + file_offset; }

  // Rows of `row_tile` that are not padding.
  uint64_t RowsInTile(uint64_t row_tile) const;

  // Bytes from its first to its last.
  uint64_t SpanBytes() const;

  // Bytes as row-major blocks.
  uint64_t RowMajorBytes() const {
    return matrices * layout.rows * layout.row_bytes;
  }
};

// Reads name, type, shape and layout of `tensor`, which must outlive the
// result, and checks that they fit together and that its row tiles lie in its
// extent. Does not look at the rest of the file. DataLoss, or Unimplemented for
// a type, layout, kernel ABI or ISA family that is not known here; messages
// name the tensor.
absl::StatusOr<StoredTensor> ResolveTensor(const Tensor& tensor);

// The manifest's form of `layout`, with kernel ABI and ISA family. The
// inverse of what ResolveTensor reads.
Layout LayoutProto(const TensorLayout& layout);

}  // namespace tessera

#endif  // FORMATS_ARENA_STORED_TENSOR_H_
