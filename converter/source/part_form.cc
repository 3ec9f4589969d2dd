#include "converter/source/part_form.h"

#include <cstring>
#include <vector>

#include "formats/dtype/bfloat16.h"
#include "formats/dtype/float16.h"
#include "formats/quant/codec.h"

namespace tessera {
namespace {

bool IsFloat8(DType type) {
  return type == DType::kF8_E4M3 || type == DType::kF8_E5M2;
}

bool IsFloat(DType type) {
  return type == DType::kF64 || type == DType::kF32 || type == DType::kF16 ||
         type == DType::kBF16 || IsFloat8(type);
}

template <typename T, typename Convert>
void Store(const std::vector<float>& values, Convert convert, uint8_t* out) {
  for (const float value : values) {
    const T stored = convert(value);
    std::memcpy(out, &stored, sizeof(stored));
    out += sizeof(stored);
  }
}

}  // namespace

std::optional<DType> CommonFloatType(DType a, DType b) {
  if (a == b) return a;
  if (!IsFloat(a) || !IsFloat(b)) return std::nullopt;
  for (const DType wide : {DType::kF64, DType::kF32}) {
    if (a == wide || b == wide) return wide;
  }
  if (IsFloat8(a) && IsFloat8(b)) return DType::kBF16;
  if (IsFloat8(a)) return b;
  if (IsFloat8(b)) return a;
  return DType::kF32;  // F16 and BF16
}

void WidenNumbers(DType from, DType to, const uint8_t* numbers, uint64_t count,
                  uint8_t* out) {
  if (from == to) {
    std::memcpy(out, numbers, *RowBytes(from, count));
    return;
  }
  std::vector<float> values(count);
  FindCodec(from)->dequantize_row(numbers, static_cast<int64_t>(count),
                                  values.data());
  switch (to) {
    case DType::kF64:
      return Store<double>(
          values, [](float value) { return double{value}; }, out);
    case DType::kF16:
      return Store<uint16_t>(values, F32ToF16, out);
    case DType::kBF16:
      return Store<uint16_t>(values, F32ToBF16, out);
    default:
      return Store<float>(
          values, [](float value) { return value; }, out);
  }
}

}  // namespace tessera
