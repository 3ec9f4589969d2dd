// The flags that say how a model is loaded.
#ifndef RUNTIME_LLM_LOAD_FLAGS_H_
#define RUNTIME_LLM_LOAD_FLAGS_H_

#include "absl/status/status.h"
#include "runtime/llm/run_options.h"

namespace tessera {

// Sets threads, ctx_size, load and numa. InvalidArgument, naming the flag, for
// a mistake.
absl::Status ReadLoadFlags(RunOptions* options);

}  // namespace tessera

#endif  // RUNTIME_LLM_LOAD_FLAGS_H_
