// A tensor of a loaded arena.
#ifndef RUNTIME_LOADER_TENSOR_VIEW_H_
#define RUNTIME_LOADER_TENSOR_VIEW_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/tensor_layout.h"

namespace tessera {

// Non-owning: valid as long as the LoadedArena that it came from. A plain
// value.
struct TensorView {
  absl::string_view name;            // GGUF's: blk.0.attn_q.weight
  DType type = DType::kF32;
  TensorLayout layout;               // of its last two dimensions
  const uint8_t* data = nullptr;     // row tile 0; on a cache line
  absl::Span<const uint64_t> shape;  // outermost dimension first
};

}  // namespace tessera

#endif  // RUNTIME_LOADER_TENSOR_VIEW_H_
