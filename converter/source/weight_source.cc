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
    const TensorLayout& layout = tensor.layout;
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t row = first_row + i;
      const uint64_t in_matrix = row % layout.rows;
      const uint64_t tile = row / layout.rows * layout.row_tiles() +
                            in_matrix / layout.tile_rows;
      UnpackRow(layout, data + tile * layout.row_tile_stride,
                in_matrix % layout.tile_rows, rows + i * row_bytes);
    }
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
