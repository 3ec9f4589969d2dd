#include "converter/source/weight_source.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "converter/source/arena_source.h"
#include "converter/source/gguf_source.h"
#include "converter/source/safetensors_source.h"
#include "formats/arena/arena_constants.h"
#include "formats/gguf/gguf_constants.h"
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

absl::string_view FirstBytes(const MappedFile& file, size_t count) {
  return absl::string_view(
      reinterpret_cast<const char*>(file.bytes().data()),
      std::min<size_t>(count, file.bytes().size()));
}

// A safetensors file begins with the length of its header and "{".
bool LooksLikeSafetensors(absl::string_view head) {
  return head.size() > 8 && head[8] == '{' &&
         absl::EndsWith(head.substr(4, 4), absl::string_view("\0\0", 2));
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

absl::StatusOr<WeightSource> OpenWeightSource(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return OpenHuggingFaceFolder(path);
  }
  TESSERA_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(path));
  const absl::string_view head = FirstBytes(file, 16);
  if (absl::StartsWith(head, kArenaMagic)) return OpenArenaSource(path);
  if (absl::StartsWith(head, kGgufMagic)) return OpenGgufSource(path);
  if (LooksLikeSafetensors(head) || absl::EndsWith(path, ".safetensors")) {
    return OpenSafetensorsSource(path);
  }
  if (absl::StartsWith(head, "{") || absl::EndsWith(path, ".json")) {
    return OpenSafetensorsIndexSource(path);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      path, ": neither GGUF nor safetensors nor an arena; the input is a "
            ".gguf, a .safetensors, a model.safetensors.index.json, a Hugging "
            "Face folder or a .arena"));
}

}  // namespace tessera
