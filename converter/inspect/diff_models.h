// Compares two models of any formats.
#ifndef CONVERTER_INSPECT_DIFF_MODELS_H_
#define CONVERTER_INSPECT_DIFF_MODELS_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/thread_pool.h"
#include "converter/inspect/model_diff.h"

namespace tessera {

// Opens both (OpenWeightSource) and compares all that they hold. Tensors have
// the names of GGUF where the architecture is known, so that a Hugging Face
// folder can be compared with a GGUF. Where a file is no model that can be
// understood, both are compared as tensors alone. Errors are those of opening,
// and DataLoss for a file that changed meanwhile.
absl::StatusOr<ModelDiff> DiffModels(const std::string& a, const std::string& b,
                                     ThreadPool& pool, bool quiet);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_DIFF_MODELS_H_
