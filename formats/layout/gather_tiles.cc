#include "formats/layout/gather_tiles.h"

#include <algorithm>
#include <cstring>

#include "formats/layout/tile_grid.h"

namespace tessera {
namespace {

// 8 rows of a column of 16-bit floats.
using Halves = uint16_t __attribute__((vector_size(16)));
constexpr uint64_t kColumnBytes = 2 * kTileRows;

constexpr uint64_t kColumnsAhead = 16;

// Heads of INT8's row tiles come first. Returns where the tiles start.
uint8_t* GatherHeads(const TileGrid& grid, const uint8_t* matrix,
                     uint64_t first, uint64_t last, uint64_t stride,
                     uint8_t* out) {
  if (!grid.has_row_heads()) return out;
  for (uint64_t i = first; i < last; ++i) {
    std::memcpy(out + (i - first) * stride, matrix + grid.HeadOffset(i),
                kTileHeadBytes);
  }
  return out + kTileHeadBytes;
}

// Columns `even` and `odd` of a row tile as 16 pairs.
void ZipColumns(const uint8_t* even, const uint8_t* odd, uint8_t* out) {
  for (uint64_t part = 0; part < kColumnBytes; part += sizeof(Halves)) {
    Halves a;
    Halves b;
    std::memcpy(&a, even + part, sizeof(a));
    std::memcpy(&b, odd + part, sizeof(b));
    const Halves pairs[2] = {
        __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11),
        __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)};
    std::memcpy(out + 2 * part, pairs, sizeof(pairs));
  }
}

// Asks for the columns that come next but a few: each is a short stream of its
// own, which the processor does not foresee.
void PrefetchColumn(const uint8_t* column, uint64_t bytes) {
  constexpr uint64_t kLineBytes = 64;
  for (uint64_t i = 0; i < bytes; i += kLineBytes) {
    __builtin_prefetch(column + i);
  }
}

// Transposed F16 and BF16: two columns become a vector of pairs. An odd last
// column gets zeros for a partner.
void GatherPairs(const TileGrid& grid, const uint8_t* matrix, uint64_t first,
                 uint64_t last, uint64_t stride, uint8_t* out) {
  static constexpr uint8_t kZeros[kColumnBytes] = {};
  for (uint64_t j = 0; j < grid.k_tiles(); j += 2) {
    for (uint64_t ahead : {j + kColumnsAhead, j + kColumnsAhead + 1}) {
      if (ahead >= grid.k_tiles()) break;
      PrefetchColumn(matrix + grid.TileOffset(first, ahead),
                     (last - first) * kColumnBytes);
    }
    const uint8_t* even = matrix + grid.TileOffset(first, j);
    const bool paired = j + 1 < grid.k_tiles();
    const uint8_t* odd =
        paired ? matrix + grid.TileOffset(first, j + 1) : kZeros;
    uint8_t* to = out + j * kColumnBytes;
    for (uint64_t i = first; i < last; ++i, to += stride) {
      ZipColumns(even, odd, to);
      even += kColumnBytes;
      odd += paired ? kColumnBytes : 0;
    }
  }
}

// Transposed F32: a column is a vector.
void GatherVectors(const TileGrid& grid, const uint8_t* matrix, uint64_t first,
                   uint64_t last, uint64_t stride, uint8_t* out) {
  constexpr uint64_t kVectorBytes = 64;
  for (uint64_t j = 0; j < grid.k_tiles(); ++j) {
    const uint64_t ahead = std::min(j + kColumnsAhead, grid.k_tiles() - 1);
    PrefetchColumn(matrix + grid.TileOffset(first, ahead),
                   (last - first) * kVectorBytes);
    const uint8_t* column = matrix + grid.TileOffset(first, j);
    uint8_t* to = out + j * kVectorBytes;
    for (uint64_t i = first; i < last; ++i, to += stride) {
      std::memcpy(to, column, kVectorBytes);
      column += kVectorBytes;
    }
  }
}

}  // namespace

void GatherTiles(const TensorLayout& layout, const uint8_t* matrix,
                 uint64_t first, uint64_t last, uint64_t stride, uint8_t* out) {
  const TileGrid grid(layout);
  out = GatherHeads(grid, matrix, first, last, stride, out);
  if (layout.tile_columns == 1) {
    const auto gather = layout.interleave_bytes == kInterleaveBytes
                            ? GatherVectors
                            : GatherPairs;
    gather(grid, matrix, first, last, stride, out);
    return;
  }
  grid.ForEachTile(first, last, [&](uint64_t i, uint64_t j, uint64_t offset) {
    std::memcpy(out + (i - first) * stride + grid.BytesBefore(j),
                matrix + offset, grid.TileBytes(j));
  });
}

}  // namespace tessera
