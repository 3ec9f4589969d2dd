#include "base/command_line.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <system_error>

#include "absl/flags/commandlineflag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/interrupt.h"
#include "base/message.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "base/tool_name.h"

namespace tessera {
namespace {

constexpr size_t kHelpColumns = 80;
constexpr size_t kHelpIndent = 6;

// Flags that the tool defined, not those of Abseil itself.
bool IsOwnFlag(const absl::CommandLineFlag& flag) {
  return !flag.IsRetired() &&
         !absl::StrContains(flag.Filename(), "absl/flags/");
}

// By name.
std::vector<const absl::CommandLineFlag*> OwnFlags() {
  std::vector<const absl::CommandLineFlag*> flags;
  for (const auto& [name, flag] : absl::GetAllFlags()) {
    if (IsOwnFlag(*flag)) flags.push_back(flag);
  }
  std::sort(flags.begin(), flags.end(),
            [](const auto* a, const auto* b) { return a->Name() < b->Name(); });
  return flags;
}

absl::CommandLineFlag* FindOwnFlag(absl::string_view name) {
  absl::CommandLineFlag* flag = absl::FindCommandLineFlag(name);
  return flag != nullptr && IsOwnFlag(*flag) ? flag : nullptr;
}

// The flag called `name`, or the boolean that "no" + its name negates.
absl::StatusOr<absl::CommandLineFlag*> FindFlagOrNegation(
    absl::string_view name, bool* negated) {
  *negated = false;
  if (absl::CommandLineFlag* flag = FindOwnFlag(name)) return flag;
  absl::string_view rest = name;
  if (absl::ConsumePrefix(&rest, "no")) {
    absl::CommandLineFlag* flag = FindOwnFlag(rest);
    if (flag != nullptr && flag->IsOfType<bool>()) {
      *negated = true;
      return flag;
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown flag ", Quoted(absl::StrCat("--", name))));
}

// What a value of the flag's type is, for types whose parser does not say.
std::string ExpectedBy(const absl::CommandLineFlag& flag) {
  const auto integers = [](auto least, auto most) {
    return absl::StrCat("a whole number from ", least, " to ", most);
  };
  if (flag.IsOfType<bool>()) return "true or false";
  if (flag.IsOfType<int32_t>()) return integers(INT32_MIN, INT32_MAX);
  if (flag.IsOfType<int64_t>()) return integers(INT64_MIN, INT64_MAX);
  if (flag.IsOfType<uint32_t>()) return integers(0, UINT32_MAX);
  if (flag.IsOfType<uint64_t>()) return integers(0, UINT64_MAX);
  const bool real = flag.IsOfType<double>() || flag.IsOfType<float>();
  return real ? "a number" : "another value";
}

absl::Status SetFlag(absl::CommandLineFlag& flag, absl::string_view value) {
  std::string error;
  if (flag.ParseFrom(value, &error)) return absl::OkStatus();
  // Abseil's own words end with the name of the flag; behind them is what the
  // parser of the flag's type said, if it did.
  const std::string before = absl::StrCat("flag '", flag.Name(), "'; ");
  constexpr absl::string_view kFirst = "Illegal value '";
  const size_t start = error.find(before, kFirst.size() + value.size());
  return absl::InvalidArgumentError(absl::StrCat(
      "--", flag.Name(), ": ",
      start == std::string::npos ? absl::StrCat("expected ", ExpectedBy(flag),
                                                ", found ", Quoted(value))
                                 : error.substr(start + before.size())));
}

// Sets the flag that `argument` ("--name" or "--name=value") names; takes its
// value from `next` if it has to, and says so.
absl::Status SetFlagFromArgument(absl::string_view argument,
                                 const std::string* next, bool* used_next) {
  *used_next = false;
  absl::ConsumePrefix(&argument, "-");
  absl::ConsumePrefix(&argument, "-");
  const size_t equals = argument.find('=');
  bool negated = false;
  TESSERA_ASSIGN_OR_RETURN(
      absl::CommandLineFlag * flag,
      FindFlagOrNegation(argument.substr(0, equals), &negated));
  if (equals != absl::string_view::npos) {
    if (negated) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--no", flag->Name(), " takes no value; write --", flag->Name()));
    }
    return SetFlag(*flag, argument.substr(equals + 1));
  }
  if (flag->IsOfType<bool>()) return SetFlag(*flag, negated ? "0" : "1");
  if (next == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", flag->Name(), " needs a value"));
  }
  *used_next = true;
  return SetFlag(*flag, *next);
}

// What is opened next must not get the number of a standard file that is
// closed: the output of this program would go there. In its place comes one
// that can be neither read nor written, so that who tries hears of it.
void ReserveStandardFiles() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) != -1) continue;
    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

// `text` in lines of at most kHelpColumns, each indented.
std::string Wrap(absl::string_view text) {
  std::string result;
  size_t column = kHelpColumns;
  for (absl::string_view word :
       absl::StrSplit(text, absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
    if (column + 1 + word.size() > kHelpColumns) {
      absl::StrAppend(&result, result.empty() ? "" : "\n",
                      std::string(kHelpIndent, ' '), word);
      column = kHelpIndent + word.size();
    } else {
      absl::StrAppend(&result, " ", word);
      column += 1 + word.size();
    }
  }
  return result;
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

absl::StatusOr<std::vector<std::string>> ParseFlags(
    absl::Span<const std::string> arguments) {
  std::vector<std::string> positional;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") {
      positional.insert(positional.end(), arguments.begin() + i + 1,
                        arguments.end());
      break;
    }
    if (argument.size() < 2 || argument[0] != '-') {
      positional.push_back(argument);
      continue;
    }
    const std::string* next =
        i + 1 < arguments.size() ? &arguments[i + 1] : nullptr;
    bool used_next = false;
    TESSERA_RETURN_IF_ERROR(SetFlagFromArgument(argument, next, &used_next));
    if (used_next) ++i;
  }
  return positional;
}

std::vector<std::pair<std::string, std::string>> ChangedFlags() {
  std::vector<std::pair<std::string, std::string>> changed;
  for (const absl::CommandLineFlag* flag : OwnFlags()) {
    std::string value = flag->CurrentValue();
    if (value == flag->DefaultValue()) continue;
    changed.emplace_back(flag->Name(), std::move(value));
  }
  return changed;
}

std::string DescribeFlags() {
  std::string result;
  for (const absl::CommandLineFlag* flag : OwnFlags()) {
    const std::string value = flag->DefaultValue();
    absl::StrAppend(&result, "  --", flag->Name(),
                    value.empty() ? "" : absl::StrCat("  (", value, ")"), "\n",
                    Wrap(flag->Help()), "\n");
  }
  return result;
}

std::vector<std::string> ParseCommandLine(int argc, char** argv,
                                          absl::string_view usage) {
  const std::vector<std::string> arguments(argv + std::min(argc, 1),
                                           argv + argc);
  if (argc > 0) SetToolName(argv[0]);
  for (const std::string& argument : arguments) {
    if (argument == "--") break;
    if (argument == "--help" || argument == "-h") {
      std::printf("%s\n\nFlags, with their defaults:\n%s",
                  std::string(absl::StripAsciiWhitespace(usage)).c_str(),
                  DescribeFlags().c_str());
      const absl::Status flushed = FlushStdout();
      std::exit(flushed.ok() ? 0 : ReportFailure(flushed));
    }
  }
  absl::StatusOr<std::vector<std::string>> positional = ParseFlags(arguments);
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
