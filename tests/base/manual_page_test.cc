#include "base/manual_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tessera {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

CommandLineDescription Cook() {
  CommandLineDescription result;
  result.tool = "tessera-cook";
  result.usage =
      "Cooks a meal.\n\n  cook rice\n\nusage: cook [flags] MEAL\n\n"
      ".Dots and 'quotes' and back\\slashes stay.";
  result.flags.resize(3);
  FlagDescription& heat = result.flags[0];
  heat.name = "heat";
  heat.short_name = "t";
  heat.default_value = "off";
  heat.help = "how hot -1 is";
  heat.variable = "TESSERA_HEAT";
  heat.words = {"off", "on"};
  FlagDescription& lid = result.flags[1];
  lid.name = "lid";
  lid.is_boolean = true;
  lid.default_value = "true";
  lid.help = "on";
  FlagDescription& salt = result.flags[2];
  salt.name = "salt";
  salt.is_repeated = true;
  salt.help = "grains";
  return result;
}

TEST(ManualPageTest, Golden) {
  const std::string page = ManualPage(Cook(), "2026-01-31");
  EXPECT_THAT(page, testing::StartsWith(
                        ".TH TESSERA-COOK 1 \"2026-01-31\" \"Tessera "));
  EXPECT_THAT(page, HasSubstr(R"(.SH NAME
tessera\-cook \- cooks a meal
.SH SYNOPSIS
tessera cook [flags] MEAL
.SH DESCRIPTION
Cooks a meal.
.PP
\&.Dots and \(aqquotes\(aq and back\eslashes stay.
.SH OPTIONS
)"));
  EXPECT_THAT(page, HasSubstr(R"(.TP
\fB\-t\fR, \fB\-\-heat\fR \fIVALUE\fR
how hot \-1 is
.br
Values: off, on
.br
Default: off
.TP
\fB\-\-lid\fR
on
.br
Default: true
.TP
\fB\-\-salt\fR \fIVALUE\fR
grains
.br
May be repeated.
)"));
  EXPECT_THAT(page, HasSubstr(R"(.SH EXAMPLES
.nf
.RS 4
tessera cook rice
.RE
.fi
.SH EXIT STATUS
)"));
  EXPECT_THAT(page, HasSubstr("\\fBTESSERA_HEAT\\fR"));
  EXPECT_THAT(page, HasSubstr(".SH SEE ALSO\n.BR tessera (1)\n"));
  EXPECT_THAT(page, Not(HasSubstr("COMMANDS")));
}

TEST(ManualPageTest, Subcommands) {
  CommandLineDescription command_line = Cook();
  command_line.tool = "tessera";
  command_line.subcommands = {{"cook", "Cooks a meal."}, {"eat", "Eats it."}};
  const std::string page = ManualPage(command_line, "");
  EXPECT_THAT(page, HasSubstr(R"(.SH COMMANDS
.TP
\fBcook\fR
Cooks a meal.
.TP
\fBeat\fR
Eats it.
)"));
  EXPECT_THAT(
      page, HasSubstr("\\fBtessera\\-cook\\fR(1),\n\\fBtessera\\-eat\\fR(1)"));
}

}  // namespace
}  // namespace tessera
