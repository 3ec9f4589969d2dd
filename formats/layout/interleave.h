// Interleaving the bytes of 16 rows, field by field, and the way back: the
// inner loops of Pack and Unpack.
#ifndef FORMATS_LAYOUT_INTERLEAVE_H_
#define FORMATS_LAYOUT_INTERLEAVE_H_

#include <cstdint>

#include "formats/layout/block_fields.h"

namespace tessera {

// Rows [first, first + count) of a row tile, as row-major rows `stride` apart.
struct RowWindow {
  uint64_t first;
  uint64_t count;
  uint64_t stride;
};

// Interleaves `bytes` of `field` of the first `row_count` of 16 rows. `rows`
// and `tile` point at the field's first byte; the other rows become zeros.
void InterleaveField(const BlockField& field, const uint8_t* rows,
                     uint64_t stride, uint64_t row_count, uint64_t bytes,
                     uint8_t* tile);

// The inverse, for the rows of `window`: `rows` is where the first of them
// goes, `tile` the field's first byte of all 16.
void DeinterleaveField(const BlockField& field, const uint8_t* tile,
                       uint64_t bytes, const RowWindow& window, uint8_t* rows);

}  // namespace tessera

#endif  // FORMATS_LAYOUT_INTERLEAVE_H_
