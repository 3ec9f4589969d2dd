#include "base/command_line.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/help_for.h"
#include "base/interrupt.h"
#include "base/message.h"
#include "base/parse_flags.h"
#include "base/tool_name.h"
#include "base/version_text.h"

namespace tessera {
namespace {

// What is opened next must not get the number of a standard file that is
// closed: the output of this program would go there. In its place comes one
// that can be neither read nor written, so that who tries hears of it.
void ReserveStandardFiles() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) != -1) continue;
    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

[[noreturn]] void PrintAndExit(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  const absl::Status flushed = FlushStdout();
  std::exit(flushed.ok() ? 0 : ReportFailure(flushed));
}

std::string HelpText(const CommandLineSpec& spec) {
  return absl::StrCat(UsageInUsersNames(absl::StripAsciiWhitespace(spec.usage)),
                      "\n\nFlags, with their defaults:\n",
                      FlagsHelp(DescribeCommandLine(spec)));
}

// Requests that are answered at once, wherever they stand.
void AnswerRequests(absl::Span<const std::string> arguments,
                    const CommandLineSpec& spec) {
  for (const std::string& argument : arguments) {
    if (argument == "--") return;
    if (argument == "--help" || argument == "-h") PrintAndExit(HelpText(spec));
    if (argument == "--version") PrintAndExit(VersionText());
    absl::string_view reader = argument;
    if (absl::ConsumePrefix(&reader, "--help=")) {
      const absl::StatusOr<std::string> text =
          HelpFor(reader, DescribeCommandLine(spec));
      if (!text.ok()) ExitWithUsageError(text.status().message());
      PrintAndExit(*text);
    }
  }
}

}  // namespace

absl::Status FlushStdout() {
  const bool failed_before = std::ferror(stdout) != 0;
  errno = 0;
  if (std::fflush(stdout) == 0 && !failed_before) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("cannot write to stdout",
                   errno == 0 ? "" : absl::StrCat(": ", std::strerror(errno))));
}

int RunMain(absl::FunctionRef<int()> main) {
  ReserveStandardFiles();
  // A file that gets longer than ulimit -f allows is an error of the write.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    const int code = main();
    // A full disk shows only now, when the last of the output is written.
    const absl::Status flushed = FlushStdout();
    if (!flushed.ok()) return ReportFailure(flushed);
    return code == 0 ? InterruptExitCode() : code;
  } catch (const std::bad_alloc&) {
    return ReportFailure(absl::ResourceExhaustedError("out of memory"));
  } catch (const std::system_error& error) {
    return ReportFailure(absl::ResourceExhaustedError(absl::StrCat(
        "cannot start a thread (", error.what(), "); use fewer --threads")));
  }
}

std::vector<std::string> ParseCommandLine(int argc, char** argv,
                                          const CommandLineSpec& spec) {
  const std::vector<std::string> arguments(argv + std::min(argc, 1),
                                           argv + argc);
  if (argc > 0) SetToolName(argv[0]);
  AnswerRequests(arguments, spec);
  const absl::Status environment = SetFlagsFromEnvironment();
  if (!environment.ok()) ExitWithUsageError(environment.message());
  absl::StatusOr<std::vector<std::string>> positional =
      ParseFlags(arguments, spec.aliases);
  if (!positional.ok()) ExitWithUsageError(positional.status().message());
  return *std::move(positional);
}

void ExitWithUsageError(absl::string_view message) {
  PrintMessage(absl::StrCat(ToolName(), ": ", message, " (see ", ToolName(),
                            " --help)"));
  std::exit(2);
}

int ReportFailure(const absl::Status& status) {
  PrintMessage(absl::StrCat(ToolName(), ": ", status.message()));
  return 1;
}

}  // namespace tessera
