#include "base/completion.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace tessera {
namespace {

std::string FunctionName(absl::string_view tool) {
  return absl::StrCat("_", absl::StrReplaceAll(tool, {{"-", "_"}}));
}

// The first clause of the help, fit for single quotes.
std::string Hint(absl::string_view help) {
  constexpr size_t kMost = 60;
  help = help.substr(0, help.find_first_of(";.:("));
  std::string hint(help.substr(0, kMost));
  if (help.size() > kMost) hint.resize(hint.find_last_of(' '));
  return absl::StrReplaceAll(hint, {{"'", ""}, {"\\", ""}});
}

std::string SubcommandNames(const CommandLineDescription& command_line) {
  return absl::StrJoin(command_line.subcommands, " ",
                       [](std::string* out, const Subcommand& command) {
                         absl::StrAppend(out, command.name);
                       });
}

// "--a --noa -a --b ..."
std::string FlagNames(const CommandLineDescription& command_line) {
  std::string result = "--help --version";
  for (const FlagDescription& flag : command_line.flags) {
    absl::StrAppend(&result, " --", flag.name);
    if (flag.is_boolean && flag.default_value == "true") {
      absl::StrAppend(&result, " --no", flag.name);
    }
    if (!flag.short_name.empty())
      absl::StrAppend(&result, " -", flag.short_name);
  }
  return result;
}

// A pattern of "case" for each name of the flag.
std::string BashPattern(const FlagDescription& flag) {
  std::string pattern = absl::StrCat("--", flag.name);
  const std::string dashed = absl::StrReplaceAll(flag.name, {{"_", "-"}});
  if (dashed != flag.name) absl::StrAppend(&pattern, "|--", dashed);
  if (!flag.short_name.empty())
    absl::StrAppend(&pattern, "|-", flag.short_name);
  return pattern;
}

// The branches of "case" for flags that take a value. Where nothing is found,
// bash completes names of files.
std::string BashValues(const CommandLineDescription& command_line) {
  std::string others;
  std::string result;
  for (const FlagDescription& flag : command_line.flags) {
    if (flag.is_boolean) continue;
    if (flag.words.empty()) {
      absl::StrAppend(&others, others.empty() ? "" : "|", BashPattern(flag));
      continue;
    }
    absl::StrAppend(&result, "    ", BashPattern(flag), ")\n",
                    "      mapfile -t COMPREPLY < <(compgen -W '",
                    absl::StrJoin(flag.words, " "), "' -- \"$cur\")\n",
                    "      return ;;\n");
  }
  if (!others.empty())
    absl::StrAppend(&result, "    ", others, ") return ;;\n");
  return result;
}

std::string BashActions(const CommandLineDescription& command_line) {
  if (command_line.actions.empty()) return "";
  return absl::StrCat("  ((COMP_CWORD == 1)) && words='",
                      absl::StrJoin(command_line.actions, " "), "'\n");
}

// Hands "tessera run ..." to the function for "tessera-run ...".
std::string BashSubcommands(const CommandLineDescription& command_line) {
  return absl::StrReplaceAll(
      R"(  if ((COMP_CWORD > 1)); then
    [[ ' $COMMANDS ' == *" ${COMP_WORDS[1]} "* ]] || return
    local program=$TOOL-${COMP_WORDS[1]}
    local function=_${program//-/_}
    if ! declare -F "$function" >/dev/null; then
      . "${BASH_SOURCE[0]%/*}/$program" 2>/dev/null || return
    fi
    COMP_WORDS=("$program" "${COMP_WORDS[@]:2}")
    ((COMP_CWORD--))
    "$function"
    return
  fi
)",
      {{"$COMMANDS", SubcommandNames(command_line)},
       {"$TOOL", command_line.tool}});
}

// What stands in brackets or before a colon, for zsh's own functions.
std::string ZshHint(absl::string_view help) {
  return absl::StrReplaceAll(Hint(help), {{"[", "\\["}, {"]", "\\]"}});
}

// One word of _arguments: '(-n --count)'{-n+,--count=}'[hint]:count:_files'.
std::string ZshArgument(const FlagDescription& flag) {
  std::string tail = absl::StrCat("[", ZshHint(flag.help), "]");
  if (!flag.is_boolean) {
    absl::StrAppend(
        &tail, ":", flag.name, ":",
        flag.words.empty()
            ? "_files"
            : absl::StrCat("(", absl::StrJoin(flag.words, " "), ")"));
  }
  const absl::string_view star = flag.is_repeated ? "*" : "";
  const std::string name =
      absl::StrCat("--", flag.name, flag.is_boolean ? "" : "=");
  if (flag.short_name.empty()) return absl::StrCat("'", star, name, tail, "'");
  const std::string excluded =
      absl::StrCat("(-", flag.short_name, " --", flag.name, ")");
  return absl::StrCat("'", flag.is_repeated ? star : excluded, "'{-",
                      flag.short_name, flag.is_boolean ? "" : "+", ",", name,
                      "}'", tail, "'");
}

std::string ZshSubcommands(const CommandLineDescription& command_line) {
  std::string commands;
  for (const Subcommand& command : command_line.subcommands) {
    absl::StrAppend(&commands, "    '", command.name, ":",
                    ZshHint(command.summary), "'\n");
  }
  return absl::StrCat(
      "if ((CURRENT > 2)); then\n  shift words\n"
      "  ((CURRENT--))\n  words[1]=",
      command_line.tool,
      "-$words[1]\n  _normal\n"
      "elif [[ $words[2] != -* ]]; then\n"
      "  local -a commands=(\n",
      commands,
      "  )\n  _describe command commands\n"
      "else\n  _arguments --help --version\nfi\n");
}

std::string FishFlag(absl::string_view tool, const FlagDescription& flag) {
  return absl::StrCat(
      "complete -c ", tool, " -l ", flag.name,
      flag.short_name.empty() ? "" : absl::StrCat(" -s ", flag.short_name),
      flag.is_boolean ? ""
      : flag.words.empty()
          ? " -r"
          : absl::StrCat(" -x -a '", absl::StrJoin(flag.words, " "), "'"),
      " -d '", Hint(flag.help), "'\n");
}

std::string FishSubcommands(const CommandLineDescription& command_line) {
  const std::string& tool = command_line.tool;
  std::string result = absl::StrReplaceAll(
      R"(function _$TOOL_subcommand
  set -l words (commandline -opc) (commandline -ct)
  complete -C "$TOOL-"(string join ' ' -- $words[2..-1])
end
complete -c $TOOL -n 'test (count (commandline -opc)) -gt 1' -f -a '(_$TOOL_subcommand)'
)",
      {{"$TOOL", tool}});
  for (const Subcommand& command : command_line.subcommands) {
    absl::StrAppend(&result, "complete -c ", tool,
                    " -n 'test (count (commandline -opc)) -eq 1' -f -a ",
                    command.name, " -d '", Hint(command.summary), "'\n");
  }
  return result;
}

}  // namespace

std::string BashCompletion(const CommandLineDescription& command_line) {
  const std::string function = FunctionName(command_line.tool);
  std::string result = absl::StrCat(function, "() {\n  COMPREPLY=()\n");
  if (!command_line.subcommands.empty()) {
    absl::StrAppend(&result, BashSubcommands(command_line));
  }
  // Bash makes a word of its own of an equals sign.
  absl::StrAppend(&result, R"(  local cur=${COMP_WORDS[COMP_CWORD]}
  local flag=${COMP_WORDS[COMP_CWORD-1]}
  if [[ $cur == '=' ]]; then
    cur=
  elif [[ $flag == '=' ]]; then
    flag=${COMP_WORDS[COMP_CWORD-2]}
  fi
)");
  const std::string values = BashValues(command_line);
  if (!values.empty()) {
    absl::StrAppend(&result, "  case $flag in\n", values, "  esac\n");
  }
  absl::StrAppend(&result, "  local words='", SubcommandNames(command_line),
                  "'\n", BashActions(command_line),
                  "  [[ $cur == -* ]] && words='", FlagNames(command_line),
                  "'\n  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- "
                  "\"$cur\")\n}\ncomplete -o default -F ",
                  function, " ", command_line.tool, "\n");
  return result;
}

std::string ZshCompletion(const CommandLineDescription& command_line) {
  std::string result = absl::StrCat("#compdef ", command_line.tool, "\n");
  if (!command_line.subcommands.empty()) {
    return absl::StrCat(result, ZshSubcommands(command_line));
  }
  absl::StrAppend(&result, "_arguments -s \\\n");
  for (const FlagDescription& flag : command_line.flags) {
    absl::StrAppend(&result, "  ", ZshArgument(flag), " \\\n");
  }
  if (!command_line.actions.empty()) {
    absl::StrAppend(&result, "  '1:action:(",
                    absl::StrJoin(command_line.actions, " "), ")' \\\n");
  }
  return absl::StrCat(result,
                      "  '(-h --help)'{-h,--help}'[print a summary]' \\\n"
                      "  '--version[print the version]' \\\n"
                      "  '*:file:_files'\n");
}

std::string FishCompletion(const CommandLineDescription& command_line) {
  const std::string& tool = command_line.tool;
  if (!command_line.subcommands.empty()) return FishSubcommands(command_line);
  std::string result;
  for (const FlagDescription& flag : command_line.flags) {
    absl::StrAppend(&result, FishFlag(tool, flag));
  }
  if (!command_line.actions.empty()) {
    absl::StrAppend(&result, "complete -c ", tool,
                    " -n 'test (count (commandline -opc)) -eq 1' -f -a '",
                    absl::StrJoin(command_line.actions, " "), "'\n");
  }
  return absl::StrCat(result, "complete -c ", tool,
                      " -s h -l help -d 'print a summary'\ncomplete -c ", tool,
                      " -l version -d 'print the version'\n");
}

}  // namespace tessera
