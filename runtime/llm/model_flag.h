// The flag that names the model, for every tool that runs one.
#ifndef RUNTIME_LLM_MODEL_FLAG_H_
#define RUNTIME_LLM_MODEL_FLAG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tessera {

// The model that --model or the only argument names. InvalidArgument if there
// is none, or more than one.
absl::StatusOr<std::string> ModelFromFlags(
    const std::vector<std::string>& arguments);

}  // namespace tessera

#endif  // RUNTIME_LLM_MODEL_FLAG_H_
