#include "converter/quantize/sensitivity.h"

#include <algorithm>
#include <optional>

#include "converter/quantize/tensor_role.h"

namespace tessera {
namespace {

// In units of ffn_gate's, all layers together.
double RoleWeight(TensorRole role) {
  switch (role) {
    case TensorRole::kOutput:
      return 23;
    case TensorRole::kEmbedding:
      return 12;
    case TensorRole::kAttentionQkv:
      return 4.5;
    case TensorRole::kAttentionKvB:
      return 3.5;
    case TensorRole::kAttentionValue:
      return 2;
    case TensorRole::kFfnDown:
      return 2.5;
    case TensorRole::kAttentionKey:
    case TensorRole::kAttentionOutput:
      return 1.5;
    case TensorRole::kAttentionQuery:
      return 1.25;
    case TensorRole::kFfnUp:
      return 0.8;
    case TensorRole::kFfnGate:
    case TensorRole::kOther:
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
  const double weight = RoleWeight(RoleOf(name));
  const std::optional<uint64_t> layer = LayerOf(name);
  if (!layer.has_value()) return weight;
  const uint64_t count = std::max(layers, *layer + 1);
  return weight * DepthWeight(*layer, count) / static_cast<double>(count);
}

}  // namespace tessera
