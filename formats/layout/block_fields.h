// What tiles are made of. One table, from which sizes, packing and
// unpacking follow; docs/layouts.md shows it as a picture.
#ifndef FORMATS_LAYOUT_BLOCK_FIELDS_H_
#define FORMATS_LAYOUT_BLOCK_FIELDS_H_

#include <cstdint>

#include "absl/types/span.h"
#include "formats/dtype/dtype.h"

namespace tessera {

// Rows of a row tile, and bytes of one row that stay together: a 64-byte vector
// holds 4 bytes of each of 16 rows.
inline constexpr uint32_t kTileRows = 16;
inline constexpr uint32_t kInterleaveBytes = 4;

// Bytes of a tile's head and of INT8's row scales: one cache line.
inline constexpr uint32_t kTileHeadBytes = 64;

// Consecutive bytes of a row-major block. In a tile, chunk i of row r lies
// (i * 16 + r) * chunk_bytes after the field's start.
struct BlockField {
  uint16_t offset = 0;      // in the row-major block
  uint16_t bytes = 0;       // 0: no such field
  uint8_t chunk_bytes = 0;  // bytes of one row that stay together: 1, 2 or 4
  uint8_t value_xor = 0;    // what each byte is XORed with when stored
};

// The tiles of one stored type. A row-major row is
// `row_head_bytes` and then units of `unit_bytes`, the last one padded with
// zeros. A unit is a block; for float types, the elements that fill 4 bytes;
// for INT8, 32 weights.
struct BlockFields {
  DType type;
  uint16_t row_head_bytes;  // INT8's row scale, once per row tile
  uint16_t unit_bytes;
  uint16_t unit_columns;
  uint16_t tile_blocks;  // blocks of a full tile
  BlockField head[2];    // together at the start of a tile, in 64 bytes
  BlockField body[3];    // in the order in which they are stored

  bool has_head() const { return head[0].bytes != 0; }

  // Bytes of one row in one unit's body.
  uint32_t BodyBytesPerRow() const {
    return body[0].bytes + body[1].bytes + body[2].bytes;
  }

  // Bytes of 16 rows of `units` units, in tiles of which the last may have
  // fewer blocks; without INT8's row scales.
  uint64_t TileBytes(uint64_t units) const {
    const uint64_t heads =
        has_head() ? (units + tile_blocks - 1) / tile_blocks : 0;
    return heads * kTileHeadBytes + units * BodyBytesPerRow() * kTileRows;
  }
};

// The fields of `type`, or nullptr if it has no tiles.
const BlockFields* FindBlockFields(DType type);

// The same for tiles of the transposed layout: those of F16 and BF16 hold one
// column, 2 bytes per row; all others are as above.
const BlockFields* FindTransposedFields(DType type);

// Every type that has tiles, as FindBlockFields finds it.
absl::Span<const BlockFields> AllBlockFields();

}  // namespace tessera

#endif  // FORMATS_LAYOUT_BLOCK_FIELDS_H_
