// run and chat, for any model: packs what is no arena, and remembers it.
#include "absl/strings/match.h"
#include "app/model_flags.h"
#include "runtime/llm/run_tool.h"

// Under the name chat (tessera chat, tessera-chat), it holds a conversation.
int main(int argc, char** argv) {
  const bool is_chat = argc > 0 && absl::EndsWith(argv[0], "chat");
  return is_chat ? tessera::ChatTool(argc, argv, tessera::AnyModel())
                 : tessera::RunTool(argc, argv, tessera::AnyModel());
}
