// Pack and Unpack: row-major blocks to a layout and back, without loss.
#ifndef FORMATS_LAYOUT_PACK_H_
#define FORMATS_LAYOUT_PACK_H_

#include <cstdint>

#include "formats/layout/tensor_layout.h"

namespace tessera {

// Packs the rows of one row tile. `rows` holds `row_count` row-major rows
// (layout.row_bytes each, 1 <= row_count <= layout.tile_rows); the tile's other
// rows become zero blocks. Writes layout.row_tile_bytes bytes to `tile`.
// Thread-safe for different tiles.
void PackRowTile(const TensorLayout& layout, const uint8_t* rows,
                 uint64_t row_count, uint8_t* tile);

// The inverse: writes the first `row_count` rows of `tile` to `rows`.
void UnpackRowTile(const TensorLayout& layout, const uint8_t* tile,
                   uint64_t row_count, uint8_t* rows);

// Writes row `row_in_tile` of `tile` to `row` (layout.row_bytes bytes). For
// reading one row of a matrix, such as a tied token embedding.
void UnpackRow(const TensorLayout& layout, const uint8_t* tile,
               uint64_t row_in_tile, uint8_t* row);

}  // namespace tessera

#endif  // FORMATS_LAYOUT_PACK_H_
