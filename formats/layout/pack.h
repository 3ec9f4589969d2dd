// Pack and Unpack: row-major blocks to a layout and back, without loss.
#ifndef FORMATS_LAYOUT_PACK_H_
#define FORMATS_LAYOUT_PACK_H_

#include <cstdint>

#include "formats/layout/tensor_layout.h"

namespace tessera {

// ---- every layout; `matrix` is the first byte of the stored matrix ----

// Packs the rows of row tile `row_tile` into their places. `rows` holds
// layout.RowsInTile(row_tile) row-major rows of layout.row_bytes each; the
// tile's other rows become zero blocks. Together the row tiles write every byte
// of the matrix that is not in a gap between row tiles. Thread-safe for
// different row tiles.
void PackMatrixTile(const TensorLayout& layout, uint64_t row_tile,
                    const uint8_t* rows, uint8_t* matrix);

// The inverse: writes the layout.RowsInTile(row_tile) rows to `rows`.
void UnpackMatrixTile(const TensorLayout& layout, const uint8_t* matrix,
                      uint64_t row_tile, uint8_t* rows);

// Writes row `row` to `out` (layout.row_bytes bytes). For reading one row of a
// matrix, such as a tied token embedding.
void UnpackMatrixRow(const TensorLayout& layout, const uint8_t* matrix,
                     uint64_t row, uint8_t* out);

// ---- layouts with whole row tiles; `tile` is the first byte of one ----

// Packs one row tile: writes layout.row_tile_bytes bytes to `tile`. `rows`
// holds `row_count` rows, 1 <= row_count <= layout.tile_rows.
void PackRowTile(const TensorLayout& layout, const uint8_t* rows,
                 uint64_t row_count, uint8_t* tile);

// The inverse: writes the first `row_count` rows of `tile` to `rows`.
void UnpackRowTile(const TensorLayout& layout, const uint8_t* tile,
                   uint64_t row_count, uint8_t* rows);

// Writes row `row_in_tile` of `tile` to `row`.
void UnpackRow(const TensorLayout& layout, const uint8_t* tile,
               uint64_t row_in_tile, uint8_t* row);

}  // namespace tessera

#endif  // FORMATS_LAYOUT_PACK_H_
