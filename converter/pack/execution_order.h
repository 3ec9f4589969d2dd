// The order in which a token reads the tensors of a model.
#ifndef CONVERTER_PACK_EXECUTION_ORDER_H_
#define CONVERTER_PACK_EXECUTION_ORDER_H_

#include <cstdint>
#include <tuple>

#include "absl/strings/string_view.h"

namespace tessera {

// Sorts tensors by when they are read: (stage of the model, block, step within
// the block). Tensors with equal keys keep the order of the source; names that
// are not known come last in their block, or last of all.
using ExecutionKey = std::tuple<int, uint64_t, int>;

ExecutionKey ExecutionKeyOf(absl::string_view gguf_name);

// True for tensors that are read by row or hardly ever: rope factors, and the
// token embedding unless it is the output matrix too.
bool IsColdTensor(absl::string_view gguf_name, bool tied_embeddings);

}  // namespace tessera

#endif  // CONVERTER_PACK_EXECUTION_ORDER_H_
