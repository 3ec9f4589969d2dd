// The shapes that a model's configuration gives its tensors.
#ifndef FORMATS_MODEL_SHAPE_H_
#define FORMATS_MODEL_SHAPE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "formats/arena/model_config.pb.h"
#include "formats/model/architecture.h"

namespace tessera {

// One dimension of a tensor: `times` a size of the configuration.
struct ShapeDimension {
  Dimension dimension;
  uint64_t times = 1;
};

// Those of a tensor, outermost first: [columns] of a vector, [rows, columns] of
// a matrix, [experts, rows, columns] of all experts', and without the last one
// of the bias of a matrix. `architecture` may be null: that of most.
std::vector<ShapeDimension> DimensionsOf(TensorRole role, TensorPart part,
                                         const Architecture* architecture);

// nullopt for kNone and kUnknown, and where the product overflows.
std::optional<uint64_t> SizeOf(Dimension dimension, const ModelConfig& model);
std::optional<uint64_t> SizeOf(const ShapeDimension& dimension,
                               const ModelConfig& model);

// The shape of a tensor. nullopt where the configuration does not determine it.
std::optional<std::vector<uint64_t>> ShapeOf(TensorRole role, TensorPart part,
                                             const ModelConfig& model);

}  // namespace tessera

#endif  // FORMATS_MODEL_SHAPE_H_
