#include "base/describe_command_line.h"

#include <algorithm>

#include "absl/flags/commandlineflag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/own_flags.h"
#include "base/parse_flags.h"
#include "base/repeated_flag.h"
#include "base/tool_name.h"

namespace tessera {
namespace {

constexpr size_t kHelpColumns = 80;
constexpr size_t kHelpIndent = 6;

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

std::string ShortNameOf(absl::string_view flag,
                        absl::Span<const FlagAlias> aliases) {
  for (const FlagAlias& alias : aliases) {
    if (alias.flag == flag && alias.name.size() == 1) {
      return std::string(alias.name);
    }
  }
  return "";
}

std::vector<std::string> WordsOf(absl::string_view flag,
                                 absl::Span<const FlagWords> all) {
  const auto* words = std::find_if(
      all.begin(), all.end(),
      [&](const FlagWords& candidate) { return candidate.flag == flag; });
  if (words == all.end()) return {};
  return absl::StrSplit(words->words, ' ', absl::SkipEmpty());
}

}  // namespace

CommandLineDescription DescribeCommandLine(const CommandLineSpec& spec) {
  CommandLineDescription result = {
      .tool = ToolName(),
      .usage = std::string(spec.usage),
      .flags = {},
      .subcommands = {spec.subcommands.begin(), spec.subcommands.end()},
      .actions = absl::StrSplit(spec.actions, ' ', absl::SkipEmpty())};
  for (const absl::CommandLineFlag* flag : OwnFlags()) {
    result.flags.push_back(
        {.name = std::string(flag->Name()),
         .short_name = ShortNameOf(flag->Name(), spec.aliases),
         .is_boolean = flag->IsOfType<bool>(),
         .is_repeated = flag->IsOfType<RepeatedFlag>(),
         .default_value = flag->DefaultValue(),
         .help = flag->Help(),
         .variable = FlagVariable(flag->Name()),
         .words = WordsOf(flag->Name(), spec.words)});
  }
  return result;
}

std::string FlagsHelp(const CommandLineDescription& command_line) {
  std::string result;
  for (const FlagDescription& flag : command_line.flags) {
    absl::StrAppend(
        &result, "  ",
        flag.short_name.empty() ? "" : absl::StrCat("-", flag.short_name, ", "),
        "--", flag.name,
        flag.default_value.empty()
            ? ""
            : absl::StrCat("  (", flag.default_value, ")"),
        "\n", Wrap(flag.help), "\n");
  }
  return result;
}

}  // namespace tessera
