// The flags that say how long a text gets and what is told of it.
#ifndef RUNTIME_LLM_GENERATE_FLAGS_H_
#define RUNTIME_LLM_GENERATE_FLAGS_H_

#include "absl/status/status.h"
#include "runtime/llm/run_options.h"

namespace tessera {

// Sets options->generate. InvalidArgument, naming the flag, for a mistake.
absl::Status ReadGenerateFlags(RunOptions* options);

}  // namespace tessera

#endif  // RUNTIME_LLM_GENERATE_FLAGS_H_
