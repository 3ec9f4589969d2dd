#include "app/launcher/tool_table.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "base/edit_distance.h"

namespace tessera {
namespace {

constexpr Tool kTools[] = {
    {"run", "run", "tessera", "app/run", "continue a text with a model"},
    {"chat", "run", "tessera", "app/run", "talk to a model"},
    {"convert", "convert", "tessera", "converter/convert",
     "convert GGUF or safetensors to an arena, and back"},
    {"inspect", "inspect", "tessera", "converter/inspect/inspect",
     "describe, verify and draw a file of weights"},
    {"perplexity", "perplexity", "tessera", "app/perplexity",
     "measure how well a model predicts a text"},
    {"bench", "bench", "tessera", "bench/bench",
     "time kernels and models on this machine"},
    {"cache", "cache", "tessera", "app/cache",
     "list and remove the models that were packed"},
};

}  // namespace

absl::Span<const Tool> AllTools() { return kTools; }

const Tool* FindTool(absl::string_view name) {
  const auto* found =
      std::find_if(std::begin(kTools), std::end(kTools),
                   [name](const Tool& tool) { return tool.name == name; });
  return found == std::end(kTools) ? nullptr : found;
}

absl::string_view NearestTool(absl::string_view name) {
  const std::string lower = absl::AsciiStrToLower(name);
  absl::string_view nearest;
  size_t least = TypingMistakes(name.size());
  for (const Tool& tool : kTools) {
    const size_t distance = EditDistance(lower, tool.name);
    if (distance >= least) continue;
    least = distance;
    nearest = tool.name;
  }
  return nearest;
}

}  // namespace tessera
