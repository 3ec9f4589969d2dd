#include "formats/layout/tile_grid.h"

#include "base/checked_math.h"
#include "formats/layout/block_fields.h"

namespace tessera {
namespace {

uint64_t PowerOfTwoFrom(uint64_t n) {
  uint64_t power = 1;
  while (power < n) power *= 2;
  return power;
}

}  // namespace

TileGrid::TileGrid(const TensorLayout& layout)
    : order_(layout.order),
      row_tiles_(layout.row_tiles()),
      k_tiles_(CeilDiv(layout.columns, layout.tile_columns)) {
  const BlockFields& fields = *FieldsOf(layout);
  head_bytes_ = fields.row_head_bytes == 0 ? 0 : kTileHeadBytes;
  row_tile_bytes_ = layout.row_tile_bytes - head_bytes_;
  tile_bytes_ = fields.TileBytes(layout.tile_columns / fields.unit_columns);
  tiles_ = row_tiles_ * head_bytes_;
  side_ = PowerOfTwoFrom(std::max(row_tiles_, k_tiles_));
}

void TileGrid::Split(const Region& region, Region (&quadrants)[4]) const {
  const uint64_t half = region.side / 2;
  const uint64_t middle = std::min(region.top + half, region.bottom);
  const uint64_t center = std::min(region.left + half, region.right);
  quadrants[0] = {region.top, middle, region.left, center, half, 0};
  quadrants[1] = {region.top, middle, center, region.right, half, 0};
  quadrants[2] = {middle, region.bottom, region.left, center, half, 0};
  quadrants[3] = {middle, region.bottom, center, region.right, half, 0};
  uint64_t offset = region.offset;
  for (Region& quadrant : quadrants) {
    quadrant.offset = offset;
    offset += RegionBytes(quadrant);
  }
}

uint64_t TileGrid::TileOffset(uint64_t row_tile, uint64_t k_tile) const {
  if (order_ != LayoutOrder::kSwizzled) {
    return tiles_ + row_tiles_ * BytesBefore(k_tile) +
           row_tile * TileBytes(k_tile);
  }
  Region region = Whole();
  while (region.side > 1) {
    Region quadrants[4];
    Split(region, quadrants);
    const uint64_t half = region.side / 2;
    const int bottom = row_tile >= region.top + half ? 2 : 0;
    const int right = k_tile >= region.left + half ? 1 : 0;
    region = quadrants[bottom + right];
  }
  return region.offset;
}

}  // namespace tessera
