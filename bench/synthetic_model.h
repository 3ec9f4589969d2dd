// Models of random weights.
#ifndef BENCH_SYNTHETIC_MODEL_H_
#define BENCH_SYNTHETIC_MODEL_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/thread_pool.h"
#include "bench/model_shape.h"
#include "converter/quantize/quantize_recipe.h"
#include "formats/gguf/gguf_tensor.h"

namespace tessera {

// The tensors of a model of `shape` in GGUF's order, typed as llama-quantize
// would type them with `recipe`. Offsets are not set. Errors of TensorsOf.
absl::StatusOr<std::vector<GgufTensor>> SyntheticTensors(
    const ModelShape& shape, const QuantizeRecipe& recipe);

// Writes a GGUF file of such a model to `path`, replacing it: random weights, a
// synthetic tokenizer, and all metadata that llama.cpp asks for. Equal
// arguments give equal bytes. InvalidArgument for a shape without
// hyper-parameters or with too small a vocabulary; Unimplemented for a recipe
// whose types GGUF does not have, or an architecture whose shapes do not follow
// from its hyper-parameters.
absl::Status WriteSyntheticGguf(const ModelShape& shape,
                                const QuantizeRecipe& recipe,
                                const std::string& path, ThreadPool& pool);

// False if `recipe` makes a type that GGUF does not have (INT8). Then write F16
// and let the conversion quantize.
absl::StatusOr<bool> GgufHasTypesOf(const ModelShape& shape,
                                    const QuantizeRecipe& recipe);

}  // namespace tessera

#endif  // BENCH_SYNTHETIC_MODEL_H_
