#include "base/tool_name.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace tessera {
namespace {

std::string& Name() {
  static std::string& name = *new std::string("tessera");
  return name;
}

}  // namespace

const std::string& ToolName() { return Name(); }

void SetToolName(absl::string_view path) {
  Name() = std::string(path.substr(path.rfind('/') + 1));
}

std::string NameOfTool(absl::string_view tool) {
  return absl::StartsWith(Name(), "tessera") ? absl::StrCat("tessera-", tool)
                                             : std::string(tool);
}

}  // namespace tessera
