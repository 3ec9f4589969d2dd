#include "formats/quant/float_codecs.h"

#include <cstring>

#include "formats/dtype/bfloat16.h"
#include "formats/dtype/float16.h"
#include "formats/dtype/float8.h"

namespace tessera {
namespace {

// Copies each stored number to a `Stored` and converts it.
template <typename Stored, float (*kConvert)(Stored)>
void DecodeNumbers(const uint8_t* blocks, int64_t elements, float* values) {
  for (int64_t i = 0; i < elements; ++i) {
    Stored stored;
    std::memcpy(&stored, blocks + i * sizeof(stored), sizeof(stored));
    values[i] = kConvert(stored);
  }
}

template <typename Stored, Stored (*kConvert)(float)>
void EncodeNumbers(const float* values, int64_t elements, uint8_t* blocks) {
  for (int64_t i = 0; i < elements; ++i) {
    const Stored stored = kConvert(values[i]);
    std::memcpy(blocks + i * sizeof(stored), &stored, sizeof(stored));
  }
}

float F64ToF32(double value) { return static_cast<float>(value); }

}  // namespace

void DequantizeF32(const uint8_t* blocks, int64_t elements, float* values) {
  std::memcpy(values, blocks, elements * sizeof(float));
}

void DequantizeF64(const uint8_t* blocks, int64_t elements, float* values) {
  DecodeNumbers<double, F64ToF32>(blocks, elements, values);
}

void DequantizeF16(const uint8_t* blocks, int64_t elements, float* values) {
  DecodeNumbers<uint16_t, F16ToF32>(blocks, elements, values);
}

void DequantizeBF16(const uint8_t* blocks, int64_t elements, float* values) {
  DecodeNumbers<uint16_t, BF16ToF32>(blocks, elements, values);
}

void DequantizeF8E4M3(const uint8_t* blocks, int64_t elements, float* values) {
  DecodeNumbers<uint8_t, F8E4M3ToF32>(blocks, elements, values);
}

void DequantizeF8E5M2(const uint8_t* blocks, int64_t elements, float* values) {
  DecodeNumbers<uint8_t, F8E5M2ToF32>(blocks, elements, values);
}

void QuantizeF32(const float* values, int64_t elements,
                 const float* /*importance*/, uint8_t* blocks) {
  std::memcpy(blocks, values, elements * sizeof(float));
}

void QuantizeF16(const float* values, int64_t elements,
                 const float* /*importance*/, uint8_t* blocks) {
  EncodeNumbers<uint16_t, F32ToF16>(values, elements, blocks);
}

void QuantizeBF16(const float* values, int64_t elements,
                  const float* /*importance*/, uint8_t* blocks) {
  EncodeNumbers<uint16_t, F32ToBF16>(values, elements, blocks);
}

}  // namespace tessera
