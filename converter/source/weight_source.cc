#include "converter/source/weight_source.h"

#include <algorithm>
#include <cstring>
#include <utility>

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

// The same of a file that has query, key and value of one head after the other,
// and GGUF all queries first.
uint64_t RowByHead(uint64_t row, uint64_t rows, uint64_t heads) {
  const uint64_t head_rows = rows / heads / 3;
  const uint64_t kind = row / (heads * head_rows);
  const uint64_t head = row / head_rows % heads;
  return (head * 3 + kind) * head_rows + row % head_rows;
}

bool IsReordered(const SourceTensor& tensor) {
  return tensor.rope_heads != 0 || tensor.qkv_heads != 0;
}

// The row of the file of a tensor that has `rows` of them.
uint64_t StoredRow(const SourceTensor& tensor, uint64_t row, uint64_t rows) {
  return tensor.rope_heads != 0 ? UnpairedRow(row, rows, tensor.rope_heads)
                                : RowByHead(row, rows, tensor.qkv_heads);
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

bool IsPacked(const SourceTensor& tensor) {
  return tensor.layout.order != LayoutOrder::kRowMajor;
}

// Rows that lie in one part.
uint64_t RowsPerPart(const SourceTensor& tensor) {
  return tensor.rows() / std::max<uint64_t>(tensor.parts.size(), 1);
}

// Calls function(file, offset, size) for the bytes of each part.
template <typename Function>
void ForEachRange(const WeightSource& source, const SourceTensor& tensor,
                  Function function) {
  for (size_t i = 0; i < tensor.parts.size(); ++i) {
    const uint64_t size = IsPacked(tensor)
                              ? tensor.layout.StoredBytes(tensor.matrices())
                              : tensor.PartBytes(i);
    function(source.files[tensor.parts[i].file], tensor.parts[i].offset, size);
  }
}

// Reads what lies in one part.
class PartReader {
 public:
  PartReader(const WeightSource& source, const SourceTensor& tensor,
             uint64_t part)
      : source_(source),
        tensor_(tensor),
        part_(part),
        data_(BytesAt(tensor.parts[part])) {}

  // Rows are counted from the part's first one.
  void Read(uint64_t first_row, uint64_t count, uint8_t* rows) const {
    if (tensor_.transposed) {
      ReadTransposed(first_row, count, rows);
      return;
    }
    if (!tensor_.forms.empty()) {
      ReadWidened(tensor_.forms[part_], first_row, count, rows);
      return;
    }
    const uint64_t row_bytes = *RowBytes(tensor_.type, tensor_.columns());
    if (tensor_.scales.has_value()) {
      const Float8Scales& scales = *tensor_.scales;
      ReadScaled(scales, scales.parts[part_], first_row, count, rows);
    } else if (IsPacked(tensor_)) {
      UnpackTiles(tensor_.layout, data_, first_row, count, rows);
    } else {
      std::memcpy(rows, data_ + first_row * row_bytes, count * row_bytes);
    }
  }

 private:
  const uint8_t* BytesAt(const SourcePart& part) const {
    return source_.files[part.file].bytes().data() + part.offset;
  }

  // `grid` is where the scales of this part begin.
  void ReadScaled(const Float8Scales& scales, const SourcePart& grid,
                  uint64_t first_row, uint64_t count, uint8_t* rows) const {
    const uint64_t columns = tensor_.columns();
    const uint8_t* weights =
        data_ + first_row * *RowBytes(scales.weight_type, columns);
    ReadScaledRows(scales, weights, BytesAt(grid), columns, first_row, count,
                   rows);
  }

  void ReadWidened(const PartForm& form, uint64_t first_row, uint64_t count,
                   uint8_t* rows) const {
    const uint64_t row_bytes = *RowBytes(form.type, tensor_.columns());
    const uint64_t numbers = count * tensor_.columns();
    if (!form.scales.has_value()) {
      WidenNumbers(form.type, tensor_.type, data_ + first_row * row_bytes,
                   numbers, rows);
      return;
    }
    std::vector<uint8_t> scaled(count * row_bytes);
    ReadScaled(*form.scales, form.scales->parts[0], first_row, count,
               scaled.data());
    WidenNumbers(form.type, tensor_.type, scaled.data(), numbers, rows);
  }

  // Elements that lie side by side in the file go into one column.
  void ReadTransposed(uint64_t first_row, uint64_t count, uint8_t* rows) const {
    const uint64_t columns = tensor_.columns();
    const uint64_t bytes = *RowBytes(tensor_.type, 1);
    for (uint64_t column = 0; column < columns; ++column) {
      const uint8_t* from =
          data_ + (column * tensor_.rows() + first_row) * bytes;
      for (uint64_t i = 0; i < count; ++i) {
        std::memcpy(rows + (i * columns + column) * bytes, from + i * bytes,
                    bytes);
      }
    }
  }

  const WeightSource& source_;
  const SourceTensor& tensor_;
  const uint64_t part_;
  const uint8_t* data_;
};

// The whole vector, whose elements are the rows of a reordered matrix.
void ReadReorderedVector(const PartReader& reader, const SourceTensor& tensor,
                         uint8_t* out) {
  const uint64_t elements = tensor.columns();
  std::vector<uint8_t> stored(*RowBytes(tensor.type, elements));
  reader.Read(0, 1, stored.data());
  const uint64_t bytes = stored.size() / elements;
  for (uint64_t i = 0; i < elements; ++i) {
    const uint64_t from = StoredRow(tensor, i, elements);
    std::memcpy(out + i * bytes, stored.data() + from * bytes, bytes);
  }
}

}  // namespace

uint64_t SourceTensor::matrices() const {
  uint64_t count = 1;
  for (size_t i = 0; i + 2 < shape.size(); ++i) count *= shape[i];
  return count;
}

uint64_t SourceTensor::PartBytes(size_t part) const {
  if (forms.empty()) return size / parts.size();
  return *RowBytes(forms[part].stored_type(), columns()) *
         (rows() / parts.size());
}

void WeightSource::AddNotRun(std::string note) {
  if (why_not_run.empty()) why_not_run = note;
  notes.push_back(std::move(note));
}

std::string WeightSource::PathOf(const SourceTensor& tensor) const {
  return tensor.parts.empty() ? "" : files[tensor.parts.front().file].path();
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
  if (IsReordered(tensor)) {
    const PartReader reader(*this, tensor, 0);
    if (tensor.shape.size() < 2) {
      ReadReorderedVector(reader, tensor, rows);
      return;
    }
    for (uint64_t i = 0; i < count; ++i) {
      reader.Read(StoredRow(tensor, first_row + i, tensor.rows()), 1,
                  rows + i * row_bytes);
    }
    return;
  }
  const uint64_t part_rows = RowsPerPart(tensor);
  for (uint64_t done = 0; done < count;) {
    const uint64_t row = (first_row + done) % part_rows;
    const uint64_t step = std::min(count - done, part_rows - row);
    PartReader(*this, tensor, (first_row + done) / part_rows)
        .Read(row, step, rows + done * row_bytes);
    done += step;
  }
}

absl::Span<const uint8_t> WeightSource::RowsInPlace(const SourceTensor& tensor,
                                                    uint64_t first_row,
                                                    uint64_t count) const {
  const uint64_t row_bytes = *RowBytes(tensor.type, tensor.columns());
  if (!tensor.computed.empty()) {
    const auto* values =
        reinterpret_cast<const uint8_t*>(tensor.computed.data());
    return absl::MakeConstSpan(values + first_row * row_bytes,
                               count * row_bytes);
  }
  if (count == 0 || IsReordered(tensor) || tensor.transposed ||
      tensor.scales.has_value() || !tensor.forms.empty() || IsPacked(tensor)) {
    return {};
  }
  const uint64_t part_rows = RowsPerPart(tensor);
  const uint64_t row = first_row % part_rows;
  if (count > part_rows - row) return {};
  const SourcePart& part = tensor.parts[first_row / part_rows];
  return files[part.file].bytes().subspan(part.offset + row * row_bytes,
                                          count * row_bytes);
}

void WeightSource::WillNeed(const SourceTensor& tensor) const {
  ForEachRange(*this, tensor,
               [](const MappedFile& file, uint64_t offset, uint64_t size) {
                 file.WillNeed(offset, size);
               });
}

void WeightSource::Drop(const SourceTensor& tensor) const {
  ForEachRange(*this, tensor,
               [](const MappedFile& file, uint64_t offset, uint64_t size) {
                 file.DropPages(offset, size);
               });
}

}  // namespace tessera
