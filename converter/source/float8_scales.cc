#include "converter/source/float8_scales.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "formats/dtype/bfloat16.h"
#include "formats/quant/codec.h"

namespace tessera {
namespace {

// Products are rounded once, as in the conversion script of DeepSeek-V3
// (inference/kernel.py, weight_dequant).
void ScaleRow(const float* values, const float* scales, uint64_t block_columns,
              uint64_t columns, uint8_t* row) {
  for (uint64_t first = 0; first < columns; first += block_columns) {
    const uint64_t last = std::min(columns, first + block_columns);
    const float scale = scales[first / block_columns];
    for (uint64_t i = first; i < last; ++i) {
      const uint16_t bits = F32ToBF16(values[i] * scale);
      std::memcpy(row + i * sizeof(bits), &bits, sizeof(bits));
    }
  }
}

// F8_E8M0 is 2^(byte - 127), and NaN if all bits are set (OCP Microscaling
// Formats, 2023).
void ReadExponents(const uint8_t* bytes, int64_t count, float* values) {
  for (int64_t i = 0; i < count; ++i) {
    values[i] = bytes[i] == 0xff ? std::nanf("")
                                 : std::ldexp(1.0f, int{bytes[i]} - 127);
  }
}

DequantizeRowFn ScaleReader(DType type) {
  return type == DType::kF8_E8M0 ? ReadExponents
                                 : FindCodec(type)->dequantize_row;
}

}  // namespace

void ReadScaledRows(const Float8Scales& scales, const uint8_t* weights,
                    const uint8_t* grid, uint64_t columns, uint64_t first_row,
                    uint64_t count, uint8_t* rows) {
  const DequantizeRowFn read_weights =
      FindCodec(scales.weight_type)->dequantize_row;
  const DequantizeRowFn read_scales = ScaleReader(scales.type);
  const uint64_t weight_bytes = *RowBytes(scales.weight_type, columns);
  const uint64_t grid_bytes = *RowBytes(scales.type, scales.grid_columns);
  const uint64_t row_bytes = *RowBytes(DType::kBF16, columns);
  std::vector<float> values(columns);
  std::vector<float> factors(scales.grid_columns);
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t row = first_row + i;
    if (i == 0 || row % scales.block_rows == 0) {
      read_scales(grid + row / scales.block_rows * grid_bytes,
                  static_cast<int64_t>(scales.grid_columns), factors.data());
    }
    read_weights(weights + i * weight_bytes, static_cast<int64_t>(columns),
                 values.data());
    ScaleRow(values.data(), factors.data(), scales.block_columns, columns,
             rows + i * row_bytes);
  }
}

}  // namespace tessera
