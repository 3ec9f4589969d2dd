#include "tests/runtime/kernels/interleaved_matrix.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "formats/dtype/float16.h"
#include "formats/layout/block_fields.h"
#include "formats/layout/pack.h"
#include "formats/quant/codec.h"

namespace tessera {

InterleavedMatrix PackMatrix(DType type, int64_t rows, int64_t columns,
                             const std::vector<uint8_t>& row_major) {
  const TensorLayout layout =
      *MakeTensorLayout(LayoutOrder::kInterleaved, type, rows, columns);
  InterleavedMatrix matrix{layout, AlignedArray<uint8_t>(layout.StoredBytes()),
                           std::vector<float>(rows * columns)};
  for (uint64_t tile = 0; tile < layout.row_tiles(); ++tile) {
    const uint64_t row = tile * layout.tile_rows;
    PackRowTile(layout, row_major.data() + row * layout.row_bytes,
                std::min<uint64_t>(layout.tile_rows, rows - row),
                matrix.tiles.data() + tile * layout.row_tile_stride);
  }
  for (int64_t row = 0; row < rows; ++row) {
    FindCodec(type)->dequantize_row(row_major.data() + row * layout.row_bytes,
                                    columns,
                                    matrix.values.data() + row * columns);
  }
  return matrix;
}

namespace {

// Sets the scales of a block that are floats; `scale` is a power of two.
void SetScales(const BlockFields& fields, float scale, uint8_t* block) {
  const uint16_t half = F32ToF16(scale);
  for (const BlockField& field : fields.head) {
    if (fields.type == DType::kMXFP4 && field.bytes == 1) {
      block[field.offset] = static_cast<uint8_t>(128 + std::ilogb(scale));
    } else if (fields.type == DType::kIQ4_XS && field.offset != 0) {
      continue;  // bits of integer scales
    } else if (field.bytes != 0) {
      std::memcpy(block + field.offset, &half, sizeof(half));
    }
  }
}

// Random blocks for types without an encoder, with scales of 2^-8 to 1.
InterleavedMatrix RandomBlocks(DType type, int64_t rows, int64_t columns,
                               std::mt19937& random) {
  const uint64_t row_bytes = *RowBytes(type, columns);
  const BlockFields& fields = *FindBlockFields(type);
  std::vector<uint8_t> row_major(rows * row_bytes);
  for (uint8_t& byte : row_major) byte = random() & 0xff;
  for (uint64_t i = 0; i < row_major.size(); i += fields.unit_bytes) {
    const int exponent = -static_cast<int>(random() % 9);
    SetScales(fields, std::ldexp(1.0f, exponent), row_major.data() + i);
  }
  return PackMatrix(type, rows, columns, row_major);
}

}  // namespace

InterleavedMatrix EncodeRandomMatrix(DType type, int64_t rows, int64_t columns,
                                     std::mt19937& random) {
  const Codec& codec = *FindCodec(type);
  if (codec.quantize_row == nullptr) {
    return RandomBlocks(type, rows, columns, random);
  }
  std::normal_distribution<float> normal;
  const uint64_t row_bytes = *RowBytes(type, columns);
  std::vector<uint8_t> row_major(rows * row_bytes);
  std::vector<float> values(columns);
  for (int64_t row = 0; row < rows; ++row) {
    for (float& value : values) value = normal(random);
    codec.quantize_row(values.data(), columns, nullptr,
                       row_major.data() + row * row_bytes);
  }
  return PackMatrix(type, rows, columns, row_major);
}

InterleavedMatrix MatrixOfBytes(DType type, int64_t rows, int64_t columns,
                                float scale,
                                uint8_t (*next_byte)(std::mt19937&),
                                std::mt19937& random) {
  const uint64_t row_bytes = *RowBytes(type, columns);
  const BlockFields& fields = *FindBlockFields(type);
  std::vector<uint8_t> row_major(rows * row_bytes);
  for (uint8_t& byte : row_major) byte = next_byte(random);
  for (int64_t row = 0; row < rows; ++row) {
    uint8_t* begin = row_major.data() + row * row_bytes;
    if (fields.row_head_bytes != 0) std::memcpy(begin, &scale, sizeof(scale));
    if (!fields.has_head()) continue;
    for (uint64_t i = 0; i < row_bytes; i += fields.unit_bytes) {
      SetScales(fields, scale, begin + i);
    }
  }
  return PackMatrix(type, rows, columns, row_major);
}

ActivationPanel::ActivationPanel(const KernelTable& kernels,
                                 absl::Span<const float> x, int64_t tokens,
                                 int64_t columns, int64_t stride)
    : blocks_((columns + kActivationBlock - 1) / kActivationBlock),
      f32_((tokens - 1) * stride + columns, std::nanf("")),
      q_(blocks_ * tokens * kActivationBlock),
      scale_(blocks_ * tokens),
      sum16_(blocks_ * tokens * 2),
      bf16_(blocks_ * tokens * kActivationBlock),
      bf16_rest_(blocks_ * tokens * kActivationBlock) {
  for (int64_t t = 0; t < tokens; ++t) {
    std::copy_n(x.data() + t * columns, columns, f32_.data() + t * stride);
  }
  kernels.quantize_activations({tokens, columns, 0, tokens, f32_.data(), stride,
                                q_.data(), scale_.data(), sum16_.data()});
  args_ = {tokens,    columns,       f32_.data(),  stride,
           q_.data(), scale_.data(), sum16_.data()};
  if (kernels.split_activations != nullptr) {
    kernels.split_activations({tokens, columns, 0, tokens, f32_.data(), stride,
                               bf16_.data(), bf16_rest_.data()});
    args_.bf16 = bf16_.data();
    args_.bf16_rest = bf16_rest_.data();
  }
}

double ActivationPanel::Dequantized(int64_t token, int64_t column) const {
  const int64_t first = token / kPanelTokens * kPanelTokens;
  const int64_t group = std::min(kPanelTokens, args_.tokens - first);
  const int64_t i =
      first * blocks_ + column / kActivationBlock * group + (token - first);
  return double{scale_[i]} *
         q_.data()[i * kActivationBlock + column % kActivationBlock];
}

}  // namespace tessera
