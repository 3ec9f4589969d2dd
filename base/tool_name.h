// What the running program is called, and what those beside it are.
#ifndef BASE_TOOL_NAME_H_
#define BASE_TOOL_NAME_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// "tessera" until it is set, as in programs that use the library.
const std::string& ToolName();

// Sets it to the last part of `path`, which is argv[0]: "run", "tessera-run",
// or "tessera run" for a tool that the program tessera has started. At the
// start of main.
void SetToolName(absl::string_view path);

// How a user of this program calls `tool`, such as "convert": as "tessera
// convert", if he called this one so, and else under the name that begins with
// "tessera-", under which tools are installed.
std::string NameOfTool(absl::string_view tool);

// `usage`, the text of a tool's --help, with the names that this user has for
// tools: in lines that are indented and in that which begins with "usage:", the
// first word that is the name of a tool becomes NameOfTool of it.
std::string UsageInUsersNames(absl::string_view usage);

}  // namespace tessera

#endif  // BASE_TOOL_NAME_H_
