#include "formats/layout/pack.h"

#include <algorithm>
#include <cstring>

#include "formats/layout/block_fields.h"
#include "formats/layout/interleave.h"
#include "formats/layout/tile_grid.h"

namespace tessera {
namespace {

// The widest unit that can be partial: INT8's 32 weights.
constexpr uint64_t kMaxPartialUnit = 32;

// INT8's row scale: 4 bytes of each row, together in front of its quants.
constexpr BlockField kRowHead = {0, 4, 4, 0};

// Calls visit(block, place, field) for each field of each block of `row_bytes`
// of a row, in the order in which they are stored: `block` is the block's
// offset in the row, `place` the field's first byte in the tiles.
template <typename Visitor>
void ForEachField(const BlockFields& fields, uint64_t row_bytes,
                  Visitor&& visit) {
  const uint64_t blocks = row_bytes / fields.unit_bytes;
  uint64_t head = 0;
  uint64_t body = 0;
  for (uint64_t b = 0; b < blocks; ++b) {
    const uint64_t block = b * fields.unit_bytes;
    if (b % fields.tile_blocks == 0) {
      head = body;
      body += kTileHeadBytes;
    }
    for (const BlockField& field : fields.head) {
      if (field.bytes == 0) continue;
      visit(block, head, field);
      head += field.bytes * kTileRows;
    }
    for (const BlockField& field : fields.body) {
      if (field.bytes == 0) continue;
      visit(block, body, field);
      body += field.bytes * kTileRows;
    }
  }
}

// Types without heads: one long field of whole units, then a padded one.
void PackPlainUnits(const BlockFields& fields, uint64_t row_bytes,
                    const uint8_t* rows, uint64_t stride, uint64_t row_count,
                    uint8_t* tiles) {
  const BlockField& field = fields.body[0];
  const uint64_t rest = row_bytes % fields.unit_bytes;
  const uint64_t whole = row_bytes - rest;
  InterleaveField(field, rows, stride, row_count, whole, tiles);
  if (rest == 0) return;
  uint8_t padded[kTileRows * kMaxPartialUnit] = {};
  for (uint64_t r = 0; r < row_count; ++r) {
    std::memcpy(padded + r * fields.unit_bytes, rows + r * stride + whole,
                rest);
  }
  InterleaveField(field, padded, fields.unit_bytes, row_count,
                  fields.unit_bytes, tiles + whole * kTileRows);
}

void UnpackPlainUnits(const BlockFields& fields, uint64_t row_bytes,
                      const uint8_t* tiles, const RowWindow& window,
                      uint8_t* rows) {
  const BlockField& field = fields.body[0];
  const uint64_t rest = row_bytes % fields.unit_bytes;
  const uint64_t whole = row_bytes - rest;
  DeinterleaveField(field, tiles, whole, window, rows);
  if (rest == 0) return;
  uint8_t padded[kTileRows * kMaxPartialUnit];
  const RowWindow padded_window = {window.first, window.count,
                                   fields.unit_bytes};
  DeinterleaveField(field, tiles + whole * kTileRows, fields.unit_bytes,
                    padded_window, padded);
  for (uint64_t r = 0; r < window.count; ++r) {
    std::memcpy(rows + r * window.stride + whole,
                padded + r * fields.unit_bytes, rest);
  }
}

// Packs the `row_bytes` of each row that lie in consecutive tiles, from the
// first unit of a tile on. `rows` is `stride` apart and points at that unit.
void PackUnits(const BlockFields& fields, uint64_t row_bytes,
               const uint8_t* rows, uint64_t stride, uint64_t row_count,
               uint8_t* tiles) {
  if (!fields.has_head()) {
    PackPlainUnits(fields, row_bytes, rows, stride, row_count, tiles);
    return;
  }
  const uint64_t blocks = row_bytes / fields.unit_bytes;
  const uint64_t last_tile_blocks = blocks % fields.tile_blocks;
  if (last_tile_blocks != 0) {
    // The last tile's head is not full.
    std::memset(tiles + fields.TileBytes(blocks - last_tile_blocks), 0,
                kTileHeadBytes);
  }
  ForEachField(fields, row_bytes,
               [&](uint64_t block, uint64_t place, const BlockField& field) {
                 InterleaveField(field, rows + block + field.offset, stride,
                                 row_count, field.bytes, tiles + place);
               });
}

void UnpackUnits(const BlockFields& fields, uint64_t row_bytes,
                 const uint8_t* tiles, const RowWindow& window, uint8_t* rows) {
  if (!fields.has_head()) {
    UnpackPlainUnits(fields, row_bytes, tiles, window, rows);
    return;
  }
  ForEachField(fields, row_bytes,
               [&](uint64_t block, uint64_t place, const BlockField& field) {
                 DeinterleaveField(field, tiles + place, field.bytes, window,
                                   rows + block + field.offset);
               });
}

// Where the parts of one row tile lie: calls head(place) for its row scales, if
// it has any, and units(begin, bytes, place) for each run of its tiles, which
// holds the bytes [begin, begin + bytes) of each row. Offsets in the matrix.
template <typename Head, typename Units>
void ForEachPart(const TensorLayout& layout, uint64_t row_tile, Head&& head,
                 Units&& units) {
  const BlockFields& fields = *FieldsOf(layout);
  const uint64_t row_head = fields.row_head_bytes;
  if (layout.has_whole_row_tiles()) {
    uint64_t place = row_tile * layout.row_tile_stride;
    if (row_head != 0) {
      head(place);
      place += kTileHeadBytes;
    }
    units(row_head, layout.row_bytes - row_head, place);
    return;
  }
  const TileGrid grid(layout);
  if (row_head != 0) head(grid.HeadOffset(row_tile));
  const uint64_t tile_row_bytes =
      uint64_t{layout.tile_columns} / fields.unit_columns * fields.unit_bytes;
  for (uint64_t j = 0; j < grid.k_tiles(); ++j) {
    const uint64_t begin = row_head + j * tile_row_bytes;
    units(begin, std::min(tile_row_bytes, layout.row_bytes - begin),
          grid.TileOffset(row_tile, j));
  }
}

// Unpacks the rows of `window` from row tile `row_tile`.
void UnpackWindow(const TensorLayout& layout, const uint8_t* matrix,
                  uint64_t row_tile, const RowWindow& window, uint8_t* rows) {
  if (layout.order == LayoutOrder::kRowMajor) {
    std::copy_n(matrix + row_tile * layout.row_tile_stride, layout.row_bytes,
                rows);
    return;
  }
  const BlockFields& fields = *FieldsOf(layout);
  ForEachPart(
      layout, row_tile,
      [&](uint64_t place) {
        DeinterleaveField(kRowHead, matrix + place, kRowHead.bytes, window,
                          rows);
      },
      [&](uint64_t begin, uint64_t bytes, uint64_t place) {
        UnpackUnits(fields, bytes, matrix + place, window, rows + begin);
      });
}

void PackRows(const TensorLayout& layout, uint64_t row_tile,
              const uint8_t* rows, uint64_t row_count, uint8_t* matrix) {
  if (layout.order == LayoutOrder::kRowMajor) {
    std::copy_n(rows, layout.row_bytes,
                matrix + row_tile * layout.row_tile_stride);
    return;
  }
  const BlockFields& fields = *FieldsOf(layout);
  const uint64_t stride = layout.row_bytes;
  ForEachPart(
      layout, row_tile,
      [&](uint64_t place) {
        InterleaveField(kRowHead, rows, stride, row_count, kRowHead.bytes,
                        matrix + place);
      },
      [&](uint64_t begin, uint64_t bytes, uint64_t place) {
        PackUnits(fields, bytes, rows + begin, stride, row_count,
                  matrix + place);
      });
}

}  // namespace

void PackMatrixTile(const TensorLayout& layout, uint64_t row_tile,
                    const uint8_t* rows, uint8_t* matrix) {
  PackRows(layout, row_tile, rows, layout.RowsInTile(row_tile), matrix);
}

void UnpackMatrixTile(const TensorLayout& layout, const uint8_t* matrix,
                      uint64_t row_tile, uint8_t* rows) {
  UnpackWindow(layout, matrix, row_tile,
               {0, layout.RowsInTile(row_tile), layout.row_bytes}, rows);
}

void UnpackMatrixRow(const TensorLayout& layout, const uint8_t* matrix,
                     uint64_t row, uint8_t* out) {
  UnpackWindow(layout, matrix, row / layout.tile_rows,
               {row % layout.tile_rows, 1, layout.row_bytes}, out);
}

void PackRowTile(const TensorLayout& layout, const uint8_t* rows,
                 uint64_t row_count, uint8_t* tile) {
  PackRows(layout, 0, rows, row_count, tile);
}

void UnpackRowTile(const TensorLayout& layout, const uint8_t* tile,
                   uint64_t row_count, uint8_t* rows) {
  UnpackWindow(layout, tile, 0, {0, row_count, layout.row_bytes}, rows);
}

void UnpackRow(const TensorLayout& layout, const uint8_t* tile,
               uint64_t row_in_tile, uint8_t* row) {
  UnpackWindow(layout, tile, 0, {row_in_tile, 1, layout.row_bytes}, row);
}

}  // namespace tessera
