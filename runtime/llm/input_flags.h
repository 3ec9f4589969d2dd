// The flags that say what a model is to read.
#ifndef RUNTIME_LLM_INPUT_FLAGS_H_
#define RUNTIME_LLM_INPUT_FLAGS_H_

#include <string>

#include "absl/status/status.h"
#include "runtime/llm/run_options.h"

namespace tessera {

// Sets the prompt and where it comes from. InvalidArgument, naming the flag,
// for a mistake.
absl::Status ReadInputFlags(RunOptions* options);

// `text` as --escape says.
std::string TypedText(const std::string& text);

}  // namespace tessera

#endif  // RUNTIME_LLM_INPUT_FLAGS_H_
