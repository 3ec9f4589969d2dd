// The commands of tessera.
#ifndef APP_LAUNCHER_TOOL_TABLE_H_
#define APP_LAUNCHER_TOOL_TABLE_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tessera {

// A command is a program of its own beside the launcher. A new one needs a line
// in tool_table.cc and nothing else.
struct Tool {
  absl::string_view name;     // "run"
  absl::string_view program;  // "run": installed as tessera-run
  absl::string_view package;  // of Debian, that has it
  absl::string_view built;    // where Bazel puts it, below bazel-bin
  absl::string_view summary;  // of one line, for the overview
};

// In the order of the overview.
absl::Span<const Tool> AllTools();

// The tool called `name`, or nullptr.
const Tool* FindTool(absl::string_view name);

// The name that was probably meant by `name`; empty if none is near.
absl::string_view NearestTool(absl::string_view name);

}  // namespace tessera

#endif  // APP_LAUNCHER_TOOL_TABLE_H_
