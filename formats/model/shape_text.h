// Shapes in messages.
#ifndef FORMATS_MODEL_SHAPE_TEXT_H_
#define FORMATS_MODEL_SHAPE_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/types/span.h"
#include "formats/arena/model_config.pb.h"
#include "formats/model/complete_config.h"
#include "formats/model/shape.h"

namespace tessera {

// "[96, 64]".
std::string ShapeText(absl::Span<const uint64_t> shape);

// What the configuration says of a shape and why, with "?" where it says
// nothing: "[256, 64] (num_attention_heads 4 x head_dim 64 by hidden_size 64)".
// `name` is how messages call its fields. `experts` is the number of experts in
// the layer, which is the configuration's or else that of its router's rows;
// nullopt: any.
std::string ExpectedShapeText(absl::Span<const ShapeDimension> dimensions,
                              const ModelConfig& model, ConfigFieldName name,
                              std::optional<uint64_t> experts);

}  // namespace tessera

#endif  // FORMATS_MODEL_SHAPE_TEXT_H_
