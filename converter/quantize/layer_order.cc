#include "converter/quantize/layer_order.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "formats/model/tensor_name.h"

namespace tessera {

std::vector<size_t> InLayerOrder(absl::Span<const TensorSummary> tensors) {
  std::vector<size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const auto layer_a = LayerOf(tensors[a].name);
    const auto layer_b = LayerOf(tensors[b].name);
    return std::tie(layer_a, tensors[a].name) <
           std::tie(layer_b, tensors[b].name);
  });
  return order;
}

}  // namespace tessera
