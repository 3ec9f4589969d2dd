// Command lines of Tessera's tools: Abseil flags, with one voice for help and
// for errors. Exit codes are 0 done, 1 failed, 2 wrong usage, 130 interrupted.
#ifndef BASE_COMMAND_LINE_H_
#define BASE_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/describe_command_line.h"

namespace tessera {

// Sets the ABSL_FLAGs that the environment and `argv` name (parse_flags.h) and
// returns the positional arguments. --help (-h), --help=READER (help_for.h) and
// --version print to stdout and exit with 0. A mistake exits with 2 and one
// line on stderr. Call it once, at the start of main.
std::vector<std::string> ParseCommandLine(int argc, char** argv,
                                          const CommandLineSpec& spec);

// Prints "TOOL: MESSAGE (see TOOL --help)" and exits with 2.
[[noreturn]] void ExitWithUsageError(absl::string_view message);

// Prints "TOOL: MESSAGE" for a status that is not OK. Returns the exit code, 1.
int ReportFailure(const absl::Status& status);

// Writes what is in the buffer of stdout. DataLoss if that, or anything before,
// could not be written.
absl::Status FlushStdout();

// Returns what `main` returns. Reports a failure instead where the system has
// no more memory or threads, which the standard library says by an exception,
// or where what went to stdout could not be written, be it a full disk or that
// it is closed. A program that was interrupted (interrupt.h) and gives 0 ends
// with InterruptExitCode(). Every tool's main is one call of it.
int RunMain(absl::FunctionRef<int()> main);

}  // namespace tessera

#endif  // BASE_COMMAND_LINE_H_
