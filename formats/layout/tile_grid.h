// Where the tiles of transposed and swizzled matrices lie.
#ifndef FORMATS_LAYOUT_TILE_GRID_H_
#define FORMATS_LAYOUT_TILE_GRID_H_

#include <algorithm>
#include <cstdint>

#include "formats/layout/tensor_layout.h"

namespace tessera {

// The tiles of a matrix as a grid: tile (i, j) holds the weights of row tile i
// in columns [j * tile_columns, (j + 1) * tile_columns). Side by side, the
// tiles of a row tile are what an interleaved row tile is; tiles of the last
// grid column may be shorter. Offsets count from the matrix's first byte, where
// the heads of INT8's row tiles come first, one after another, and then all
// tiles:
//
//   transposed: grid column by grid column, each from the top.
//   swizzled:   the grid is cut into quadrants whose side is half of the
//               smallest power of two that covers it: top left, top right,
//               bottom left, bottom right, and each of them likewise. What lies
//               outside of the grid takes no place.
//
// A plain value.
class TileGrid {
 public:
  // `layout` is transposed or swizzled, made by MakeTensorLayout.
  explicit TileGrid(const TensorLayout& layout);

  uint64_t row_tiles() const { return row_tiles_; }
  uint64_t k_tiles() const { return k_tiles_; }

  // INT8's row scales of a row tile, kTileHeadBytes.
  bool has_row_heads() const { return head_bytes_ != 0; }
  uint64_t HeadOffset(uint64_t row_tile) const {
    return row_tile * head_bytes_;
  }

  // Bytes of a tile in grid column `k_tile`.
  uint64_t TileBytes(uint64_t k_tile) const {
    return BytesBefore(k_tile + 1) - BytesBefore(k_tile);
  }
  // Bytes of a row tile's tiles in the grid columns before `k_tile`, which is
  // up to k_tiles().
  uint64_t BytesBefore(uint64_t k_tile) const {
    return std::min(k_tile * tile_bytes_, row_tile_bytes_);
  }

  // Of tile (row_tile, k_tile). Takes O(log(grid)) for swizzled matrices.
  uint64_t TileOffset(uint64_t row_tile, uint64_t k_tile) const;

  // Calls visit(row_tile, k_tile, offset) for the tiles of row tiles
  // [first, last), in the order in which they are stored.
  template <typename Visitor>
  void ForEachTile(uint64_t first, uint64_t last, const Visitor& visit) const;

 private:
  // Rows [top, bottom) and columns [left, right) of the grid, stored from
  // `offset` on in a square of `side`, which they start in.
  struct Region {
    uint64_t top, bottom, left, right, side, offset;

    bool empty() const { return top >= bottom || left >= right; }
  };

  Region Whole() const { return {0, row_tiles_, 0, k_tiles_, side_, tiles_}; }
  uint64_t RegionBytes(const Region& region) const {
    return (region.bottom - region.top) *
           (BytesBefore(region.right) - BytesBefore(region.left));
  }
  // The quadrants of `region`, in order; some may be empty.
  void Split(const Region& region, Region (&quadrants)[4]) const;

  template <typename Visitor>
  void VisitRegion(const Region& region, uint64_t first, uint64_t last,
                   const Visitor& visit) const;

  LayoutOrder order_;
  uint64_t row_tiles_;
  uint64_t k_tiles_;
  uint64_t head_bytes_;      // of one row tile
  uint64_t row_tile_bytes_;  // of its tiles
  uint64_t tile_bytes_;      // of a full tile
  uint64_t tiles_;           // offset of the first tile
  uint64_t side_;            // of the swizzled grid
};

template <typename Visitor>
void TileGrid::ForEachTile(uint64_t first, uint64_t last,
                           const Visitor& visit) const {
  if (order_ == LayoutOrder::kSwizzled) {
    VisitRegion(Whole(), first, last, visit);
    return;
  }
  for (uint64_t j = 0; j < k_tiles_; ++j) {
    uint64_t offset = TileOffset(first, j);
    for (uint64_t i = first; i < last; ++i, offset += TileBytes(j)) {
      visit(i, j, offset);
    }
  }
}

template <typename Visitor>
void TileGrid::VisitRegion(const Region& region, uint64_t first, uint64_t last,
                           const Visitor& visit) const {
  if (region.empty() || region.bottom <= first || region.top >= last) return;
  if (region.side == 1) {
    visit(region.top, region.left, region.offset);
    return;
  }
  Region quadrants[4];
  Split(region, quadrants);
  for (const Region& quadrant : quadrants) {
    VisitRegion(quadrant, first, last, visit);
  }
}

}  // namespace tessera

#endif  // FORMATS_LAYOUT_TILE_GRID_H_
