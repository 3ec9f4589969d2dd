// perplexity, for any model: packs what is no arena, and remembers it.
#include "app/model_flags.h"
#include "runtime/llm/perplexity_tool.h"

int main(int argc, char** argv) {
  return tessera::PerplexityTool(argc, argv, tessera::AnyModel());
}
