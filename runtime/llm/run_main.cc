// run: continues a text with the language model in an arena.
#include "runtime/llm/run_tool.h"

int main(int argc, char** argv) {
  return tessera::RunTool(argc, argv, tessera::ArenasOnly());
}
