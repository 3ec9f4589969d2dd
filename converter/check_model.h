// Whether the model of a source is what its configuration says.
#ifndef CONVERTER_CHECK_MODEL_H_
#define CONVERTER_CHECK_MODEL_H_

#include <string>

#include "absl/status/status.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Checks what `input` was opened as, before a byte of it is converted.
//
// For an architecture that is described, names, shapes and number of the
// tensors against the configuration: DataLoss for a configuration that cannot
// be right, and for tensors that are missing, too many or of another shape;
// Unimplemented for a model in a form that is not known (FindTensorProblem).
// The message names the file, the tensor, what was expected and why, and
// --tensors_only. Adds notes for what is no error, and will not run
// nevertheless: an architecture that is not known, a mixture of experts,
// tensors without a place, a vocabulary alone.
//
// OK for a source of tensors alone.
absl::Status CheckModel(const std::string& input, WeightSource* source);

}  // namespace tessera

#endif  // CONVERTER_CHECK_MODEL_H_
