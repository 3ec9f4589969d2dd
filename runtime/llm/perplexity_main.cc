// perplexity: how well the language model in an arena predicts a text.
#include "runtime/llm/perplexity_tool.h"

int main(int argc, char** argv) {
  return tessera::PerplexityTool(argc, argv, tessera::ArenasOnly());
}
