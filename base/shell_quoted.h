// Words for a command that a message proposes.
#ifndef BASE_SHELL_QUOTED_H_
#define BASE_SHELL_QUOTED_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// `word` as bash reads it back, byte by byte: as it is, in single quotes, or,
// if a terminal could not show it, as $'caf\xe9'. For names of files: a dash at
// the beginning, which would make a flag of it, gets "./" before it.
std::string ShellQuoted(absl::string_view word);

}  // namespace tessera

#endif  // BASE_SHELL_QUOTED_H_
