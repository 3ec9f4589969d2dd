// The run tool as a function.
#ifndef RUNTIME_LLM_RUN_TOOL_H_
#define RUNTIME_LLM_RUN_TOOL_H_

#include "runtime/llm/model_finder.h"

namespace tessera {

// What main returns for run's command line. `models` finds the arena of the
// model that the user names.
int RunTool(int argc, char** argv, const ModelFinder& models);

// The same with --chat on.
int ChatTool(int argc, char** argv, const ModelFinder& models);

}  // namespace tessera

#endif  // RUNTIME_LLM_RUN_TOOL_H_
