#include "converter/swapped_arguments.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/shell_quoted.h"
#include "base/tool_name.h"

namespace tessera {

std::string SwapAdvice(const std::string& input, const std::string& output) {
  std::error_code error;
  if (!absl::EndsWith(input, ".arena") && !absl::EndsWith(input, ".gguf")) {
    return "";
  }
  if (std::filesystem::exists(input, error) ||
      !std::filesystem::exists(output, error)) {
    return "";
  }
  return absl::StrCat("INPUT comes first: ", NameOfTool("convert"), " ",
                      ShellQuoted(output), " ", ShellQuoted(input));
}

}  // namespace tessera
