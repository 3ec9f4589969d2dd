// Command lines of Tessera's tools: Abseil flags, with one voice for help and
// for errors. Exit codes are 0 done, 1 failed, 2 wrong usage, 130 interrupted.
#ifndef BASE_COMMAND_LINE_H_
#define BASE_COMMAND_LINE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tessera {

// Sets the ABSL_FLAGs that `argv` names and returns the positional arguments.
// Flags may stand anywhere: --flag=value, --flag value, --flag and --noflag for
// a boolean; "--" ends them. --help prints `usage` and the flags to stdout and
// exits with 0. A mistake exits with 2 and one line on stderr. Call it once, at
// the start of main.
//
// `usage` says what the tool does, examples first; "%s" does not occur in it,
// the tool's name is written out.
std::vector<std::string> ParseCommandLine(int argc, char** argv,
                                          absl::string_view usage);

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

// ParseCommandLine without its exits: sets flags, returns positional arguments.
// InvalidArgument, naming the flag, for a mistake.
absl::StatusOr<std::vector<std::string>> ParseFlags(
    absl::Span<const std::string> arguments);

// Names and values of the tool's own flags that do not have their defaults, by
// name.
std::vector<std::pair<std::string, std::string>> ChangedFlags();

// The tool's own flags with defaults and help, wrapped to 80 columns.
std::string DescribeFlags();

}  // namespace tessera

#endif  // BASE_COMMAND_LINE_H_
