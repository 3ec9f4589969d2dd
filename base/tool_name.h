// What the running program is called, and what those beside it are.
#ifndef BASE_TOOL_NAME_H_
#define BASE_TOOL_NAME_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// "tessera" until it is set, as in programs that use the library.
const std::string& ToolName();

// Sets it to the last part of `path`, which is argv[0]. At the start of main.
void SetToolName(absl::string_view path);

// How a user of this program calls `tool`, such as "convert": tools are
// installed under names that begin with "tessera-".
std::string NameOfTool(absl::string_view tool);

}  // namespace tessera

#endif  // BASE_TOOL_NAME_H_
