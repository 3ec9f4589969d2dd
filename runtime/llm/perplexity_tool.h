// The perplexity tool as a function.
#ifndef RUNTIME_LLM_PERPLEXITY_TOOL_H_
#define RUNTIME_LLM_PERPLEXITY_TOOL_H_

#include "runtime/llm/model_finder.h"

namespace tessera {

// What main returns for perplexity's command line. `models` finds the arenas of
// the models that the user names.
int PerplexityTool(int argc, char** argv, const ModelFinder& models);

}  // namespace tessera

#endif  // RUNTIME_LLM_PERPLEXITY_TOOL_H_
