// What is wrong with the tensors of a model: those that are missing, too many,
// or of another shape than the configuration says.
#ifndef FORMATS_MODEL_TENSOR_PROBLEM_H_
#define FORMATS_MODEL_TENSOR_PROBLEM_H_

#include <optional>

#include "absl/types/span.h"
#include "formats/arena/model_config.pb.h"
#include "formats/model/architecture.h"
#include "formats/model/complete_config.h"
#include "formats/model/found_tensor.h"

namespace tessera {

// The first thing that is wrong, and how many more there are, of a model of
// `architecture` (ArchitectureOf) with `tensors`. Sizes that `model` does not
// have are not asked about. Not wrong are: more rows of the embedding and the
// output than there are tokens; layers behind the last that predict further
// tokens; layers of a mixture whose number of experts is another one; tensors
// that the architecture does not list.
//
// Names in the message are as the file spells them, in GGUF's way or in
// Hugging Face's; `name` is how it calls fields of the configuration.
std::optional<TensorProblem> FindTensorProblem(
    const Architecture& architecture, const ModelConfig& model,
    absl::Span<const FoundTensor> tensors, bool hugging_face,
    ConfigFieldName name);

}  // namespace tessera

#endif  // FORMATS_MODEL_TENSOR_PROBLEM_H_
