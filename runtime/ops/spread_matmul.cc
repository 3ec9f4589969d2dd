#include "runtime/ops/spread_matmul.h"

#include <algorithm>
#include <cstring>

#include "base/checked_math.h"
#include "formats/layout/gather_tiles.h"
#include "formats/layout/tile_grid.h"

namespace tessera {
namespace {

// Gathered row tiles, which stay in the L2 cache while all tokens pass.
constexpr int64_t kGatherBytes = 256 * 1024;

// Row tiles whose partial sums are held at a time, in the L1 cache.
constexpr int64_t kSumTiles = 128;
constexpr int64_t kSumBytes = kSumTiles * kGemvSums * sizeof(float);

int64_t TilesToGather(const Matrix& matrix) {
  return std::clamp<int64_t>(kGatherBytes / matrix.gathered_stride, 1,
                             matrix.tiles());
}

// The activations of `columns` columns from `first` on, a multiple of a
// block's.
Activations ColumnsOf(const Activations& x, int64_t first, int64_t columns) {
  Activations part = {};
  part.tokens = x.tokens;
  part.columns = columns;
  part.f32 = x.f32 + first;
  part.f32_stride = x.f32_stride;
  if (x.q != nullptr) {
    const int64_t block = first / kActivationBlock * x.tokens;
    part.q = x.q + block * kActivationBlock;
    part.scale = x.scale + block;
    part.sum16 = x.sum16 + 2 * block;
  }
  return part;
}

bool IsZero(const Activations& x) {
  const int64_t blocks = (x.columns + kActivationBlock - 1) / kActivationBlock;
  return std::all_of(x.scale, x.scale + blocks,
                     [](float scale) { return scale == 0.0f; });
}

// Neighbours in the file that one call of the kernel takes: a row of tiles or a
// column of them.
struct TileRun {
  uint64_t row_tile = 0;
  uint64_t k_tile = 0;
  uint64_t offset = 0;
  uint64_t row_tiles = 0;  // 0: no run
  uint64_t k_tiles = 0;

  bool Extend(const TileGrid& grid, uint64_t i, uint64_t j, uint64_t at) {
    const uint64_t tile_bytes = grid.TileBytes(k_tile);
    if (row_tiles == 1 && i == row_tile && j == k_tile + k_tiles &&
        at == offset + k_tiles * tile_bytes) {
      ++k_tiles;
      return true;
    }
    if (row_tiles > 0 && k_tiles == 1 && j == k_tile &&
        i == row_tile + row_tiles && at == offset + row_tiles * tile_bytes) {
      ++row_tiles;
      return true;
    }
    return false;
  }
};

// One token times row tiles [first, last), at most kSumTiles, in the order in
// which the tiles are stored.
class SpreadGemv {
 public:
  SpreadGemv(const Matrix& matrix, const Activations& x, int64_t first,
             int64_t last, uint8_t* scratch)
      : matrix_(matrix),
        layout_(matrix.view.layout),
        grid_(layout_),
        x_(x),
        first_(first),
        last_(last),
        sums_(reinterpret_cast<float*>(scratch)),
        column_list_(reinterpret_cast<int32_t*>(scratch + kSumBytes)) {}

  void Run(float* out) {
    std::fill_n(sums_, (last_ - first_) * kGemvSums, 0.0f);
    if (matrix_.transposed_gemv != nullptr) {
      AddColumns();
    } else {
      AddTiles();
    }
    for (uint64_t i = first_; i < last_; ++i) Finish(i, out);
  }

 private:
  void AddColumns() const {
    TransposedGemvArgs args;
    args.tiles = matrix_.view.data + grid_.TileOffset(first_, 0);
    args.column_stride = grid_.row_tiles() * grid_.TileBytes(0);
    args.row_tiles = last_ - first_;
    args.columns = matrix_.columns();
    args.x = x_.f32;
    args.sums = sums_;
    args.column_list = column_list_;
    matrix_.transposed_gemv(args);
  }

  void AddTiles() const {
    TileRun run;
    grid_.ForEachTile(first_, last_, [&](uint64_t i, uint64_t j, uint64_t at) {
      if (run.Extend(grid_, i, j, at)) return;
      AddRun(run);
      run = {i, j, at, 1, 1};
    });
    AddRun(run);
  }

  void AddRun(const TileRun& run) const {
    if (run.row_tiles == 0) return;
    const uint64_t begin = run.k_tile * layout_.tile_columns;
    const uint64_t end = std::min(
        (run.k_tile + run.k_tiles) * layout_.tile_columns, layout_.columns);
    GemvPartArgs args;
    args.x = ColumnsOf(x_, begin, end - begin);
    if (layout_.order == LayoutOrder::kTransposed && IsZero(args.x)) return;
    args.tiles = matrix_.view.data + run.offset;
    args.row_tile_stride = grid_.TileBytes(run.k_tile);
    args.row_tiles = run.row_tiles;
    args.sums = SumsOf(run.row_tile);
    matrix_.gemv_part(args);
  }

  // As the kernels for whole row tiles end.
  void Finish(uint64_t row_tile, float* out) const {
    float* sums = SumsOf(row_tile);
    const uint64_t rows = layout_.RowsInTile(row_tile);
    if (matrix_.InputForm(1) != ActivationForm::kInt8) {
      for (uint64_t r = 0; r < rows; ++r) sums[r] += sums[kTileRows + r];
    }
    if (grid_.has_row_heads()) {
      float scales[kTileRows];
      std::memcpy(scales, matrix_.view.data + grid_.HeadOffset(row_tile),
                  sizeof(scales));
      for (uint64_t r = 0; r < rows; ++r) sums[r] *= scales[r];
    }
    std::copy_n(sums, rows, out + row_tile * kTileRows);
  }

  float* SumsOf(uint64_t row_tile) const {
    return sums_ + (row_tile - first_) * kGemvSums;
  }

  const Matrix& matrix_;
  const TensorLayout& layout_;
  const TileGrid grid_;
  const Activations& x_;
  const uint64_t first_;
  const uint64_t last_;
  float* const sums_;
  int32_t* const column_list_;
};

void GemmGathered(const Matrix& matrix, const Activations& x,
                  int64_t first_tile, int64_t last_tile, float* out,
                  int64_t out_stride, uint8_t* scratch) {
  const int64_t group = TilesToGather(matrix);
  for (int64_t first = first_tile; first < last_tile; first += group) {
    const int64_t last = std::min(first + group, last_tile);
    GatherTiles(matrix.view.layout, matrix.view.data, first, last,
                matrix.gathered_stride, scratch);
    MatmulArgs args;
    args.tiles = scratch;
    args.row_tile_stride = matrix.gathered_stride;
    args.first_tile = 0;
    args.last_tile = last - first;
    args.rows = matrix.rows() - first * kTileRows;
    args.x = x;
    args.out = out + first * kTileRows;
    args.out_stride = out_stride;
    args.scratch = scratch + SpreadScratchBytes(matrix);
    matrix.MultiplyRowTiles(args);
  }
}

}  // namespace

uint64_t SpreadScratchBytes(const Matrix& matrix) {
  const int64_t gathered = TilesToGather(matrix) * matrix.gathered_stride;
  const int64_t list = (matrix.columns() / 2 + 2) * sizeof(int32_t);
  return RoundUp(std::max(gathered, kSumBytes + list), 64);
}

void MatmulSpreadTiles(const Matrix& matrix, const Activations& x,
                       int64_t first_tile, int64_t last_tile, float* out,
                       int64_t out_stride, uint8_t* scratch) {
  const bool has_gemv =
      matrix.gemv_part != nullptr || matrix.transposed_gemv != nullptr;
  if (x.tokens > 1 || !has_gemv) {
    GemmGathered(matrix, x, first_tile, last_tile, out, out_stride, scratch);
    return;
  }
  for (int64_t first = first_tile; first < last_tile; first += kSumTiles) {
    const int64_t last = std::min(first + kSumTiles, last_tile);
    SpreadGemv(matrix, x, first, last, scratch).Run(out);
  }
}

}  // namespace tessera
