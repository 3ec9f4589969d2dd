#include "formats/layout/gather_tiles.h"

#include <cstring>

#include "formats/layout/tile_grid.h"

namespace tessera {
namespace {

// 16 rows of one column of 16-bit floats.
using Column = uint16_t __attribute__((vector_size(32)));
constexpr uint64_t kColumnBytes = sizeof(Column);
static_assert(kColumnBytes == 2 * kTileRows);

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
  uint16_t a[kTileRows];
  uint16_t b[kTileRows];
  uint16_t pairs[2 * kTileRows];
  std::memcpy(a, even, kColumnBytes);
  std::memcpy(b, odd, kColumnBytes);
  for (uint64_t r = 0; r < kTileRows; ++r) {
    pairs[2 * r] = a[r];
    pairs[2 * r + 1] = b[r];
  }
  std::memcpy(out, pairs, sizeof(pairs));
}

// Transposed F16 and BF16: two columns become a vector of pairs. An odd last
// column gets zeros for a partner.
void GatherPairs(const TileGrid& grid, const uint8_t* matrix, uint64_t first,
                 uint64_t last, uint64_t stride, uint8_t* out) {
  static constexpr uint8_t kZeros[kColumnBytes] = {};
  for (uint64_t j = 0; j < grid.k_tiles(); j += 2) {
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

}  // namespace

void GatherTiles(const TensorLayout& layout, const uint8_t* matrix,
                 uint64_t first, uint64_t last, uint64_t stride, uint8_t* out) {
  const TileGrid grid(layout);
  out = GatherHeads(grid, matrix, first, last, stride, out);
  if (layout.interleave_bytes != kInterleaveBytes) {
    GatherPairs(grid, matrix, first, last, stride, out);
    return;
  }
  grid.ForEachTile(first, last, [&](uint64_t i, uint64_t j, uint64_t offset) {
    std::memcpy(out + (i - first) * stride + grid.BytesBefore(j),
                matrix + offset, grid.TileBytes(j));
  });
}

}  // namespace tessera
