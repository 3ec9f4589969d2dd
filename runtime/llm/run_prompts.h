// The run tool's output.
#ifndef RUNTIME_LLM_RUN_PROMPTS_H_
#define RUNTIME_LLM_RUN_PROMPTS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "runtime/llm/prompt_list.h"
#include "runtime/llm/run_options.h"

namespace tessera {

// Continues `prompts` one after another and prints the texts to stdout, as they
// come or as JSON, and reports to stderr. From here on the first Ctrl-C ends
// the text, and what there is is printed. If the prompts are a list, those that
// cannot be continued are reported, and the others are; then the error tells
// how many there were. Otherwise there is one, whose error is returned.
absl::Status RunPrompts(RunOptions options,
                        absl::Span<const ListedPrompt> prompts);

}  // namespace tessera

#endif  // RUNTIME_LLM_RUN_PROMPTS_H_
