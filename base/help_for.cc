#include "base/help_for.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/completion.h"
#include "base/manual_page.h"
#include "base/quoted.h"

namespace tessera {
namespace {

// https://reproducible-builds.org/specs/source-date-epoch/
std::string SourceDate() {
  const char* text = std::getenv("SOURCE_DATE_EPOCH");
  int64_t seconds = 0;
  if (text == nullptr || !absl::SimpleAtoi(text, &seconds)) return "";
  return absl::FormatTime("%Y-%m-%d", absl::FromUnixSeconds(seconds),
                          absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<std::string> HelpFor(absl::string_view reader,
                                    const CommandLineDescription& described) {
  // A page and a completion belong to a file, also of a tool that the program
  // tessera has started.
  CommandLineDescription command_line = described;
  std::replace(command_line.tool.begin(), command_line.tool.end(), ' ', '-');
  if (reader == "man") return ManualPage(command_line, SourceDate());
  if (reader == "bash") return BashCompletion(command_line);
  if (reader == "zsh") return ZshCompletion(command_line);
  if (reader == "fish") return FishCompletion(command_line);
  return absl::InvalidArgumentError(
      absl::StrCat("--help is ", Quoted(reader),
                   ", expected man, bash, zsh, fish or nothing"));
}

}  // namespace tessera
