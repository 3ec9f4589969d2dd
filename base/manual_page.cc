#include "base/manual_page.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/usage_text.h"
#include "base/version.h"

namespace tessera {
namespace {

// Text as roff prints it: hyphens that can be copied, and no escapes.
std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\\", "\\e"},
                                    {"-", "\\-"},
                                    {"^", "\\(ha"},
                                    {"~", "\\(ti"},
                                    {"`", "\\(ga"},
                                    {"'", "\\(aq"}});
}

// A line of text must not begin as a request does.
std::string Line(absl::string_view escaped) {
  return absl::StrCat(absl::StartsWith(escaped, ".") ? "\\&" : "", escaped,
                      "\n");
}

// A paragraph, which roff fills anew, in lines of at most kColumns.
std::string Paragraph(absl::string_view text) {
  constexpr size_t kColumns = 80;
  std::string result;
  std::string line;
  for (const absl::string_view word :
       absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    const std::string escaped = Escaped(word);
    if (!line.empty() && line.size() + 1 + escaped.size() > kColumns) {
      absl::StrAppend(&result, Line(line));
      line.clear();
    }
    absl::StrAppend(&line, line.empty() ? "" : " ", escaped);
  }
  return result + Line(line);
}

std::string Bold(absl::string_view text) {
  return absl::StrCat("\\fB", Escaped(text), "\\fR");
}

std::string Section(absl::string_view name) {
  return absl::StrCat(".SH ", name, "\n");
}

// Lines that are shown as they are.
std::string AsTyped(absl::Span<const std::string> lines) {
  std::string result = ".nf\n.RS 4\n";
  for (const std::string& line : lines) {
    absl::StrAppend(&result, Line(Escaped(line)));
  }
  absl::StrAppend(&result, ".RE\n.fi\n");
  return result;
}

// "Reads a file." becomes "reads a file", as whatis lists it.
std::string WhatIs(absl::string_view summary) {
  absl::ConsumeSuffix(&summary, ".");
  std::string result(summary);
  if (!result.empty()) result[0] = absl::ascii_tolower(result[0]);
  return result;
}

std::string Commands(const CommandLineDescription& command_line) {
  if (command_line.subcommands.empty()) return "";
  std::string result = Section("COMMANDS");
  for (const Subcommand& command : command_line.subcommands) {
    absl::StrAppend(&result, ".TP\n", Bold(command.name), "\n",
                    Paragraph(command.summary));
  }
  return result;
}

std::string Option(const FlagDescription& flag) {
  std::string result = ".TP\n";
  if (!flag.short_name.empty()) {
    absl::StrAppend(&result, Bold(absl::StrCat("-", flag.short_name)), ", ");
  }
  absl::StrAppend(&result, Bold(absl::StrCat("--", flag.name)));
  if (!flag.is_boolean) absl::StrAppend(&result, " \\fIVALUE\\fR");
  absl::StrAppend(&result, "\n", Paragraph(flag.help));
  if (!flag.words.empty()) {
    absl::StrAppend(&result,
                    ".br\nValues: ", Escaped(absl::StrJoin(flag.words, ", ")),
                    "\n");
  }
  if (!flag.default_value.empty() && flag.default_value != "false") {
    absl::StrAppend(&result, ".br\nDefault: ", Escaped(flag.default_value),
                    "\n");
  }
  if (flag.is_repeated) absl::StrAppend(&result, ".br\nMay be repeated.\n");
  return result;
}

std::string Options(const CommandLineDescription& command_line) {
  std::string result = absl::StrCat(
      Section("OPTIONS"),
      "Names may be written with dashes or underscores, values after a space "
      "or\nan equals sign. A flag that is true by default is turned off by "
      "\\fB\\-\\-no\\fR\nbefore its name.\n");
  for (const FlagDescription& flag : command_line.flags) {
    absl::StrAppend(&result, Option(flag));
  }
  absl::StrAppend(&result, ".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\n",
                  "Print a summary and exit.\n",
                  ".TP\n\\fB\\-\\-version\\fR\nPrint the version and exit.\n");
  return result;
}

std::string Environment(const CommandLineDescription& command_line) {
  std::string result = Section("ENVIRONMENT");
  for (const FlagDescription& flag : command_line.flags) {
    if (flag.variable.empty()) continue;
    absl::StrAppend(&result,
                    "A variable whose name is TESSERA_ and the flag's name in "
                    "capitals, such\nas ",
                    Bold(flag.variable), ", is the default of its flag.\n");
    break;
  }
  absl::StrAppend(&result, ".TP\n\\fBTESSERA_ISA\\fR\n",
                  "The instruction set to use, such as avx2, if it is to be a "
                  "lesser one\nthan the CPU has.\n");
  return result;
}

constexpr char kExitStatus[] =
    R"(.SH EXIT STATUS
.TP
0
Done.
.TP
1
Failed; stderr says why.
.TP
2
Wrong usage.
.TP
130
Interrupted.
)";

std::string SeeAlso(const CommandLineDescription& command_line) {
  std::string result = Section("SEE ALSO");
  if (command_line.subcommands.empty()) {
    absl::StrAppend(&result, ".BR tessera (1)\n");
    return result;
  }
  absl::StrAppend(
      &result,
      absl::StrJoin(command_line.subcommands, ",\n",
                    [&](std::string* out, const Subcommand& command) {
                      absl::StrAppend(out, "\\fB",
                                      Escaped(absl::StrCat(command_line.tool,
                                                           "-", command.name)),
                                      "\\fR(1)");
                    }),
      "\n");
  return result;
}

}  // namespace

std::string ManualPage(const CommandLineDescription& command_line,
                       absl::string_view date) {
  const UsageText usage = SplitUsage(command_line);
  std::string page =
      absl::StrCat(".TH ", absl::AsciiStrToUpper(command_line.tool), " 1 \"",
                   date, "\" \"Tessera ", kTesseraVersion, "\" \"Tessera\"\n",
                   Section("NAME"), Escaped(command_line.tool), " \\- ",
                   Escaped(WhatIs(usage.summary)), "\n");
  absl::StrAppend(&page, Section("SYNOPSIS"));
  for (size_t i = 0; i < usage.synopsis.size(); ++i) {
    absl::StrAppend(&page, i == 0 ? "" : ".br\n", Escaped(usage.synopsis[i]),
                    "\n");
  }
  absl::StrAppend(&page, Section("DESCRIPTION"), Paragraph(usage.summary));
  for (const std::string& paragraph : usage.prose) {
    absl::StrAppend(&page, ".PP\n", Paragraph(paragraph));
  }
  absl::StrAppend(&page, Commands(command_line), Options(command_line));
  if (!usage.examples.empty()) {
    absl::StrAppend(&page, Section("EXAMPLES"), AsTyped(usage.examples));
  }
  absl::StrAppend(&page, kExitStatus, Environment(command_line),
                  SeeAlso(command_line));
  return page;
}

}  // namespace tessera
