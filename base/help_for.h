// A tool's command line for programs that show or complete it.
#ifndef BASE_HELP_FOR_H_
#define BASE_HELP_FOR_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/describe_command_line.h"

namespace tessera {

// What --help=READER prints, for "man", "bash", "zsh" and "fish". A manual page
// has the date of the environment's SOURCE_DATE_EPOCH, in seconds since 1970,
// and none without it, so that the same source gives the same page.
// InvalidArgument for other readers.
absl::StatusOr<std::string> HelpFor(absl::string_view reader,
                                    const CommandLineDescription& command_line);

}  // namespace tessera

#endif  // BASE_HELP_FOR_H_
