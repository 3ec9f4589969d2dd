// F8 weights that are read together with the factors they were divided by.
#ifndef CONVERTER_SOURCE_FLOAT8_SCALES_H_
#define CONVERTER_SOURCE_FLOAT8_SCALES_H_

#include <cstdint>
#include <vector>

#include "formats/dtype/dtype.h"

namespace tessera {

// Where bytes of a model lie: from `offset` on in file `file` of a
// WeightSource.
struct SourcePart {
  size_t file = 0;
  uint64_t offset = 0;
};

// The scales of the F8 matrices of one tensor: a row-major grid of numbers per
// matrix, one number for each block of weights. Blocks at the lower and right
// edge may be cut off. One block per matrix, or per row, are grids too. As in
// checkpoints of DeepSeek-V3 (weight_scale_inv) and of compressed-tensors
// (weight_scale).
struct Float8Scales {
  DType weight_type = DType::kF8_E4M3;  // of the bytes that are scaled
  DType type = DType::kF32;             // of the scales: a float, or F8_E8M0
  uint64_t block_rows = 0;              // weights that share a scale
  uint64_t block_columns = 0;
  uint64_t grid_columns = 0;
  std::vector<SourcePart> parts;  // one per matrix
};

// Writes weights times scales, rounded to BF16, of rows [first_row, first_row +
// count) of a matrix of `columns` columns. `weights` is the first byte of row
// `first_row`; `grid` is the first scale of the matrix. Thread-safe.
void ReadScaledRows(const Float8Scales& scales, const uint8_t* weights,
                    const uint8_t* grid, uint64_t columns, uint64_t first_row,
                    uint64_t count, uint8_t* rows);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_FLOAT8_SCALES_H_
