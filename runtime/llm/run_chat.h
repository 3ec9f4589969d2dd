// The run tool with --chat.
#ifndef RUNTIME_LLM_RUN_CHAT_H_
#define RUNTIME_LLM_RUN_CHAT_H_

#include "absl/status/status.h"
#include "runtime/llm/run_options.h"

namespace tessera {

// Loads options.arena and holds a conversation by its chat template on stdin
// and stdout; see HoldConversation. InvalidArgument, saying what helps, if the
// model has no chat template. Messages start with the arena's path.
absl::Status RunChat(const RunOptions& options);

}  // namespace tessera

#endif  // RUNTIME_LLM_RUN_CHAT_H_
