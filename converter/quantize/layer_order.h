// The order in which llama-quantize goes through tensors, and writes them.
#ifndef CONVERTER_QUANTIZE_LAYER_ORDER_H_
#define CONVERTER_QUANTIZE_LAYER_ORDER_H_

#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "converter/quantize/model_summary.h"

namespace tessera {

// Indices of `tensors`: those outside of layers, then by layer; by name among
// those.
std::vector<size_t> InLayerOrder(absl::Span<const TensorSummary> tensors);

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_LAYER_ORDER_H_
