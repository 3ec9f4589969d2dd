// Where the programs lie that the launcher starts.
#ifndef APP_LAUNCHER_FIND_PROGRAM_H_
#define APP_LAUNCHER_FIND_PROGRAM_H_

#include <string>

#include "app/launcher/tool_table.h"

namespace tessera {

// The path of the program of `tool`, for a launcher that lies in `folder`:
//   FOLDER/tessera-NAME                     as it is installed
//   FOLDER/../libexec/tessera/tessera-NAME  as some packages have it
//   FOLDER/../BUILT                         in bazel-bin, of which it is app/
// Empty if there is none that can be executed.
std::string FindProgram(const std::string& folder, const Tool& tool);

// The folder of the running program; empty if the system does not tell.
std::string FolderOfThisProgram();

}  // namespace tessera

#endif  // APP_LAUNCHER_FIND_PROGRAM_H_
