// Scripts with which shells complete a tool's command line, made from the flags
// themselves.
#ifndef BASE_COMPLETION_H_
#define BASE_COMPLETION_H_

#include <string>

#include "base/describe_command_line.h"

namespace tessera {

// Each completes flags after a dash, the words of flags that have a list of
// them, actions as the first argument, and names of files elsewhere. A program
// with subcommands completes those, and leaves the rest to the script of the
// subcommand's own program
// ("tessera run" to that of "tessera-run"), which has to be installed beside.

// For share/bash-completion/completions/TOOL.
std::string BashCompletion(const CommandLineDescription& command_line);

// For share/zsh/site-functions/_TOOL.
std::string ZshCompletion(const CommandLineDescription& command_line);

// For share/fish/vendor_completions.d/TOOL.fish.
std::string FishCompletion(const CommandLineDescription& command_line);

}  // namespace tessera

#endif  // BASE_COMPLETION_H_
