// Tensors of another shape than the configuration of their model says.
#ifndef FORMATS_MODEL_SHAPE_PROBLEM_H_
#define FORMATS_MODEL_SHAPE_PROBLEM_H_

#include <optional>

#include "absl/types/span.h"
#include "formats/arena/model_config.pb.h"
#include "formats/model/architecture.h"
#include "formats/model/complete_config.h"
#include "formats/model/found_tensor.h"

namespace tessera {

// The first such tensor, and how many more there are, of those that
// `architecture` lists and that are of a layer of `model`. See
// tensor_problem.h.
std::optional<TensorProblem> FindShapeProblem(
    const Architecture& architecture, const ModelConfig& model,
    absl::Span<const FoundTensor> tensors, ConfigFieldName name);

}  // namespace tessera

#endif  // FORMATS_MODEL_SHAPE_PROBLEM_H_
