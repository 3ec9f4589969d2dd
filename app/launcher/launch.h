// The program tessera: starts the tool that its first argument names.
#ifndef APP_LAUNCHER_LAUNCH_H_
#define APP_LAUNCHER_LAUNCH_H_

#include <string>
#include <vector>

namespace tessera {

// Becomes the tool that arguments[0] names, with the others as its own; does
// not return then. Otherwise prints the overview, the version, or what is
// wrong, and returns what main returns. Tools are looked for beside the program
// in `folder`.
int Launch(const std::vector<std::string>& arguments,
           const std::string& folder);

// What `tessera --help` prints: only tools that are there.
std::string Overview(const std::string& folder);

}  // namespace tessera

#endif  // APP_LAUNCHER_LAUNCH_H_
