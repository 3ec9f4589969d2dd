#include "converter/quantize/sensitivity.h"

#include <algorithm>
#include <optional>

#include "converter/quantize/mix_class.h"
#include "formats/model/tensor_name.h"

namespace tessera {
namespace {

// In units of ffn_gate's, all layers together.
double ClassWeight(MixClass mix_class) {
  switch (mix_class) {
    case MixClass::kOutput:
      return 23;
    case MixClass::kEmbedding:
      return 12;
    case MixClass::kAttentionQkv:
      return 4.5;
    case MixClass::kAttentionKvB:
      return 3.5;
    case MixClass::kAttentionValue:
      return 2;
    case MixClass::kFfnDown:
      return 2.5;
    case MixClass::kAttentionKey:
    case MixClass::kAttentionOutput:
      return 1.5;
    case MixClass::kAttentionQuery:
      return 1.25;
    case MixClass::kFfnUp:
      return 0.8;
    case MixClass::kFfnGate:
    case MixClass::kOther:
      return 1;
  }
  return 1;
}

// The first eighth of the layers and the last, at least one each.
double DepthWeight(uint64_t layer, uint64_t layers) {
  const uint64_t eighth = std::max<uint64_t>(layers / 8, 1);
  if (layer < eighth) return 5;
  return layer + eighth >= layers ? 1.5 : 1;
}

}  // namespace

double SensitivityOf(absl::string_view name, uint64_t layers) {
  const double weight = ClassWeight(MixClassOf(name));
  const std::optional<uint64_t> layer = LayerOf(name);
  if (!layer.has_value()) return weight;
  const uint64_t count = std::max(layers, *layer + 1);
  return weight * DepthWeight(*layer, count) / static_cast<double>(count);
}

}  // namespace tessera
