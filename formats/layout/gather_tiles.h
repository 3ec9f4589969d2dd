// The tiles of a transposed or swizzled matrix, side by side again.
#ifndef FORMATS_LAYOUT_GATHER_TILES_H_
#define FORMATS_LAYOUT_GATHER_TILES_H_

#include <cstdint>

#include "formats/layout/tensor_layout.h"

namespace tessera {

// Copies row tiles [first, last) of `matrix` in the order in which it stores
// their tiles, such that each becomes an interleaved row tile: row tile first +
// t at out + t * stride. `out` has room for last - first row tiles of the
// interleaved layout, `stride` bytes apart.
void GatherTiles(const TensorLayout& layout, const uint8_t* matrix,
                 uint64_t first, uint64_t last, uint64_t stride, uint8_t* out);

}  // namespace tessera

#endif  // FORMATS_LAYOUT_GATHER_TILES_H_
