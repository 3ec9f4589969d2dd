// The flags that say how tokens are chosen.
#ifndef RUNTIME_LLM_SAMPLER_FLAGS_H_
#define RUNTIME_LLM_SAMPLER_FLAGS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/llm/run_options.h"

namespace tessera {

// Sets options->sampler and the breakers of DRY. InvalidArgument, naming the
// flag, for a mistake.
absl::Status ReadSamplerFlags(RunOptions* options);

// "15043+1.5,2-inf" as biases: each is a token's id, a sign and a number.
// InvalidArgument for other text.
absl::StatusOr<std::vector<SamplerOptions::Bias>> ParseLogitBias(
    absl::string_view text);

}  // namespace tessera

#endif  // RUNTIME_LLM_SAMPLER_FLAGS_H_
