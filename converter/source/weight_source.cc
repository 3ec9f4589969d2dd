#include "converter/source/weight_source.h"

#include <cstring>

#include "formats/layout/pack.h"

namespace tessera {
namespace {

// The row of a file in Hugging Face's order that is row `row` in GGUF's: within
// a head, pairs (i, i + half) lie side by side.
uint64_t UnpairedRow(uint64_t row, uint64_t rows, uint64_t heads) {
  const uint64_t head_rows = rows / heads;
  const uint64_t in_head = row % head_rows;
  return row - in_head + (in_head % 2) * (head_rows / 2) + in_head / 2;
}

// Rows [first_row, first_row + count) of the matrices from `data` on, whose
// rows are counted one after another.
void UnpackTiles(const TensorLayout& layout, const uint8_t* data,
                 uint64_t first_row, uint64_t count, uint8_t* rows) {
  const uint64_t matrix_bytes = layout.row_tiles() * layout.row_tile_stride;
  for (uint64_t done = 0; done < count;) {
    const uint8_t* matrix =
        data + (first_row + done) / layout.rows * matrix_bytes;
    const uint64_t row = (first_row + done) % layout.rows;
    const uint64_t tile = row / layout.tile_rows;
    uint8_t* out = rows + done * layout.row_bytes;
    const uint64_t tile_rows = layout.RowsInTile(tile);
    if (row % layout.tile_rows == 0 && tile_rows <= count - done) {
      UnpackMatrixTile(layout, matrix, tile, out);
      done += tile_rows;
    } else {
      UnpackMatrixRow(layout, matrix, row, out);
      done += 1;
    }
  }
}

}  // namespace

uint64_t SourceTensor::matrices() const {
  uint64_t count = 1;
  for (size_t i = 0; i + 2 < shape.size(); ++i) count *= shape[i];
  return count;
}

void WeightSource::ReadRows(const SourceTensor& tensor, uint64_t first_row,
                            uint64_t count, uint8_t* rows) const {
  const uint64_t row_bytes = *RowBytes(tensor.type, tensor.columns());
  if (!tensor.computed.empty()) {
    const auto* values =
        reinterpret_cast<const uint8_t*>(tensor.computed.data());
    std::memcpy(rows, values + first_row * row_bytes, count * row_bytes);
    return;
  }
  const uint8_t* data = files[tensor.file].bytes().data() + tensor.offset;
  if (tensor.layout.order != LayoutOrder::kRowMajor) {
    UnpackTiles(tensor.layout, data, first_row, count, rows);
    return;
  }
  if (tensor.rope_heads == 0) {
    std::memcpy(rows, data + first_row * row_bytes, count * row_bytes);
    return;
  }
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t from =
        UnpairedRow(first_row + i, tensor.rows(), tensor.rope_heads);
    std::memcpy(rows + i * row_bytes, data + from * row_bytes, row_bytes);
  }
}

}  // namespace tessera
