// A conversation in a terminal, or through a pipe.
#ifndef RUNTIME_LLM_CHAT_CONSOLE_H_
#define RUNTIME_LLM_CHAT_CONSOLE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runtime/llm/chat_session.h"

namespace tessera {

// Reads messages from stdin and prints answers to stdout until stdin ends, the
// person says /exit, or presses Ctrl-C twice, which WasInterrupted() tells;
// CatchEachInterrupt() must have been called. If stdin is a terminal, there are
// prompts, and an error ends a message only; else it ends the conversation and
// is returned. What else is to be said goes to stderr, nothing if `quiet`.
absl::Status HoldConversation(ChatSession* session, bool quiet);

}  // namespace tessera

#endif  // RUNTIME_LLM_CHAT_CONSOLE_H_
