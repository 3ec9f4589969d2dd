#include "formats/dtype/dtype.h"

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"

namespace tessera {
namespace {

constexpr DTypeTraits kTraits[] = {
    {DType::kF32, "F32", 1, 4},
    {DType::kF16, "F16", 1, 2},
    {DType::kQ4_0, "Q4_0", 32, 18},
    {DType::kQ4_1, "Q4_1", 32, 20},
    {DType::kQ5_0, "Q5_0", 32, 22},
    {DType::kQ5_1, "Q5_1", 32, 24},
    {DType::kQ8_0, "Q8_0", 32, 34},
    {DType::kQ8_1, "Q8_1", 32, 36},
    {DType::kQ2_K, "Q2_K", 256, 84},
    {DType::kQ3_K, "Q3_K", 256, 110},
    {DType::kQ4_K, "Q4_K", 256, 144},
    {DType::kQ5_K, "Q5_K", 256, 176},
    {DType::kQ6_K, "Q6_K", 256, 210},
    {DType::kQ8_K, "Q8_K", 256, 292},
    {DType::kIQ2_XXS, "IQ2_XXS", 256, 66},
    {DType::kIQ2_XS, "IQ2_XS", 256, 74},
    {DType::kIQ3_XXS, "IQ3_XXS", 256, 98},
    {DType::kIQ1_S, "IQ1_S", 256, 50},
    {DType::kIQ4_NL, "IQ4_NL", 32, 18},
    {DType::kIQ3_S, "IQ3_S", 256, 110},
    {DType::kIQ2_S, "IQ2_S", 256, 82},
    {DType::kIQ4_XS, "IQ4_XS", 256, 136},
    {DType::kI8, "I8", 1, 1},
    {DType::kI16, "I16", 1, 2},
    {DType::kI32, "I32", 1, 4},
    {DType::kI64, "I64", 1, 8},
    {DType::kF64, "F64", 1, 8},
    {DType::kIQ1_M, "IQ1_M", 256, 56},
    {DType::kBF16, "BF16", 1, 2},
    {DType::kQ4_0_4_4, "Q4_0_4_4", 0, 0},
    {DType::kQ4_0_4_8, "Q4_0_4_8", 0, 0},
    {DType::kQ4_0_8_8, "Q4_0_8_8", 0, 0},
    {DType::kTQ1_0, "TQ1_0", 256, 54},
    {DType::kTQ2_0, "TQ2_0", 256, 66},
    {DType::kIQ4_NL_4_4, "IQ4_NL_4_4", 0, 0},
    {DType::kIQ4_NL_4_8, "IQ4_NL_4_8", 0, 0},
    {DType::kIQ4_NL_8_8, "IQ4_NL_8_8", 0, 0},
    {DType::kMXFP4, "MXFP4", 32, 17},
    {DType::kNVFP4, "NVFP4", 64, 36},
    {DType::kQ1_0, "Q1_0", 128, 18},
    {DType::kQ2_0, "Q2_0", 64, 18},
    {DType::kINT8, "INT8", 0, 0},
    {DType::kBOOL, "BOOL", 1, 1},
    {DType::kU8, "U8", 1, 1},
    {DType::kU16, "U16", 1, 2},
    {DType::kU32, "U32", 1, 4},
    {DType::kU64, "U64", 1, 8},
    {DType::kF8_E4M3, "F8_E4M3", 1, 1},
    {DType::kF8_E5M2, "F8_E5M2", 1, 1},
    {DType::kF8_E8M0, "F8_E8M0", 1, 1},
    {DType::kF8_E4M3FNUZ, "F8_E4M3FNUZ", 1, 1},
    {DType::kF8_E5M2FNUZ, "F8_E5M2FNUZ", 1, 1},
    {DType::kF6_E2M3, "F6_E2M3", 4, 3},
    {DType::kF6_E3M2, "F6_E3M2", 4, 3},
    {DType::kF4, "F4", 2, 1},
    {DType::kC64, "C64", 1, 8},
};

constexpr uint64_t kInt8ScaleBytes = 4;

}  // namespace

absl::Span<const DTypeTraits> AllDTypes() { return kTraits; }

const DTypeTraits* FindDType(DType type) {
  for (const DTypeTraits& traits : kTraits) {
    if (traits.type == type) return &traits;
  }
  return nullptr;
}

std::optional<DType> DTypeFromName(absl::string_view name) {
  for (const DTypeTraits& traits : kTraits) {
    if (traits.name == name) return traits.type;
  }
  return std::nullopt;
}

std::string DTypeName(DType type) {
  const DTypeTraits* traits = FindDType(type);
  return traits != nullptr ? std::string(traits->name)
                           : absl::StrCat("type ", static_cast<uint32_t>(type));
}

bool IsQuantized(DType type) {
  constexpr uint32_t kLeastBlock = 32;
  const DTypeTraits* traits = FindDType(type);
  return type == DType::kINT8 ||
         (traits != nullptr && traits->block_elements >= kLeastBlock);
}

std::optional<uint64_t> RowBytes(DType type, uint64_t elements) {
  if (type == DType::kINT8) return CheckedAdd(elements, kInt8ScaleBytes);
  const DTypeTraits* traits = FindDType(type);
  if (traits == nullptr || traits->block_elements == 0 ||
      elements % traits->block_elements != 0) {
    return std::nullopt;
  }
  return CheckedMul(elements / traits->block_elements, traits->block_bytes);
}

std::optional<uint64_t> ElementCount(absl::Span<const uint64_t> shape) {
  uint64_t count = 1;
  bool empty = false;
  for (uint64_t dimension : shape) {
    if (dimension == 0) {
      empty = true;
      continue;
    }
    const std::optional<uint64_t> product = CheckedMul(count, dimension);
    if (!product.has_value()) return std::nullopt;
    count = *product;
  }
  return empty ? 0 : count;
}

std::optional<uint64_t> TensorBytes(DType type,
                                    absl::Span<const uint64_t> shape) {
  const std::optional<uint64_t> elements = ElementCount(shape);
  if (!elements.has_value()) return std::nullopt;
  const std::optional<uint64_t> row =
      RowBytes(type, shape.empty() ? 1 : shape.back());
  if (!row.has_value() || *elements == 0) return row ? elements : row;
  return CheckedMul(*row, *elements / (shape.empty() ? 1 : shape.back()));
}

}  // namespace tessera
