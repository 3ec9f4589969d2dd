#include "formats/layout/block_fields.h"

namespace tessera {
namespace {

// Two bytes per row: a scale or minimum, or a column of 16-bit floats.
constexpr BlockField Half(uint16_t offset) { return {offset, 2, 2, 0}; }
// Quants: 4 bytes per row, what a dot-product instruction takes per lane.
constexpr BlockField Quants(uint16_t offset, uint16_t bytes) {
  return {offset, bytes, 4, 0};
}
// int8 quants, stored as value + 128 because x86 multiplies unsigned by signed.
constexpr BlockField Int8Quants(uint16_t offset, uint16_t bytes) {
  return {offset, bytes, 4, 0x80};
}
// Sub-block scales: byte by byte, so that 16 rows' are one vector.
constexpr BlockField Scales(uint16_t offset, uint16_t bytes) {
  return {offset, bytes, 1, 0};
}

// Offsets are those of ggml's block structs. Frozen with kernel ABI 1.
// clang-format off
constexpr BlockFields kFields[] = {
    // Type, row head, bytes and columns of a unit, tile_blocks, head, body.
    {DType::kF32, 0, 4, 1, 1, {}, {Quants(0, 4)}},
    {DType::kF16, 0, 4, 2, 2, {}, {Quants(0, 4)}},
    {DType::kBF16, 0, 4, 2, 2, {}, {Quants(0, 4)}},
    {DType::kINT8, 4, 32, 32, 1, {}, {Int8Quants(0, 32)}},
    {DType::kQ4_0, 0, 18, 32, 2, {Half(0)}, {Quants(2, 16)}},
    {DType::kQ4_1, 0, 20, 32, 1, {Half(0), Half(2)}, {Quants(4, 16)}},
    {DType::kQ5_0, 0, 22, 32, 2, {Half(0)}, {Quants(2, 4), Quants(6, 16)}},
    {DType::kQ5_1, 0, 24, 32, 1, {Half(0), Half(2)}, {Quants(4, 4), Quants(8, 16)}},
    {DType::kQ8_0, 0, 34, 32, 2, {Half(0)}, {Int8Quants(2, 32)}},
    {DType::kIQ4_NL, 0, 18, 32, 2, {Half(0)}, {Quants(2, 16)}},
    {DType::kMXFP4, 0, 17, 32, 4, {Scales(0, 1)}, {Quants(1, 16)}},
    {DType::kQ2_K, 0, 84, 256, 1, {Half(80), Half(82)}, {Scales(0, 16), Quants(16, 64)}},
    {DType::kQ3_K, 0, 110, 256, 2, {Half(108)}, {Scales(96, 12), Quants(0, 32), Quants(32, 64)}},
    {DType::kQ4_K, 0, 144, 256, 1, {Half(0), Half(2)}, {Scales(4, 12), Quants(16, 128)}},
    {DType::kQ5_K, 0, 176, 256, 1, {Half(0), Half(2)}, {Scales(4, 12), Quants(16, 32), Quants(48, 128)}},
    {DType::kQ6_K, 0, 210, 256, 2, {Half(208)}, {Scales(192, 16), Quants(0, 128), Quants(128, 64)}},
    {DType::kIQ4_XS, 0, 136, 256, 1, {Half(0), Half(2)}, {Scales(4, 4), Quants(8, 128)}},
    {DType::kTQ1_0, 0, 54, 256, 2, {Half(52)}, {Quants(0, 48), Quants(48, 4)}},
    {DType::kTQ2_0, 0, 66, 256, 2, {Half(64)}, {Quants(0, 64)}},
};

// Where they differ in the transposed layout.
constexpr BlockFields kTransposedFields[] = {
    {DType::kF16, 0, 2, 1, 1, {}, {Half(0)}},
    {DType::kBF16, 0, 2, 1, 1, {}, {Half(0)}},
};
// clang-format on

const BlockFields* Find(absl::Span<const BlockFields> table, DType type) {
  for (const BlockFields& fields : table) {
    if (fields.type == type) return &fields;
  }
  return nullptr;
}

}  // namespace

const BlockFields* FindBlockFields(DType type) { return Find(kFields, type); }

const BlockFields* FindTransposedFields(DType type) {
  const BlockFields* fields = Find(kTransposedFields, type);
  return fields != nullptr ? fields : FindBlockFields(type);
}

absl::Span<const BlockFields> AllBlockFields() { return kFields; }

}  // namespace tessera
