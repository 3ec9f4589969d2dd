#include "formats/quant/int8_codec.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "formats/quant/rounding.h"

namespace tessera {
namespace {

constexpr int kMaxQuant = 127;

float MaxMagnitude(const float* values, int64_t count) {
  float max = 0.0f;
  for (int64_t i = 0; i < count; ++i) max = std::max(max, std::fabs(values[i]));
  return max;
}

}  // namespace

void DequantizeInt8(const uint8_t* blocks, int64_t elements, float* values) {
  float scale;
  std::memcpy(&scale, blocks, sizeof(scale));
  const uint8_t* quants = blocks + sizeof(scale);
  for (int64_t i = 0; i < elements; ++i) {
    values[i] = static_cast<float>(static_cast<int8_t>(quants[i])) * scale;
  }
}

void QuantizeInt8(const float* values, int64_t elements,
                  const float* /*importance*/, uint8_t* blocks) {
  const float scale = MaxMagnitude(values, elements) / kMaxQuant;
  std::memcpy(blocks, &scale, sizeof(scale));
  uint8_t* quants = blocks + sizeof(scale);
  if (scale == 0.0f) {
    std::fill_n(quants, elements, uint8_t{0});
    return;
  }
  for (int64_t i = 0; i < elements; ++i) {
    const int quant = NearestInt(values[i] / scale);
    quants[i] = static_cast<uint8_t>(std::clamp(quant, -kMaxQuant, kMaxQuant));
  }
}

}  // namespace tessera
