#include "formats/layout/pack.h"

#include <algorithm>
#include <cstring>

#include "formats/layout/block_fields.h"

namespace tessera {
namespace {

// The widest unit that can be partial: INT8's 32 weights.
constexpr uint64_t kMaxPartialUnit = 32;

// Rows [first, first + count) of a tile, as row-major rows `stride` apart.
struct RowWindow {
  uint64_t first;
  uint64_t count;
  uint64_t stride;
};

template <typename Chunk>
Chunk LoadChunk(const uint8_t* bytes) {
  Chunk chunk;
  std::memcpy(&chunk, bytes, sizeof(chunk));
  return chunk;
}

template <typename Chunk>
void StoreChunk(Chunk chunk, uint8_t* bytes) {
  std::memcpy(bytes, &chunk, sizeof(chunk));
}

// The byte `value` in each byte of a Chunk.
template <typename Chunk>
constexpr Chunk Splat(uint8_t value) {
  return static_cast<Chunk>(value * 0x01010101u);
}

// Four chunks of four rows: 16 bytes of each row, or of each chunk.
using Quad = uint32_t __attribute__((vector_size(16)));

Quad LoadQuad(const uint8_t* bytes) {
  Quad quad;
  std::memcpy(&quad, bytes, sizeof(quad));
  return quad;
}

void StoreQuad(Quad quad, uint8_t* bytes) {
  std::memcpy(bytes, &quad, sizeof(quad));
}

// Transposes 4 x 4 chunks, from 4 places `from_stride` apart to 4 places
// `to_stride` apart: the inner loop of packing and unpacking.
inline void TransposeQuads(const uint8_t* from, uint64_t from_stride,
                           uint32_t flip, uint8_t* to, uint64_t to_stride) {
  const Quad a = LoadQuad(from) ^ flip;
  const Quad b = LoadQuad(from + from_stride) ^ flip;
  const Quad c = LoadQuad(from + 2 * from_stride) ^ flip;
  const Quad d = LoadQuad(from + 3 * from_stride) ^ flip;
  const Quad ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const Quad ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Quad cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const Quad cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  StoreQuad(__builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5), to);
  StoreQuad(__builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7),
            to + to_stride);
  StoreQuad(__builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5),
            to + 2 * to_stride);
  StoreQuad(__builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7),
            to + 3 * to_stride);
}

// `rows` holds `row_count` rows, `stride` apart; chunk i of row r goes to
// place i * 16 + r of `tile`. Missing rows are zeros.
template <typename Chunk>
void Interleave(const uint8_t* rows, uint64_t stride, uint64_t row_count,
                uint64_t chunks, uint8_t value_xor, uint8_t* tile) {
  const Chunk flip = Splat<Chunk>(value_xor);
  constexpr uint64_t kSize = sizeof(Chunk);
  uint64_t i = 0;
  if constexpr (kSize == 4) {
    for (; row_count == kTileRows && i + 4 <= chunks; i += 4) {
      for (uint64_t r = 0; r < kTileRows; r += 4) {
        TransposeQuads(rows + r * stride + i * kSize, stride, flip,
                       tile + (i * kTileRows + r) * kSize, kTileRows * kSize);
      }
    }
  }
  for (; i < chunks; ++i) {
    uint8_t* out = tile + i * kTileRows * kSize;
    for (uint64_t r = 0; r < kTileRows; ++r) {
      const Chunk chunk =
          r < row_count ? LoadChunk<Chunk>(rows + r * stride + i * kSize) : 0;
      StoreChunk<Chunk>(chunk ^ flip, out + r * kSize);
    }
  }
}

// The inverse, for the rows of `window`.
template <typename Chunk>
void Deinterleave(const uint8_t* tile, uint64_t chunks, uint8_t value_xor,
                  const RowWindow& window, uint8_t* rows) {
  const Chunk flip = Splat<Chunk>(value_xor);
  constexpr uint64_t kSize = sizeof(Chunk);
  uint64_t done = 0;
  if constexpr (kSize == 4) {
    for (; window.count == kTileRows && done + 4 <= chunks; done += 4) {
      for (uint64_t r = 0; r < kTileRows; r += 4) {
        TransposeQuads(tile + (done * kTileRows + r) * kSize, kTileRows * kSize,
                       flip, rows + r * window.stride + done * kSize,
                       window.stride);
      }
    }
  }
  for (uint64_t r = 0; r < window.count; ++r) {
    const uint8_t* in = tile + (window.first + r) * kSize;
    uint8_t* out = rows + r * window.stride;
    for (uint64_t i = done; i < chunks; ++i) {
      StoreChunk<Chunk>(LoadChunk<Chunk>(in + i * kTileRows * kSize) ^ flip,
                        out + i * kSize);
    }
  }
}

// One field of one unit; `rows` and `tile` point at the field's first byte.
void PackField(const BlockField& field, const uint8_t* rows, uint64_t stride,
               uint64_t row_count, uint64_t bytes, uint8_t* tile) {
  const uint64_t chunks = bytes / field.chunk_bytes;
  const auto interleave = field.chunk_bytes == 4   ? Interleave<uint32_t>
                          : field.chunk_bytes == 2 ? Interleave<uint16_t>
                                                   : Interleave<uint8_t>;
  interleave(rows, stride, row_count, chunks, field.value_xor, tile);
}

void UnpackField(const BlockField& field, const uint8_t* tile, uint64_t bytes,
                 const RowWindow& window, uint8_t* rows) {
  const uint64_t chunks = bytes / field.chunk_bytes;
  const auto deinterleave = field.chunk_bytes == 4   ? Deinterleave<uint32_t>
                            : field.chunk_bytes == 2 ? Deinterleave<uint16_t>
                                                     : Deinterleave<uint8_t>;
  deinterleave(tile, chunks, field.value_xor, window, rows);
}

// Types without heads: one long field of whole units, then a padded one.
void PackPlainRows(const BlockFields& fields, uint64_t row_bytes,
                   const uint8_t* rows, uint64_t row_count, uint8_t* tile) {
  const BlockField& field = fields.body[0];
  const uint64_t stride = row_bytes;
  if (fields.row_head_bytes != 0) {
    Interleave<uint32_t>(rows, stride, row_count, 1, 0, tile);
    tile += kTileHeadBytes;
    rows += fields.row_head_bytes;
    row_bytes -= fields.row_head_bytes;
  }
  const uint64_t rest = row_bytes % fields.unit_bytes;
  const uint64_t whole = row_bytes - rest;
  PackField(field, rows, stride, row_count, whole, tile);
  if (rest == 0) return;
  uint8_t padded[kTileRows * kMaxPartialUnit] = {};
  for (uint64_t r = 0; r < row_count; ++r) {
    std::memcpy(padded + r * fields.unit_bytes, rows + r * stride + whole,
                rest);
  }
  PackField(field, padded, fields.unit_bytes, row_count, fields.unit_bytes,
            tile + whole * kTileRows);
}

void UnpackPlainRows(const BlockFields& fields, uint64_t row_bytes,
                     const uint8_t* tile, const RowWindow& window,
                     uint8_t* rows) {
  const BlockField& field = fields.body[0];
  if (fields.row_head_bytes != 0) {
    Deinterleave<uint32_t>(tile, 1, 0, window, rows);
    tile += kTileHeadBytes;
    rows += fields.row_head_bytes;
    row_bytes -= fields.row_head_bytes;
  }
  const uint64_t rest = row_bytes % fields.unit_bytes;
  const uint64_t whole = row_bytes - rest;
  UnpackField(field, tile, whole, window, rows);
  if (rest == 0) return;
  uint8_t padded[kTileRows * kMaxPartialUnit];
  const RowWindow padded_window = {window.first, window.count,
                                   fields.unit_bytes};
  UnpackField(field, tile + whole * kTileRows, fields.unit_bytes, padded_window,
              padded);
  for (uint64_t r = 0; r < window.count; ++r) {
    std::memcpy(rows + r * window.stride + whole,
                padded + r * fields.unit_bytes, rest);
  }
}

// Calls visit(block, place, field) for each field of each block of a row tile,
// in the order in which they are stored: `block` is the block's offset in a
// row, `place` the field's first byte in the row tile.
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

void UnpackRows(const TensorLayout& layout, const uint8_t* tile,
                const RowWindow& window, uint8_t* rows) {
  if (layout.order == LayoutOrder::kRowMajor) {
    std::copy_n(tile, layout.row_bytes, rows);
    return;
  }
  const BlockFields& fields = *FindBlockFields(layout.type);
  if (!fields.has_head()) {
    UnpackPlainRows(fields, layout.row_bytes, tile, window, rows);
    return;
  }
  ForEachField(fields, layout.row_bytes,
               [&](uint64_t block, uint64_t place, const BlockField& field) {
                 UnpackField(field, tile + place, field.bytes, window,
                             rows + block + field.offset);
               });
}

}  // namespace

void PackRowTile(const TensorLayout& layout, const uint8_t* rows,
                 uint64_t row_count, uint8_t* tile) {
  if (layout.order == LayoutOrder::kRowMajor) {
    std::copy_n(rows, layout.row_bytes, tile);
    return;
  }
  const BlockFields& fields = *FindBlockFields(layout.type);
  if (!fields.has_head()) {
    PackPlainRows(fields, layout.row_bytes, rows, row_count, tile);
    return;
  }
  const uint64_t blocks = layout.row_bytes / fields.unit_bytes;
  if (blocks % fields.tile_blocks != 0) {
    // The last tile's head is not full.
    const uint64_t body_bytes = fields.BodyBytesPerRow() * kTileRows;
    const uint64_t last_tile_bytes =
        kTileHeadBytes + blocks % fields.tile_blocks * body_bytes;
    std::memset(tile + layout.row_tile_bytes - last_tile_bytes, 0,
                kTileHeadBytes);
  }
  ForEachField(fields, layout.row_bytes,
               [&](uint64_t block, uint64_t place, const BlockField& field) {
                 PackField(field, rows + block + field.offset, layout.row_bytes,
                           row_count, field.bytes, tile + place);
               });
}

void UnpackRowTile(const TensorLayout& layout, const uint8_t* tile,
                   uint64_t row_count, uint8_t* rows) {
  UnpackRows(layout, tile, {0, row_count, layout.row_bytes}, rows);
}

void UnpackRow(const TensorLayout& layout, const uint8_t* tile,
               uint64_t row_in_tile, uint8_t* row) {
  UnpackRows(layout, tile, {row_in_tile, 1, layout.row_bytes}, row);
}

}  // namespace tessera
