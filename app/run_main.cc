// run and chat, for any model: packs what is no arena, and remembers it.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "app/model_flags.h"
#include "runtime/llm/run_tool.h"

// Under the name chat (tessera chat, tessera-chat), it holds a conversation.
int main(int argc, char** argv) {
  std::vector<char*> arguments(argv, argv + argc);
  std::string chat = "--chat";
  if (argc > 0 && absl::EndsWith(argv[0], "chat")) {
    arguments.insert(arguments.begin() + 1, chat.data());
  }
  const int count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  return tessera::RunTool(count, arguments.data(), tessera::AnyModel());
}
