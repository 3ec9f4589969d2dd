#include "formats/layout/block_fields.h"

namespace tessera {
namespace {

// A scale or minimum: two bytes per row.
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
    // Type, row head, unit, tile_blocks, head, body.
    {DType::kF32, 0, 4, 1, {}, {Quants(0, 4)}},
    {DType::kF16, 0, 4, 2, {}, {Quants(0, 4)}},
    {DType::kBF16, 0, 4, 2, {}, {Quants(0, 4)}},
    {DType::kINT8, 4, 32, 1, {}, {Int8Quants(0, 32)}},
    {DType::kQ4_0, 0, 18, 2, {Half(0)}, {Quants(2, 16)}},
    {DType::kQ4_1, 0, 20, 1, {Half(0), Half(2)}, {Quants(4, 16)}},
    {DType::kQ5_0, 0, 22, 2, {Half(0)}, {Quants(2, 4), Quants(6, 16)}},
    {DType::kQ5_1, 0, 24, 1, {Half(0), Half(2)}, {Quants(4, 4), Quants(8, 16)}},
    {DType::kQ8_0, 0, 34, 2, {Half(0)}, {Int8Quants(2, 32)}},
    {DType::kIQ4_NL, 0, 18, 2, {Half(0)}, {Quants(2, 16)}},
    {DType::kMXFP4, 0, 17, 4, {Scales(0, 1)}, {Quants(1, 16)}},
    {DType::kQ2_K, 0, 84, 1, {Half(80), Half(82)}, {Scales(0, 16), Quants(16, 64)}},
    {DType::kQ3_K, 0, 110, 2, {Half(108)}, {Scales(96, 12), Quants(0, 32), Quants(32, 64)}},
    {DType::kQ4_K, 0, 144, 1, {Half(0), Half(2)}, {Scales(4, 12), Quants(16, 128)}},
    {DType::kQ5_K, 0, 176, 1, {Half(0), Half(2)}, {Scales(4, 12), Quants(16, 32), Quants(48, 128)}},
    {DType::kQ6_K, 0, 210, 2, {Half(208)}, {Scales(192, 16), Quants(0, 128), Quants(128, 64)}},
    {DType::kIQ4_XS, 0, 136, 1, {Half(0), Half(2)}, {Scales(4, 4), Quants(8, 128)}},
    {DType::kTQ1_0, 0, 54, 2, {Half(52)}, {Quants(0, 48), Quants(48, 4)}},
    {DType::kTQ2_0, 0, 66, 2, {Half(64)}, {Quants(0, 64)}},
};
// clang-format on

}  // namespace

const BlockFields* FindBlockFields(DType type) {
  for (const BlockFields& fields : kFields) {
    if (fields.type == type) return &fields;
  }
  return nullptr;
}

absl::Span<const BlockFields> AllBlockFields() { return kFields; }

}  // namespace tessera
