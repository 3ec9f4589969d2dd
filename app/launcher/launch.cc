#include "app/launcher/launch.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "app/launcher/find_program.h"
#include "app/launcher/tool_table.h"
#include "base/describe_command_line.h"
#include "base/help_for.h"
#include "base/message.h"
#include "base/quoted.h"
#include "base/shell_quoted.h"
#include "base/version_text.h"

namespace tessera {
namespace {

constexpr char kFirst[] = R"(Runs language models on the CPU.

  tessera run model.gguf --prompt "Once upon a time"
  tessera chat model.gguf
  tessera convert --quantize Q4_K_M folder model.arena
  tessera inspect model.gguf

usage: tessera COMMAND [arguments]

)";

constexpr char kLast[] = R"(
tessera COMMAND --help says more. A model is a .gguf, a .safetensors, a Hugging
Face folder or an .arena.
)";

constexpr int kUsageError = 2;

int WrongUsage(const std::string& message) {
  PrintMessage(absl::StrCat("tessera: ", message, " (see tessera --help)"));
  return kUsageError;
}

// Somebody named a model where a command belongs, or mistyped one.
int UnknownCommand(const std::vector<std::string>& arguments) {
  const std::string& word = arguments[0];
  if (absl::StartsWith(word, "-")) {
    return WrongUsage(absl::StrCat(Quoted(word),
                                   " is no command; a command comes first, "
                                   "such as run"));
  }
  if (access(word.c_str(), F_OK) == 0) {
    return WrongUsage(absl::StrCat(Quoted(word),
                                   " is no command; did you mean tessera run ",
                                   ShellQuoted(word), "?"));
  }
  const absl::string_view nearest = NearestTool(word);
  return WrongUsage(absl::StrCat(
      Quoted(word), " is no command",
      nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?")));
}

// Returns only if that fails.
int Become(const Tool& tool, const std::string& folder,
           const std::vector<std::string>& arguments) {
  const std::string program = FindProgram(folder, tool);
  if (program.empty()) {
    PrintMessage(absl::StrCat(
        "tessera: ", tool.name, " is not installed: there is no tessera-",
        tool.program, " beside this program; it is in the package ",
        tool.package));
    return 1;
  }
  const std::string name = absl::StrCat("tessera ", tool.name);
  std::vector<char*> argv = {const_cast<char*>(name.c_str())};
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  PrintMessage(absl::StrCat("tessera: cannot start ", program, ": ",
                            std::strerror(errno)));
  return 1;
}

int Print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return 0;
}

// For packages: a page or a completion of all commands.
int PrintHelpFor(absl::string_view reader) {
  CommandLineDescription command_line;
  command_line.tool = "tessera";
  command_line.usage = absl::StrCat(kFirst, kLast);
  for (const Tool& tool : AllTools()) {
    command_line.subcommands.push_back({tool.name, tool.summary});
  }
  const absl::StatusOr<std::string> text = HelpFor(reader, command_line);
  if (!text.ok()) return WrongUsage(std::string(text.status().message()));
  return Print(*text);
}

}  // namespace

std::string Overview(const std::string& folder) {
  std::string text = kFirst;
  for (const Tool& tool : AllTools()) {
    if (FindProgram(folder, tool).empty()) continue;
    absl::StrAppendFormat(&text, "  %-11s %s\n", tool.name, tool.summary);
  }
  return text + kLast;
}

int Launch(const std::vector<std::string>& arguments,
           const std::string& folder) {
  if (arguments.empty()) return Print(Overview(folder));
  const std::string& word = arguments[0];
  if (word == "--version" || word == "version") return Print(VersionText());
  const bool is_help = word == "help" || word == "--help" || word == "-h";
  if (is_help && arguments.size() == 1) return Print(Overview(folder));
  if (is_help) {
    const Tool* tool = FindTool(arguments[1]);
    if (tool == nullptr) return UnknownCommand({arguments[1]});
    return Become(*tool, folder, {"--help"});
  }
  absl::string_view reader = word;
  if (absl::ConsumePrefix(&reader, "--help=")) return PrintHelpFor(reader);
  const Tool* tool = FindTool(word);
  if (tool == nullptr) return UnknownCommand(arguments);
  return Become(*tool, folder, {arguments.begin() + 1, arguments.end()});
}

}  // namespace tessera
