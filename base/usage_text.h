// The usage text of a tool, taken apart.
#ifndef BASE_USAGE_TEXT_H_
#define BASE_USAGE_TEXT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/describe_command_line.h"

namespace tessera {

// What CommandLineSpec::usage holds. A paragraph ends with an empty line.
struct UsageText {
  std::string summary;                // the first sentence, "Reads a file."
  std::vector<std::string> synopsis;  // lines, without "usage:"
  std::vector<std::string> examples;  // lines, without their indentation
  std::vector<std::string> prose;     // paragraphs, each on one line
};

// In examples and synopsis the tool's name is as people type it: where the tool
// is called "tessera-run", "run" becomes "tessera run".
UsageText SplitUsage(const CommandLineDescription& command_line);

// "tessera run" for "tessera-run"; other names as they are.
std::string TypedName(absl::string_view tool);

}  // namespace tessera

#endif  // BASE_USAGE_TEXT_H_
