// The shapes that a model's configuration gives its tensors.
#ifndef FORMATS_MODEL_SHAPE_H_
#define FORMATS_MODEL_SHAPE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "formats/arena/model_config.pb.h"
#include "formats/model/architecture.h"

namespace tessera {

// nullopt for kNone and kUnknown, and where the product overflows.
std::optional<uint64_t> SizeOf(Dimension dimension, const ModelConfig& model);

// The shape of a tensor, outermost dimension first: [columns] of a vector or a
// bias, [rows, columns] of a matrix, [experts, rows, columns] of all experts'.
// nullopt where the configuration does not determine it.
std::optional<std::vector<uint64_t>> ShapeOf(TensorRole role, TensorPart part,
                                             const ModelConfig& model);

}  // namespace tessera

#endif  // FORMATS_MODEL_SHAPE_H_
