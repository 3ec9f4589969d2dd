// Manual pages, made from the flags themselves.
#ifndef BASE_MANUAL_PAGE_H_
#define BASE_MANUAL_PAGE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "base/describe_command_line.h"

namespace tessera {

// The page of a tool in section 1, for man: its usage text becomes NAME,
// SYNOPSIS, DESCRIPTION and EXAMPLES, its flags OPTIONS, its subcommands
// COMMANDS. "tessera-run" is written "tessera run", as people type it. `date`
// stands in the page's last line, for example "2026-01-31"; it may be empty.
// UTF-8, for `man -E UTF-8`. https://man.openbsd.org/man.7 has the macros.
std::string ManualPage(const CommandLineDescription& command_line,
                       absl::string_view date);

}  // namespace tessera

#endif  // BASE_MANUAL_PAGE_H_
