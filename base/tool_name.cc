#include "base/tool_name.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace tessera {
namespace {

constexpr absl::string_view kTools[] = {
    "bench", "cache", "chat", "convert", "inspect", "perplexity", "run",
};

std::string& Name() {
  static std::string& name = *new std::string("tessera");
  return name;
}

bool IsTool(absl::string_view word) {
  return std::find(std::begin(kTools), std::end(kTools), word) !=
         std::end(kTools);
}

std::string CommandInUsersNames(absl::string_view line) {
  std::vector<std::string> words = absl::StrSplit(line, ' ');
  const auto tool = std::find_if(words.begin(), words.end(), IsTool);
  if (tool != words.end()) *tool = NameOfTool(*tool);
  return absl::StrJoin(words, " ");
}

}  // namespace

const std::string& ToolName() { return Name(); }

void SetToolName(absl::string_view path) {
  Name() = std::string(path.substr(path.rfind('/') + 1));
}

std::string NameOfTool(absl::string_view tool) {
  if (absl::StartsWith(Name(), "tessera ")) {
    return absl::StrCat("tessera ", tool);
  }
  return absl::StartsWith(Name(), "tessera") ? absl::StrCat("tessera-", tool)
                                             : std::string(tool);
}

std::string UsageInUsersNames(absl::string_view usage) {
  std::vector<std::string> lines = absl::StrSplit(usage, '\n');
  for (std::string& line : lines) {
    if (absl::StartsWith(line, "  ") || absl::StartsWith(line, "usage: ")) {
      line = CommandInUsersNames(line);
    }
  }
  return absl::StrJoin(lines, "\n");
}

}  // namespace tessera
